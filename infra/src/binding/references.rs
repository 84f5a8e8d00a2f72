//! What bindings are made from: references to resources, and to parts of them.

use bindings::resource::{Kind, Reference, Target};

use super::{BindsAs, json};
use crate::parameter::Url;
use crate::reference::Ref;
use crate::value::Value;
use crate::{apigatewayv2, dynamodb, iam, s3};

/// The variable is what `!Ref` gives, or the ARN where the binding says so, and operations act on the ARN or what is below.
impl<K: Kind, R: BindsAs<K>> Reference<K> for Ref<R> {
    fn target(self) -> Target {
        let arn = json(&self.arn());
        let variable = if K::VALUE == "arn" { arn.clone() } else { json(&self) };
        Target::new(variable, arn)
    }
}

impl Reference<bindings::dynamodb::Index<()>> for dynamodb::IndexRef {
    fn target(self) -> Target {
        let (table, name) = (self.table.id().marked(), self.name);
        let variable: Value = Value::sub(format!("${{{table}}}/index/{name}"));
        let arn: Value = Value::sub(format!("${{{table}.Arn}}/index/{name}"));
        Target::new(json(&variable), json(&arn))
    }
}

impl Reference<bindings::s3::Bucket<()>> for s3::Objects {
    fn target(self) -> Target {
        let variable = self.bucket_name.surrounded("", &format!("/{}", self.prefix.replace("${", "${!")));
        bindings::s3::target(json(&variable), json(&self.bucket_arn), self.prefix)
    }
}

impl Reference<bindings::s3::TaggedObjects<()>> for s3::TaggedObjects {
    fn target(self) -> Target {
        let Self { objects, key, value } = self;
        bindings::s3::tagged(Reference::<bindings::s3::Bucket<()>>::target(objects), key, value)
    }
}

impl Reference<bindings::s3::Bucket<()>> for Ref<s3::Bucket> {
    fn target(self) -> Target {
        self.objects("").target()
    }
}

impl Reference<bindings::s3::Bucket<()>> for s3::BucketName {
    fn target(self) -> Target {
        self.objects("").target()
    }
}

impl From<Value<Url>> for bindings::Url {
    fn from(url: Value<Url>) -> Self {
        Self::declared(json(&url))
    }
}

impl Reference<bindings::dynamodbstreams::Stream<()>> for dynamodb::StreamRef {
    fn target(self) -> Target {
        let arn = json(&self.arn());
        Target::new(arn.clone(), arn)
    }
}

impl Reference<bindings::sts::Role<()>> for iam::RoleName {
    fn target(self) -> Target {
        let arn = json(&self.arn());
        Target::new(arn.clone(), arn)
    }
}

impl Reference<bindings::apigatewaymanagement::Connections<()>> for apigatewayv2::Connections {
    fn target(self) -> Target {
        Target::new(json(&self.address), json(&self.arn))
    }
}

impl<R: BindsAs<bindings::scheduler::ScheduleGroup<()>>> Ref<R> {
    /// The group with the role that its schedules assume, which a function passes to Scheduler when it makes one.
    #[must_use]
    pub fn with_role(self, role: Ref<iam::Role>) -> Target {
        bindings::scheduler::target(json(&self), json(&self.arn()), json(&role.arn()))
    }
}

/// What a binding of any kind can be made of: the value of its variable, and the ARN. For a resource whose type says
/// neither, such as a [`crate::Raw`] one, or one that is not of the stack.
#[must_use]
pub fn target(variable: impl Into<Value>, arn: impl Into<Value>) -> Target {
    Target::new(json(&variable.into()), json(&arn.into()))
}

/// A configuration of AppConfig as it is deployed to an environment, by the ids of application, environment and profile.
#[must_use]
pub fn configuration(
    application: impl Into<Value>,
    environment: impl Into<Value>,
    profile: impl Into<Value>,
) -> Target {
    let [application, environment, profile] = [application.into(), environment.into(), profile.into()];
    bindings::appconfig::configuration(&json(&application), &json(&environment), &json(&profile))
}
