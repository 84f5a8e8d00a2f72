//! Functions with an address of their own.

use infra::lambda::{FunctionUrl, UrlAuth, UrlPermission, UrlRight};
use infra::{Ref, Stack};

/// Adds the address as `{function}Url`. Where anyone may ask, it adds both permissions that this takes: `{function}UrlAsk` and
/// `{function}UrlInvoke`. Where principals of AWS may, those of the same account need a policy of their own, and those of others
/// [`UrlPermission::both`].
#[track_caller]
pub fn function_url(stack: &mut Stack, url: FunctionUrl) -> Ref<FunctionUrl> {
    let function = url.function;
    if url.auth_type == UrlAuth::None {
        for permission in UrlPermission::both(function, url.auth_type, "*") {
            let what = if permission.right == UrlRight::Ask { "Ask" } else { "Invoke" };
            stack.named(format!("{}Url{what}", function.id())).add(permission);
        }
    }
    stack.named(format!("{}Url", function.id())).add(url)
}
