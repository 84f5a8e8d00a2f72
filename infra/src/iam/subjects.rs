//! The policies in a template, by whose they are.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use policies::audit::{Kind, Policy};
use policies::unknown;
use serde_json::{Map, Value as Json, json};

use super::attachments::{ATTACHED_TO, Attachments, NAMES, is_principal};
use super::carriers;
use super::document::{self, Document, Unread};
use crate::expression::{Expression, referenced};
use crate::template::{SERVERLESS_MACRO, Template};
use crate::variant::{Part, Reader, Source, Stop, explore};

/// A role or other principal, or a resource with a policy of its own.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// Its logical id.
    pub id: String,
    /// Where its policies are.
    pub places: Vec<Place>,
    /// Its policies, one for each place. What an intrinsic function yields is a variable in them.
    pub policies: Vec<Policy>,
    /// The managed policies and boundaries that it names, also those that are not of the template.
    pub named: Vec<NamedPolicy>,
    /// What of its policies nobody knows before the template is deployed.
    pub unread: Vec<Unread>,
}

/// A policy that a principal names by its ARN.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedPolicy {
    /// Whether it limits the principal instead of allowing something.
    pub is_boundary: bool,
    /// Its ARN, as the template says it.
    pub arn: Json,
    /// The logical id of the policy, when it is one of the template.
    pub id: Option<String>,
}

/// Where a policy is in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The logical id of the resource that has it.
    pub resource: String,
    /// The way from the resource to the policy, as a JSON pointer; empty for one that is no document there.
    pub pointer: String,
    /// From where its parts are that a condition chose.
    moved: BTreeMap<String, String>,
}

/// A subject in each way that the conditions of its template leave open.
#[derive(Debug, Clone)]
pub struct Ways {
    /// The logical id of the subject.
    pub id: String,
    /// The subject, once for each way.
    pub subjects: Vec<Subject>,
    /// Whether these are all ways; of too many each choice is made once.
    pub are_all: bool,
}

impl Place {
    /// The way from the resource to what is at `pointer` of the policy.
    #[must_use]
    pub fn source(&self, pointer: &str) -> String {
        if self.pointer.is_empty() { String::new() } else { document::source(&self.moved, &self.pointer, pointer) }
    }
}

/// The subjects of `template`, in the order of their resources, with the policies that they have whatever its conditions
/// choose.
///
/// A role has its trust policy, its inline policies, and those policies and boundaries of the same template that are
/// attached to it; what a `Permission` of a function lets in is a policy of that function's.
#[must_use]
pub fn subjects(template: &Template) -> Vec<Subject> {
    subjects_of(&Source::of(template))
}

/// The subjects among resources of a template.
#[must_use]
pub fn subjects_in(resources: &Map<String, Json>) -> Vec<Subject> {
    subjects_of(&Source::of_resources(resources))
}

/// The subjects of `template` in each way that its conditions leave open. What `Ref` and `Fn::GetAtt` give is written as
/// far as the type of the resource tells it.
#[must_use]
pub fn ways(template: &Template) -> Vec<Ways> {
    ways_of(&Source::of(template), true)
}

/// What makes resources of which nobody knows the policies before `template` is deployed.
#[must_use]
pub fn unread(template: &Template) -> Vec<Unread> {
    let source = Source::of(template);
    let unread = |resource: &str, pointer: &str, what: String| Unread {
        resource: resource.to_owned(),
        pointer: pointer.to_owned(),
        what,
    };
    let loops = source
        .loops()
        .map(|name| unread(name, "", "what the loop runs over is not known before it is deployed".to_owned()));
    let macros = template.as_json().get("Transform").into_iter().flat_map(|it| match it {
        Json::Array(names) => names.iter().collect(),
        one => vec![one],
    });
    let known = [SERVERLESS_MACRO, "AWS::LanguageExtensions"];
    let macros = macros.filter(|it| !it.as_str().is_some_and(|name| known.contains(&name))).map(|it| {
        let name = it.get("Name").unwrap_or(it);
        unread(
            "",
            "/Transform",
            format!("what the macro `{}` makes of it is not known", crate::expression::display(name)),
        )
    });
    loops.chain(macros).collect()
}

fn subjects_of(source: &Source) -> Vec<Subject> {
    ways_of(source, false).into_iter().map(Ways::together).collect()
}

fn ways_of(source: &Source, is_written_out: bool) -> Vec<Ways> {
    let mut ways = Vec::new();
    let attachments = Attachments::of(source);
    for (id, resource) in source.resources() {
        let (subjects, are_all) = explore(|choices| {
            subject(&Reader::new(source, choices, is_written_out), source, &attachments, id, resource)
        });
        let is_one = |it: &Subject| !it.policies.is_empty() || !it.named.is_empty() || !it.unread.is_empty();
        let subjects: Vec<_> = subjects.into_iter().filter(is_one).collect();
        if !subjects.is_empty() {
            ways.push(Ways { id: id.to_owned(), subjects, are_all });
        }
    }
    ways
}

