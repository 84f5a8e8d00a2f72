use infra::sqs::StandardQueue;
use infra::{AccountId, Parameter, Url, Value};

use crate::support::check;

#[test]
fn a_default_fits_its_own_pattern() {
    let check_default = |default: &str, expected: &str| {
        check(
            |stack| {
                let parameter = Parameter::<AccountId> { default: Some(default.into()), ..Parameter::default() };
                let account = stack.parameter("Account", parameter);
                stack.output("Account", account.text());
            },
            expected,
        );
    };
    check_default("123456789012", "");
    check_default(
        "1234567890123",
        "error[parameter-default]: the default `1234567890123` of parameter `Account` is not 12 digits
  --> HERE
  help: it must match `[0-9]{12}`",
    );
}

#[test]
fn a_default_is_among_the_allowed_values() {
    check(
        |stack| {
            let parameter = Parameter::<String> {
                default: Some("test".into()),
                allowed_values: vec!["dev".into(), "prod".into()],
                ..Parameter::default()
            };
            let stage: Value = stack.parameter("Environment", parameter);
            stack.output("Environment", stage);
        },
        "error[parameter-default]: the default `test` of parameter `Environment` is not among its allowed values
  --> HERE
  help: use one of `dev`, `prod`",
    );
}

#[test]
fn a_parameter_that_nothing_uses_is_a_warning() {
    check(
        |stack| {
            let url: Value<Url> = stack.parameter("ValidatorUrl", Parameter::default());
            drop(url);
            let name: Value = stack.parameter("Name", Parameter::<String>::default());
            stack.named("Orders").add(StandardQueue { queue_name: Some(name), ..StandardQueue::default() });
        },
        "warning[unused-parameter]: nothing uses parameter `ValidatorUrl`
  --> HERE
  help: remove it",
    );
}
