//! The policies of serverless applications, whose resources AWS's macro makes of a shorter form.
//!
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html>

use std::borrow::Cow;

use policies::audit::Kind;
use serde_json::{Value as Json, json};

use super::document::Unread;
use super::subjects::Build;
use crate::expression::Expression;
use crate::variant::{Part, Source, Stop};

/// What of a serverless application is not read: what its macro makes that is not a policy in the template.
pub(super) fn unread(source: &Source) -> impl Iterator<Item = Unread> + '_ {
    source.resources().filter_map(|(id, resource)| {
        let resource_type = source.type_of(id);
        let what = match resource_type {
            "AWS::Serverless::Connector" => Some(("", "the policies that the connector makes are not known")),
            _ if resource.get("Connectors").is_some() => {
                Some(("/Connectors", "the policies that its connectors make are not known"))
            }
            _ => None,
        };
        what.map(|(pointer, what)| Unread {
            resource: id.to_owned(),
            pointer: pointer.to_owned(),
            what: what.to_owned(),
        })
    })
}

impl Build<'_> {
    /// What the macro gives to the role that it makes, and the policies of the other resources that it makes.
    pub(super) fn serverless(&mut self, id: &str, properties: &Part<'_>) -> Result<(), Stop> {
        self.document(Kind::Trust, id, properties, "AssumeRolePolicyDocument")?;
        self.api(id, properties)?;
        // With a role of its own it gets no other policies.
        if self.reader.member(properties, "Role")?.is_some() {
            return Ok(());
        }
        for policy in self.reader.listed(properties, "Policies")? {
            self.given(id, &policy)?;
        }
        self.boundary(properties)
    }

    fn given(&mut self, id: &str, policy: &Part<'_>) -> Result<(), Stop> {
        if policy.json.get("Statement").is_some() {
            // The macro writes the version that is not there.
            let mut policy = policy.clone();
            if let Json::Object(members) = policy.json.to_mut() {
                members.entry("Version").or_insert_with(|| "2012-10-17".into());
            }
            return self.add(Kind::Identity, id, &policy);
        }
        if let Expression::Map(members) = Expression::of(&policy.json) {
            // One of the templates that the macro has.
            let name = members.keys().next().cloned().unwrap_or_default();
            self.leave_out(id, &policy.pointer, format!("what the policy template `{name}` allows is not known"));
            return Ok(());
        }
        // A policy of AWS may be called by its name alone.
        let arn = match &*policy.json {
            Json::String(name) if !name.contains([':', '{', '/']) => json!(format!("arn:aws:iam::aws:policy/{name}")),
            other => other.clone(),
        };
        self.managed(id, &Part { json: Cow::Owned(arn), pointer: policy.pointer.clone() })
    }

    /// The policy of an API, which may be made of shorter lists.
    fn api(&mut self, id: &str, properties: &Part<'_>) -> Result<(), Stop> {
        let Some(auth) = self.reader.member(properties, "Auth")? else { return Ok(()) };
        let Some(policy) = self.reader.member(&auth, "ResourcePolicy")? else { return Ok(()) };
        let lists = policy.json.as_object().into_iter().flatten();
        for (name, _) in lists.filter(|(name, _)| *name != "CustomStatements") {
            self.leave_out(
                id,
                &format!("{}/{name}", policy.pointer),
                format!("what `{name}` makes a policy of is not read"),
            );
        }
        if let Some(statements) = self.reader.member(&policy, "CustomStatements")? {
            let document = json!({"Version": "2012-10-17", "Statement": statements.json});
            self.add_made(Kind::Resource, id, &document)?;
        }
        Ok(())
    }
}