impl Ways {
    /// All that the subject has in some way.
    fn together(self) -> Subject {
        let mut whole = Subject { id: self.id, ..Subject::default() };
        for subject in self.subjects {
            for (place, policy) in subject.places.into_iter().zip(subject.policies) {
                let is_there = |(at, it): (&Place, &Policy)| {
                    at.resource == place.resource
                        && at.pointer == place.pointer
                        && it.kind == policy.kind
                        && it.json == policy.json
                };
                if !whole.places.iter().zip(&whole.policies).any(is_there) {
                    whole.places.push(place);
                    whole.policies.push(policy);
                }
            }
            for named in subject.named {
                if !whole.named.contains(&named) {
                    whole.named.push(named);
                }
            }
            for unread in subject.unread {
                if !whole.unread.contains(&unread) {
                    whole.unread.push(unread);
                }
            }
        }
        whole
    }
}

/// Whether the type is one of the policies that are attached to principals.
pub(super) fn is_attachable(resource_type: &str) -> bool {
    resource_type.starts_with("AWS::IAM::") && resource_type.ends_with("Policy")
}

/// What a resource has, under the choices of `reader`.
fn subject(
    reader: &Reader<'_>,
    source: &Source,
    attachments: &Attachments<'_>,
    id: &str,
    resource: &Json,
) -> Result<Subject, Stop> {
    let mut subject = Subject { id: id.to_owned(), ..Subject::default() };
    let resource_type = source.type_of(id);
    let has_any = resource_type.starts_with("AWS::IAM::")
        || carriers::of(resource_type).next().is_some()
        || matches!(
            resource_type,
            "AWS::Events::EventBusPolicy"
                | "AWS::Organizations::Policy"
                | "AWS::Lambda::Permission"
                | "AWS::Lambda::LayerVersionPermission"
        );
    let is_searched = !has_any && !carriers::is_in_another_language(resource_type);
    let Some(properties) = resource.get("Properties") else { return Ok(subject) };
    if is_searched && !has_statement(properties) || !reader.exists(resource)? {
        return Ok(subject);
    }
    let Some(properties) = reader.open(properties, "/Properties".to_owned())? else { return Ok(subject) };
    if Expression::of(&properties.json).is_function() {
        if has_any {
            subject.leave_out(id, &properties.pointer, "its properties are not known before it is deployed");
        }
        return Ok(subject);
    }
    let mut build = Build { reader, source, attachments, subject: &mut subject };
    match resource_type {
        "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" => build.principal(id, &properties)?,
        _ if is_attachable(resource_type) => {
            if !build.is_judged_with_principals(id, &properties)? {
                build.document(Kind::Identity, id, &properties, "PolicyDocument")?;
            }
        }
        "AWS::Events::EventBusPolicy" => build.bus(id, &properties)?,
        "AWS::Organizations::Policy" => build.organization(id, &properties)?,
        "AWS::Lambda::Permission" => build.permission(id, &properties)?,
        "AWS::Lambda::LayerVersionPermission" => build.layer(id, &properties)?,
        _ if has_any => {
            for (path, kind) in carriers::of(resource_type) {
                let steps: Vec<_> = path.split('.').collect();
                build.carried(kind, id, &properties, &steps)?;
            }
            build.permission_set(id, &properties)?;
        }
        _ => build.searched(id, &properties)?,
    }
    Ok(subject)
}

/// Whether a value has a statement of somebody who is let in.
fn has_statement(json: &Json) -> bool {
    match json {
        Json::Object(members) => {
            let has = |name: &str| members.contains_key(name);
            has("Effect") && (has("Principal") || has("NotPrincipal")) || members.values().any(has_statement)
        }
        Json::Array(items) => items.iter().any(has_statement),
        _ => false,
    }
}

impl Subject {
    fn leave_out(&mut self, resource: &str, pointer: &str, what: impl Into<String>) {
        let unread = Unread { resource: resource.to_owned(), pointer: pointer.to_owned(), what: what.into() };
        self.unread.push(unread);
    }
}

/// Reads what a subject has.
pub(super) struct Build<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) source: &'a Source,
    attachments: &'a Attachments<'a>,
    pub(super) subject: &'a mut Subject,
}

