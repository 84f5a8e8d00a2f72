//! Policies whose values are not all known: what they allow at most, and what they allow at least.

use std::collections::BTreeSet;

use infra::iam::{VARIABLE_PREFIX, name_variables};
use policies::{Effect, Listed, PolicyDocument, Principal, Statement};
use serde_json::Value as Json;

/// The values in `policy` that are not known, as `${Sightings.StreamArn}`.
#[must_use]
pub fn unknown_values(policy: &Json) -> BTreeSet<String> {
    let text = policy.to_string();
    let starts = text.match_indices(VARIABLE_PREFIX).map(|(start, _)| &text[start..]);
    starts.filter_map(|rest| rest.find('}').map(|end| name_variables(&rest[..=end]))).collect()
}

/// A policy that allows all that `document` may allow, whatever the values are.
#[must_use]
pub fn at_most(document: &PolicyDocument) -> PolicyDocument {
    bounded(document, Effect::Allow)
}

/// A policy that allows only what `document` allows, whatever the values are.
#[must_use]
pub fn at_least(document: &PolicyDocument) -> PolicyDocument {
    bounded(document, Effect::Deny)
}

/// The policy whose statements of the effect `loose` speak of all that they may, and whose others only of what is certain.
fn bounded(document: &PolicyDocument, loose: Effect) -> PolicyDocument {
    let bound = |statement: &Statement| {
        if statement.effect == loose { Some(loosened(statement)) } else { tightened(statement) }
    };
    PolicyDocument { statement: document.statement.iter().filter_map(bound).collect(), ..document.clone() }
}

fn loosened(statement: &Statement) -> Statement {
    let mut loose = statement.clone();
    if statement.resource.iter().any(|it| is_unknown(it)) {
        let all = || vec!["*".to_owned()];
        let pattern = |text: &String| with_wildcards(text);
        let patterns = || statement.resource.iter().map(pattern).collect();
        loose.resource = Listed::These(if statement.resource.is_negated() { all() } else { patterns() });
    }
    if statement.principal.as_ref().is_some_and(|listed| listed.iter().any(is_unknown_principal)) {
        loose.principal = Some(Listed::These(vec![Principal::Any]));
    }
    loose.condition.retain(|condition| !condition.values.iter().any(|it| is_unknown(it)));
    loose
}

fn tightened(statement: &Statement) -> Option<Statement> {
    let mut tight = statement.clone();
    if statement.condition.iter().any(|condition| condition.values.iter().any(|it| is_unknown(it))) {
        return None;
    }
    tight.resource = known(&statement.resource, |it| is_unknown(it))?;
    if let Some(principals) = &statement.principal {
        tight.principal = Some(known(principals, is_unknown_principal)?);
    }
    Some(tight)
}

/// The known ones of what is listed; nothing when they say nothing of what is meant.
fn known<T: Clone>(listed: &Listed<T>, is_unknown: impl Fn(&T) -> bool) -> Option<Listed<T>> {
    if !listed.iter().any(&is_unknown) {
        return Some(listed.clone());
    }
    let known: Vec<_> = listed.iter().filter(|item| !is_unknown(item)).cloned().collect();
    (!listed.is_negated() && !known.is_empty()).then_some(Listed::These(known))
}

fn is_unknown(text: &str) -> bool {
    text.contains(VARIABLE_PREFIX)
}

fn is_unknown_principal(principal: &Principal) -> bool {
    match principal {
        Principal::Any => false,
        Principal::Aws(name)
        | Principal::Service(name)
        | Principal::Federated(name)
        | Principal::CanonicalUser(name) => is_unknown(name),
    }
}

fn with_wildcards(text: &str) -> String {
    let mut pattern = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(VARIABLE_PREFIX) {
        let Some((_, after)) = after.split_once('}') else { break };
        pattern += before;
        pattern.push('*');
        rest = after;
    }
    pattern + rest
}

#[cfg(test)]
mod tests {
    use infra::iam::with_variables;
    use policies::parse;
    use serde_json::json;

    use super::*;

    fn policy(statement: &Json) -> PolicyDocument {
        parse::value(&with_variables(&json!({"Version": "2012-10-17", "Statement": [statement]}))).unwrap()
    }

    #[track_caller]
    fn check(statement: &Json, most: &[Json], least: &[Json]) {
        let document = policy(statement);
        let written = |document: &PolicyDocument| serde_json::to_value(&document.statement).unwrap();
        let read = |expected: &[Json]| expected.iter().flat_map(|it| policy(it).statement).collect::<Vec<_>>();
        assert_eq!(written(&at_most(&document)), json!(read(most)));
        assert_eq!(written(&at_least(&document)), json!(read(least)));
    }

    #[test]
    fn an_unknown_resource_is_any_at_most_and_none_at_least() {
        let stream = json!({"Fn::Sub": "${Sightings.StreamArn}/x"});
        let on =
            |effect: &str, resource: Json| json!({"Effect": effect, "Action": "s3:GetObject", "Resource": resource});
        check(
            &on("Allow", json!(["arn:aws:s3:::maps/*", stream])),
            &[on("Allow", json!(["arn:aws:s3:::maps/*", "*/x"]))],
            &[on("Allow", json!("arn:aws:s3:::maps/*"))],
        );
        check(&on("Allow", stream.clone()), &[on("Allow", json!("*/x"))], &[]);
        check(&on("Deny", stream.clone()), &[], &[on("Deny", json!("*/x"))]);
        let but = json!({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": stream});
        check(&but, &[on("Allow", json!("*"))], &[]);
    }

    #[test]
    fn an_unknown_value_of_a_condition_or_principal_is_any_at_most() {
        let assume = |principal: Json| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal});
        let unknown = json!({"Fn::ImportValue": "role"});
        check(&assume(json!({"AWS": unknown})), &[assume(json!("*"))], &[]);
        let mut when = assume(json!("*"));
        when["Condition"] = json!({"StringEquals": {"sts:ExternalId": unknown}});
        check(&when, &[assume(json!("*"))], &[]);
    }

    #[test]
    fn unknown_values_are_named() {
        let policy = with_variables(&json!({"Resource": [{"Fn::GetAtt": ["Sightings", "StreamArn"]}, "*"]}));
        assert_eq!(unknown_values(&policy), ["${Sightings.StreamArn}".to_owned()].into());
    }
}
