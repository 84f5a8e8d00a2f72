//! How a deployed role differs from what its stack says, in what it allows.

mod policies;
mod requests;

use ::policies::audit::Rule;
use ::policies::contain::{Comparison, wider};

use super::expected::Expected;
use super::role::Deployed;
use super::unknown::{at_least, at_most};
use crate::audit::finding::AuditFinding;
use crate::audit::names::Names;
use crate::audit::rules;
use requests::{assumption, grouped, let_in};

/// A role of a stack, as its code says it and as it is deployed.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Where the stack declares the role.
    pub location: Option<&'a str>,
    /// What its code says.
    pub expected: &'a Expected,
    /// What is deployed.
    pub live: &'a Deployed,
    /// The names of the deployed resources.
    pub names: &'a Names,
}

impl Sides<'_> {
    /// How the deployed role differs.
    #[must_use]
    pub fn differences(&self) -> Vec<AuditFinding> {
        let mut found = self.unreadable();
        if self.expected.unread.is_some() {
            return found;
        }
        found.extend(self.policies());
        found.extend(self.trust());
        found.extend(self.boundary());
        found
    }

    fn finding(&self, rule: &'static Rule, message: String, evidence: impl Into<String>) -> AuditFinding {
        AuditFinding::new(rule, self.stack, &self.expected.id, message).at(self.location).evidence(evidence)
    }

    fn unreadable(&self) -> Vec<AuditFinding> {
        let Self { expected, live, .. } = self;
        let documents = [&live.trust].into_iter().chain(&live.inline).chain(&live.attached).chain(&live.boundary);
        let mut found = Vec::new();
        for document in documents {
            if let Err(error) = &document.policy {
                let message =
                    format!("the policy `{}` of the deployed `{}` cannot be read", document.name, expected.id);
                found.push(self.finding(&rules::UNREADABLE_LIVE, message, error).on(&document.name));
            }
        }
        let values = expected.unknown.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        let unknown = (!values.is_empty()).then(|| format!("only CloudFormation knows the value of {values}"));
        if let Some(evidence) = expected.unread.clone().or(unknown) {
            let id = &expected.id;
            let message = format!("it is not known whether the deployed `{id}` allows exactly what its stack does");
            let fix = "look at the role in the console, and compare it with the output of `cargo xtask synth`";
            found.push(self.finding(&rules::UNREADABLE_LIVE, message, evidence).fix(fix));
        }
        found
    }

    fn trust(&self) -> Vec<AuditFinding> {
        let Expected { id, trust, .. } = self.expected;
        let Ok(live) = &self.live.trust.policy else { return Vec::new() };
        let (most, least) = ([at_most(trust)], [at_least(trust)]);
        let deployed = std::slice::from_ref(live);
        let (more, less) = (wider(&most, deployed), wider(deployed, &least));
        let mut found = Vec::new();
        for witness in &more.witnesses {
            let who = let_in(witness, deployed, trust);
            let message = format!("the deployed `{id}` lets {who} assume it, which its stack does not");
            let evidence = format!("its trust policy allows `{}`", assumption(witness));
            found.push(self.finding(&rules::TRUST, message, evidence).about(&witness.request.action).on(who));
        }
        for witness in &less.witnesses {
            let who = let_in(witness, &least, live);
            let message = format!("the deployed `{id}` does not let {who} assume it, which its stack does");
            let evidence = format!("its trust policy does not allow `{}`", assumption(witness));
            found.push(self.finding(&rules::TRUST, message, evidence).about(&witness.request.action).on(who));
        }
        found.extend(self.undecided("lets others assume it than its stack", &more));
        found.extend(self.undecided("lets all assume it whom its stack lets", &less));
        found
    }

    fn boundary(&self) -> Vec<AuditFinding> {
        let Expected { id, unknown, .. } = self.expected;
        let (expected, live) = (self.expected.boundary.as_ref(), self.live.boundary.as_ref());
        let (old, new) = (expected.map(|it| it.arn.as_str()), live.map(|it| it.name.as_str()));
        if old != new {
            if expected.is_none() && !unknown.is_empty() {
                return Vec::new();
            }
            let message = match (old, new) {
                (None, Some(new)) => format!("the deployed `{id}` has the boundary `{new}`, which its stack does not"),
                (Some(old), None) => format!("the deployed `{id}` lacks the boundary `{old}`, which its stack has"),
                _ => format!(
                    "the deployed `{id}` has the boundary `{}` instead of `{}`",
                    new.unwrap_or_default(),
                    old.unwrap_or_default()
                ),
            };
            let finding = self.finding(&rules::BOUNDARY, message, "IAM says so of the role");
            return vec![finding.on(new.or(old).unwrap_or_default())];
        }
        let own = expected.and_then(|it| it.policy.as_ref());
        let (Some(own), Some(Ok(deployed))) = (own, live.map(|it| &it.policy)) else { return Vec::new() };
        let deployed = std::slice::from_ref(deployed);
        let (most, least) = ([at_most(own)], [at_least(own)]);
        let sides = [
            (wider(&most, deployed), deployed, "allows", "does not"),
            (wider(deployed, &least), &least, "does not allow", "does"),
        ];
        let mut found = Vec::new();
        for (comparison, policies, deployed, stack) in &sides {
            for requests in grouped(&comparison.witnesses, policies, self.names) {
                let message =
                    format!("the deployed boundary of `{id}` {deployed} {requests}, which that of its stack {stack}");
                let finding = self.finding(&rules::BOUNDARY, message, format!("the request `{}`", requests.example));
                found.push(requests.shown_by(finding));
            }
            found.extend(self.undecided("has the same boundary as its stack says", comparison));
        }
        found
    }

    /// What a comparison could not tell, unless it is clear already that something is not known.
    fn undecided(&self, question: &str, comparison: &Comparison) -> Vec<AuditFinding> {
        let id = &self.expected.id;
        let undecided = comparison.undecided.iter().filter(|_| self.expected.unknown.is_empty());
        let message = || format!("it is not known whether the deployed `{id}` {question}");
        let finding = |why: String| self.finding(&rules::UNREADABLE_LIVE, message(), why).on(question);
        undecided.map(|undecided| finding(undecided.why.to_string())).collect()
    }
}

