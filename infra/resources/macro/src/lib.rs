//! The macro behind `infra::resources!`, which says how it is used.

use proc_macro::TokenStream;

/// Makes typed structs of resource types. What comes first, up to a `;`, is the path of `infra`.
#[doc(hidden)]
#[proc_macro]
pub fn make(input: TokenStream) -> TokenStream {
    resources::expand(input.into()).into()
}
