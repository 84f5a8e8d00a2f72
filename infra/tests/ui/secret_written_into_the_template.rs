use infra::secretsmanager::{Secret, SecretValue};

fn token() -> Secret {
    Secret::new(SecretValue::Given("hunter2".into()))
}

fn main() {}