impl Build<'_> {
    pub(super) fn leave_out(&mut self, resource: &str, pointer: &str, what: impl Into<String>) {
        self.subject.leave_out(resource, pointer, what);
    }

    /// Adds the policy that a part of the resource is.
    pub(super) fn add(&mut self, kind: Kind, resource: &str, part: &Part<'_>) -> Result<(), Stop> {
        let Document { policy, moved, unread } = document::read(self.reader, kind, part)?;
        for (pointer, what) in unread {
            self.subject.leave_out(resource, &pointer, what);
        }
        if let Some(policy) = policy {
            self.subject.places.push(Place { resource: resource.to_owned(), pointer: part.pointer.clone(), moved });
            self.subject.policies.push(policy);
        }
        Ok(())
    }

    /// Adds a policy that is no document in the template.
    pub(super) fn add_made(&mut self, kind: Kind, resource: &str, document: &Json) -> Result<(), Stop> {
        self.add(kind, resource, &Part { json: Cow::Borrowed(document), pointer: String::new() })
    }

    /// Adds the policy in the member `name`.
    pub(super) fn document(&mut self, kind: Kind, id: &str, of: &Part<'_>, name: &str) -> Result<(), Stop> {
        match self.reader.member(of, name)? {
            Some(part) => self.add(kind, id, &part),
            None => Ok(()),
        }
    }

    /// Adds the policies at a path of the resource's properties.
    fn carried(&mut self, kind: Kind, id: &str, part: &Part<'_>, path: &[&str]) -> Result<(), Stop> {
        let Some((step, rest)) = path.split_first() else { return self.add(kind, id, part) };
        if Expression::of(&part.json).is_function() {
            self.leave_out(id, &part.pointer, "what holds a policy is not known before it is deployed");
            return Ok(());
        }
        if *step == "*" {
            for item in self.reader.items(part)? {
                self.carried(kind, id, &item, rest)?;
            }
            return Ok(());
        }
        match self.reader.member(part, step)? {
            Some(member) => self.carried(kind, id, &member, rest),
            None => Ok(()),
        }
    }

    /// Policies in the properties of a type that AWS does not have, or has since the tables were made: those that say who
    /// is let in.
    fn searched(&mut self, id: &str, part: &Part<'_>) -> Result<(), Stop> {
        let is_policy = part.json.get("Statement").is_some_and(has_statement);
        if is_policy {
            return self.add(Kind::Resource, id, part);
        }
        match &*part.json {
            Json::Object(members) => {
                for (name, member) in members.iter().filter(|(_, it)| has_statement(it)) {
                    if let Some(member) = self.reader.open(member, format!("{}/{name}", part.pointer))? {
                        self.searched(id, &member)?;
                    }
                }
            }
            Json::Array(_) => {
                for item in self.reader.items(part)? {
                    self.searched(id, &item)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn permission_set(&mut self, id: &str, properties: &Part<'_>) -> Result<(), Stop> {
        for arn in self.reader.listed(properties, "ManagedPolicies")? {
            self.managed(id, &arn)?;
        }
        Ok(())
    }

    /// A managed policy by its ARN.
    pub(super) fn managed(&mut self, id: &str, arn: &Part<'_>) -> Result<(), Stop> {
        let text = self.reader.text(&arn.json)?;
        if let Some(policy) = text.as_deref().and_then(powerful) {
            let part = Part { json: Cow::Owned(policy), pointer: arn.pointer.clone() };
            self.add(Kind::Identity, id, &part)?;
        }
        let named = self.source.referenced(&arn.json).map(str::to_owned);
        if named.is_none() && text.as_deref().is_none_or(unknown::is_all) {
            let name =
                text.map_or_else(|| crate::expression::display(&arn.json), |it| unknown::named(&it).into_owned());
            self.leave_out(
                id,
                &arn.pointer,
                format!("which managed policy `{name}` is, is not known before it is deployed"),
            );
        }
        self.subject.named.push(NamedPolicy { is_boundary: false, arn: arn.json.clone().into_owned(), id: named });
        Ok(())
    }

    pub(super) fn boundary(&mut self, properties: &Part<'_>) -> Result<(), Stop> {
        if let Some(arn) = self.reader.member(properties, "PermissionsBoundary")? {
            let id = self.source.referenced(&arn.json).map(str::to_owned);
            self.subject.named.push(NamedPolicy { is_boundary: true, arn: arn.json.clone().into_owned(), id });
        }
        Ok(())
    }

    fn principal(&mut self, id: &str, properties: &Part<'_>) -> Result<(), Stop> {
        self.document(Kind::Trust, id, properties, "AssumeRolePolicyDocument")?;
        for policy in self.reader.listed(properties, "Policies")? {
            if Expression::of(&policy.json).is_function() {
                self.leave_out(id, &policy.pointer, "an inline policy is not known before it is deployed");
            }
            self.document(Kind::Identity, id, &policy, "PolicyDocument")?;
        }
        let arns = self.reader.listed(properties, "ManagedPolicyArns")?;
        for arn in &arns {
            self.managed(id, arn)?;
        }
        self.boundary(properties)?;
        let names: BTreeSet<_> = arns.iter().filter_map(|arn| self.source.referenced(&arn.json)).collect();
        let boundary = properties.json.get("PermissionsBoundary").and_then(referenced);
        let has_name = NAMES.iter().any(|name| properties.json.get(*name).is_some());
        let may_be_of_it = self.attachments.that_may_be_of(id, has_name).chain(names.iter().copied()).chain(boundary);
        for other in self.attachments.in_order(may_be_of_it) {
            let is_boundary = boundary == Some(other);
            let Some(resource) = self.source.resource(other) else { continue };
            if !self.reader.exists(resource)? {
                continue;
            }
            let Some(theirs) = resource.get("Properties") else { continue };
            let Some(theirs) = self.reader.open(theirs, "/Properties".to_owned())? else { continue };
            if names.contains(other) || self.attached(&theirs)?.iter().any(|it| it.as_deref() == Some(id)) {
                self.document(Kind::Identity, other, &theirs, "PolicyDocument")?;
            }
            if is_boundary {
                self.document(Kind::Boundary, other, &theirs, "PolicyDocument")?;
            }
        }
        Ok(())
    }

    /// Whether the policy is read with each principal that it is attached to, which are all of the template.
    fn is_judged_with_principals(&self, id: &str, properties: &Part<'_>) -> Result<bool, Stop> {
        let attached = self.attached(properties)?;
        if attached.iter().any(Option::is_none) {
            return Ok(false);
        }
        // Some principal has it under these choices, or under others that are tried with the principal.
        Ok(self.attachments.is_named(id) || !attached.is_empty())
    }

    /// The principals of the template that a policy says it is attached to; nothing for those outside.
    fn attached(&self, policy: &Part<'_>) -> Result<Vec<Option<String>>, Stop> {
        let mut found = Vec::new();
        for name in ATTACHED_TO {
            for principal in self.reader.listed(policy, name)? {
                found.push(self.in_template(&principal)?);
            }
        }
        Ok(found)
    }

    /// The logical id of a principal that is referred to, or named as the template names it.
    fn in_template(&self, principal: &Part<'_>) -> Result<Option<String>, Stop> {
        if let Some(id) = referenced(&principal.json) {
            let is_one = is_principal(self.source.type_of(id));
            return Ok(Some(id.to_owned()).filter(|_| is_one));
        }
        let wanted = self.reader.text(&principal.json)?;
        for (id, resource) in self.source.resources().filter(|(id, _)| is_principal(self.source.type_of(id))) {
            for name in NAMES {
                let Some(given) = resource.get("Properties").and_then(|it| it.get(name)) else { continue };
                if *given == *principal.json || wanted.is_some() && self.reader.text(given)? == wanted {
                    return Ok(Some(id.to_owned()));
                }
            }
        }
        Ok(None)
    }

    fn organization(&mut self, id: &str, properties: &Part<'_>) -> Result<(), Stop> {
        let kind = self.reader.member(properties, "Type")?.map(|it| self.reader.text(&it.json)).transpose()?.flatten();
        let kind = match kind.as_deref() {
            Some("SERVICE_CONTROL_POLICY") => Kind::ServiceControl,
            Some("RESOURCE_CONTROL_POLICY") => Kind::ResourceControl,
            Some(text) if unknown::is_in(text) => {
                self.leave_out(
                    id,
                    "/Properties/Type",
                    "of which type the policy is, is not known before it is deployed",
                );
                return Ok(());
            }
            // Those of tags, back-ups and others have languages of their own.
            _ => return Ok(()),
        };
        self.document(kind, id, properties, "Content")
    }
}

/// What the most powerful of AWS's own policies allow, in the main; of others nothing is known.
///
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html>
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/IAMFullAccess.html>
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html>
fn powerful(arn: &str) -> Option<Json> {
    let (_, name) = arn.split_once(":iam::aws:policy/")?;
    let mut statement = json!({"Effect": "Allow", "Resource": "*"});
    match name {
        "AdministratorAccess" => statement["Action"] = "*".into(),
        "IAMFullAccess" => statement["Action"] = "iam:*".into(),
        "PowerUserAccess" => statement["NotAction"] = json!(["iam:*", "organizations:*", "account:*"]),
        _ => return None,
    }
    Some(json!({"Version": "2012-10-17", "Statement": [statement]}))
}