#[cfg(test)]
mod tests {
    use infra::Template;
    use serde_json::{Value as Json, json};

    use super::super::expected::{resolved_resources, roles};
    use super::super::role::Document;
    use super::*;
    use crate::audit::names::tests::names;

    const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/spaceships-sightings";
    const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/limit";

    fn allow(action: &Json, resource: &Json) -> Json {
        json!({"Effect": "Allow", "Action": action, "Resource": resource})
    }

    fn policy(statements: &[Json]) -> Json {
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    fn trust(principal: &Json) -> Json {
        policy(&[json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal})])
    }

    fn lambda() -> Json {
        trust(&json!({"Service": "lambda.amazonaws.com"}))
    }

    /// The stack's role, which may read the table and its indexes and write to it.
    fn stack() -> Json {
        let read = allow(
            &json!(["dynamodb:GetItem", "dynamodb:Query"]),
            &json!([
            {"Fn::GetAtt": ["Sightings", "Arn"]}, {"Fn::Sub": "${Sightings.Arn}/index/*"}]),
        );
        json!({"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": lambda(),
            "Policies": [{"PolicyName": "function", "PolicyDocument": policy(&[read])}]}})
    }

    fn write() -> Json {
        json!({"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "write", "Roles": [{"Ref": "ConsumerRole"}],
            "PolicyDocument": policy(&[allow(&json!("dynamodb:PutItem"), &json!({"Fn::GetAtt": ["Sightings", "Arn"]}))])}})
    }

    /// What is deployed of it, in other words.
    fn live() -> Deployed {
        let read = [
            allow(&json!("dynamodb:Query"), &json!([format!("{TABLE}/index/*"), TABLE])),
            allow(&json!("dynamodb:GetItem"), &json!([TABLE, format!("{TABLE}/index/*")])),
        ];
        Deployed {
            arn: "arn:aws:iam::123456789012:role/service/spaceships-ConsumerRole-1".to_owned(),
            trust: document("trust policy", &lambda()),
            inline: vec![
                document("function", &policy(&read)),
                document("write", &policy(&[allow(&json!(["dynamodb:putitem"]), &json!(TABLE))])),
            ],
            attached: Vec::new(),
            boundary: None,
        }
    }

    fn document(name: &str, json: &Json) -> Document {
        Document::read(name, &json.to_string())
    }

    fn found(role: &Json, live: &Deployed) -> Vec<AuditFinding> {
        let resources = json!({"ConsumerRole": role, "Write": write(), "Sightings": {"Type": "AWS::DynamoDB::Table"}});
        let template = Template::parse(&json!({ "Resources": resources }).to_string()).unwrap();
        let names = names();
        let expected = roles(&resolved_resources(&template, &std::collections::BTreeMap::new()), &names);
        assert_eq!(expected.len(), 1);
        Sides { stack: "spaceships", location: None, expected: &expected[0], live, names: &names }.differences()
    }

    #[track_caller]
    fn check(role: &Json, live: &Deployed, expected: &[(&str, &str)]) {
        let found = found(role, live);
        let lines: Vec<_> = found.iter().map(|it| (it.rule.id, it.message.as_str())).collect();
        assert_eq!(lines, expected, "{found:#?}");
    }

    #[test]
    fn the_same_rights_in_other_words_are_no_difference() {
        check(&stack(), &live(), &[]);
    }

    #[test]
    fn a_policy_that_was_changed_is_found_by_what_it_allows_now() {
        let mut live = live();
        live.inline[1] = document("write", &policy(&[allow(&json!("dynamodb:DeleteItem"), &json!(TABLE))]));
        let more = "the deployed `ConsumerRole` allows `dynamodb:DeleteItem` on `Sightings`, which its stack does not";
        let less = "the deployed `ConsumerRole` does not allow `dynamodb:PutItem` on `Sightings`, which its stack does";
        check(&stack(), &live, &[("DR01", more), ("DR02", less)]);
        assert!(found(&stack(), &live)[0].evidence.contains(TABLE));
    }

    #[test]
    fn a_denial_that_was_added_takes_rights_away() {
        let mut live = live();
        let deny = json!({"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"});
        live.inline[0] = document("function", &policy(&[deny, stack_read()]));
        let less = "the deployed `ConsumerRole` does not allow `dynamodb:PutItem` on `Sightings`, which its stack does";
        check(&stack(), &live, &[("DR02", less)]);
    }

    fn stack_read() -> Json {
        allow(&json!(["dynamodb:GetItem", "dynamodb:Query"]), &json!([TABLE, format!("{TABLE}/index/*")]))
    }

    #[test]
    fn a_policy_of_another_name_is_found_with_what_it_adds() {
        let mut live = live();
        live.inline.push(document("copy", &policy(&[allow(&json!("dynamodb:PutItem"), &json!(TABLE))])));
        live.attached
            .push(document("arn:aws:iam::aws:policy/AdministratorAccess", &policy(&[allow(&json!("*"), &json!("*"))])));
        let inline = "the deployed `ConsumerRole` has the inline policy `copy`, which its stack does not";
        let attached = "the deployed `ConsumerRole` has the attached policy \
                        `arn:aws:iam::aws:policy/AdministratorAccess`, which its stack does not";
        check(&stack(), &live, &[("DR03", inline), ("DR04", attached)]);
        let found = found(&stack(), &live);
        assert_eq!(found[0].evidence, "it allows nothing that the stack does not");
        assert_eq!(found[1].evidence, "it allows `*` on `*`, which the stack does not");
    }

    #[test]
    fn a_policy_of_aws_that_the_stack_attaches_has_to_be_there() {
        let mut role = stack();
        role["Properties"]["ManagedPolicyArns"] =
            json!([{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}]);
        let lacks = "the deployed `ConsumerRole` lacks the policy `arn:aws:iam::aws:policy/ReadOnlyAccess`, \
                     which its stack attaches";
        check(&role, &live(), &[("DR02", lacks)]);
        let mut live = live();
        let read = policy(&[allow(&json!("s3:Get*"), &json!("*"))]);
        live.attached.push(document("arn:aws:iam::aws:policy/ReadOnlyAccess", &read));
        check(&role, &live, &[]);
    }

    #[test]
    fn another_trust_policy_is_found_by_whom_it_lets_in() {
        let mut live = live();
        live.trust = document("trust policy", &trust(&json!({"AWS": "210987654321"})));
        let more = "the deployed `ConsumerRole` lets `210987654321` assume it, which its stack does not";
        let less = "the deployed `ConsumerRole` does not let `lambda.amazonaws.com` assume it, which its stack does";
        check(&stack(), &live, &[("DR06", more), ("DR06", less)]);
        live.trust = document("trust policy", &trust(&json!({"Service": "lambda.amazonaws.com", "AWS": "*"})));
        let more = "the deployed `ConsumerRole` lets anyone assume it, which its stack does not";
        check(&stack(), &live, &[("DR06", more)]);
    }

    #[test]
    fn an_account_by_its_number_is_the_account_by_its_arn() {
        let mut role = stack();
        role["Properties"]["AssumeRolePolicyDocument"] = trust(&json!({"AWS": {"Ref": "AWS::AccountId"}}));
        let mut live = live();
        live.trust = document("trust policy", &trust(&json!({"AWS": "arn:aws:iam::123456789012:root"})));
        check(&role, &live, &[]);
    }

    #[test]
    fn another_boundary_is_found() {
        let mut live = live();
        live.boundary = Some(document(BOUNDARY, &policy(&[allow(&json!("*"), &json!("*"))])));
        let more = format!("the deployed `ConsumerRole` has the boundary `{BOUNDARY}`, which its stack does not");
        check(&stack(), &live, &[("DR05", &more)]);
        let mut role = stack();
        role["Properties"]["PermissionsBoundary"] = json!(BOUNDARY);
        check(&role, &live, &[]);
        live.boundary = None;
        let less = format!("the deployed `ConsumerRole` lacks the boundary `{BOUNDARY}`, which its stack has");
        check(&role, &live, &[("DR05", &less)]);
    }

    #[test]
    fn what_cannot_be_read_or_is_not_known_proves_nothing() {
        let mut broken = live();
        broken.inline[1] = document("write", &json!({}));
        check(&stack(), &broken, &[("DR09", "the policy `write` of the deployed `ConsumerRole` cannot be read")]);

        let mut role = stack();
        let stream = json!([{"Fn::GetAtt": ["Sightings", "StreamArn"]}]);
        let read = allow(&json!("dynamodb:GetRecords"), &stream);
        let policy_of_role = &mut role["Properties"]["Policies"][0]["PolicyDocument"];
        *policy_of_role = policy(&[policy_of_role["Statement"][0].clone(), read]);
        let mut live = live();
        let stream = format!("{TABLE}/stream/2027-01-01");
        let deployed = allow(&json!("dynamodb:GetRecords"), &json!(stream));
        live.inline[0] = document("function", &policy(&[stack_read(), deployed]));
        let unknown = "it is not known whether the deployed `ConsumerRole` allows exactly what its stack does";
        check(&role, &live, &[("DR09", unknown)]);
        assert_eq!(found(&role, &live)[0].evidence, "only CloudFormation knows the value of `${Sightings.StreamArn}`");

        let either = json!([{"Fn::If": ["IsHere", TABLE, "*"]}]);
        role["Properties"]["Policies"][0]["PolicyDocument"] = policy(&[allow(&json!("s3:GetObject"), &either)]);
        check(&role, &live, &[("DR09", unknown)]);
    }
}
