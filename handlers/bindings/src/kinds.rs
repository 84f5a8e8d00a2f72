//! All kinds of bindings of this crate.

use crate::grants::Granted;
use crate::resource::Kind;

macro_rules! kinds {
    ($($service:ident::$kind:ident),+ $(,)?) => {
        /// Every kind of binding of this crate, by its name with its module, and all that it can grant.
        #[must_use]
        pub fn kinds() -> Vec<(&'static str, Vec<Granted>)> {
            vec![$((
                concat!(stringify!($service), "::", stringify!($kind)),
                <crate::$service::$kind<()> as Kind>::operations(),
            )),+]
        }
    };
}

kinds!(
    apigatewaymanagement::Connections,
    appconfigdata::Configuration,
    bedrockruntime::Model,
    cognitoidentityprovider::UserPool,
    dynamodb::Index,
    dynamodb::Items,
    dynamodb::Table,
    dynamodbstreams::Stream,
    eventbridge::EventBus,
    firehose::DeliveryStream,
    kinesis::Stream,
    kms::Key,
    lambda::Function,
    s3::Bucket,
    s3::TaggedObjects,
    scheduler::ScheduleGroup,
    secretsmanager::Secret,
    sesv2::EmailIdentity,
    sfn::StateMachine,
    sns::Topic,
    sqs::Queue,
    ssm::Parameter,
    sts::Role,
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn no_binding_that_is_declared_is_left_out() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut declared = BTreeSet::new();
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            let module = file.file_stem().unwrap().to_str().unwrap().to_owned();
            for declaration in text.split("\ncrate::binding! {").skip(1) {
                let (_, name) = declaration.split_once("pub struct ").unwrap();
                let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap();
                declared.insert(format!("{module}::{name}"));
            }
        }
        let listed: BTreeSet<_> = kinds().into_iter().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(listed, declared);
    }
}
