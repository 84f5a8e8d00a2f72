//! Random policies and requests over few names, so that they often meet.

use policies::evaluate::{Context, Known, Request};
use policies::{
    Action, Condition, Effect, Listed, Operator, PolicyDocument, Principal, Quantifier, Statement, Version,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) const ROLE: &str = "arn:aws:iam::111111111111:role/reader";

const ACTIONS: &[&str] = &[
    "*",
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "S3:getobject",
    "s3:?etObject",
    "s3:*Object",
    "s3:PutObject",
    "sqs:SendMessage",
    "sqs:*",
];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::maps",
    "arn:aws:s3:::maps/*",
    "arn:aws:s3:::maps/?",
    "arn:aws:s3:::*/a",
    "arn:aws:s3:::m*/*",
    "arn:aws:s3:::maps/${aws:username}",
    "arn:aws:s3:::maps/${aws:username}/*",
    "arn:aws:s3:::${aws:PrincipalTag/team, 'maps'}/*",
    "arn:aws:s3:::maps/${*}",
];

fn listed<T: Clone + std::fmt::Debug + 'static>(item: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Listed<T>> {
    let lists = vec(item, 1..3).boxed();
    prop_oneof![4 => lists.clone().prop_map(Listed::These), 1 => lists.prop_map(Listed::AllBut)].boxed()
}

fn texts(values: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    vec(select(values).prop_map(str::to_owned), 1..3)
}

/// The values that requests have, by key; policies ask for these and for patterns of them.
pub(crate) fn values_of(key: &str) -> &'static [&'static str] {
    match key {
        "aws:username" => &["a", "ann", "*", "maps"],
        "aws:principaltag/team" => &["maps", "Maps", "m"],
        "aws:tagkeys" => &["cost", "team", "x"],
        "aws:sourceip" => &["10.0.0.1", "10.0.1.1", "192.0.2.9"],
        "s3:max-keys" => &["1", "2", "10"],
        "aws:currenttime" => &["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"],
        "aws:securetransport" => &["true", "false"],
        _ => &["arn:aws:sns:eu-west-1:111111111111:a", "arn:aws:sns:eu-west-1:222222222222:b"],
    }
}

pub(crate) const KEYS: &[&str] = &[
    "aws:username",
    "aws:principaltag/team",
    "aws:tagkeys",
    "aws:sourceip",
    "s3:max-keys",
    "aws:currenttime",
    "aws:securetransport",
    "aws:sourcearn",
];

fn condition() -> impl Strategy<Value = Condition> {
    use Operator as O;
    let strings = select(vec![
        O::StringEquals,
        O::StringNotEquals,
        O::StringLike,
        O::StringNotLike,
        O::StringEqualsIgnoreCase,
        O::StringNotEqualsIgnoreCase,
    ]);
    let numbers = select(vec![
        O::NumericEquals,
        O::NumericNotEquals,
        O::NumericLessThan,
        O::NumericLessThanEquals,
        O::NumericGreaterThan,
        O::NumericGreaterThanEquals,
    ]);
    let dates = select(vec![
        O::DateEquals,
        O::DateNotEquals,
        O::DateLessThan,
        O::DateLessThanEquals,
        O::DateGreaterThan,
        O::DateGreaterThanEquals,
    ]);
    let arns = select(vec![O::ArnLike, O::ArnEquals, O::ArnNotLike, O::ArnNotEquals]);
    let tests = prop_oneof![
        4 => (strings.clone(), select(vec!["aws:username", "aws:PrincipalTag/team"]), texts(&["a", "a*", "m?ps", "maps", "MAPS", "*", "${aws:username}"])),
        2 => (numbers, Just("s3:max-keys"), texts(&["1", "2", "10", "5"])),
        2 => (dates, Just("aws:CurrentTime"), texts(values_of("aws:currenttime"))),
        1 => (Just(O::Bool), Just("aws:SecureTransport"), texts(&["true", "false"])),
        2 => (select(vec![O::IpAddress, O::NotIpAddress]), Just("aws:SourceIp"), texts(&["10.0.0.0/8", "10.0.0.0/24", "192.0.2.9"])),
        2 => (arns, Just("aws:SourceArn"), texts(&["arn:aws:sns:*:*:*", "arn:aws:sns:*:111111111111:a", "arn:aws:sns:eu-west-1:*:b"])),
        1 => (Just(O::Null), select(KEYS), texts(&["true", "false"])),
    ];
    let single = (tests, any::<bool>()).prop_map(|((operator, key, values), if_exists)| {
        let condition = Condition::new(operator, key, values);
        if if_exists && operator != O::Null { condition.if_exists() } else { condition }
    });
    let quantifiers = select(vec![Quantifier::ForAllValues, Quantifier::ForAnyValue]);
    let several = (strings, quantifiers, texts(&["cost", "t*", "team", "x"]), any::<bool>()).prop_map(
        |(operator, quantifier, values, if_exists)| {
            let condition = Condition::new(operator, "aws:TagKeys", values).quantified(quantifier);
            if if_exists { condition.if_exists() } else { condition }
        },
    );
    prop_oneof![3 => single, 1 => several]
}

fn conditions() -> impl Strategy<Value = Vec<Condition>> {
    // One operator has a key once, as in JSON.
    vec(condition(), 0..3).prop_map(|mut conditions| {
        let mut seen = Vec::new();
        conditions.retain(|it| {
            let name = (it.operator_name(), it.key.clone());
            let new = !seen.contains(&name);
            seen.push(name);
            new
        });
        // IAM's form groups by operator.
        conditions.sort_by_key(|it| seen.iter().position(|(name, _)| *name == it.operator_name()));
        conditions
    })
}

fn principal() -> impl Strategy<Value = Principal> {
    prop_oneof![
        select(vec!["*", ROLE, "arn:aws:iam::111111111111:root", "222222222222", "arn:aws:iam::222222222222:user/ann"])
            .prop_map(Principal::aws),
        select(vec!["sns.amazonaws.com", "lambda.amazonaws.com"]).prop_map(Principal::service),
    ]
}

fn principals() -> BoxedStrategy<Listed<Principal>> {
    let grouped = listed(principal()).prop_map(|listed| {
        let group = |mut items: Vec<Principal>| {
            items.sort_by_key(|it| matches!(it, Principal::Service(_)));
            items
        };
        match listed {
            Listed::These(items) => Listed::These(group(items)),
            Listed::AllBut(items) => Listed::AllBut(group(items)),
        }
    });
    prop_oneof![1 => Just(Listed::These(vec![Principal::Any])), 4 => grouped].boxed()
}

fn statement(principals: BoxedStrategy<Option<Listed<Principal>>>) -> impl Strategy<Value = Statement> {
    let effect = prop_oneof![3 => Just(Effect::Allow), 1 => Just(Effect::Deny)];
    let actions = listed(select(ACTIONS).prop_map(Action::new));
    let resources = listed(select(RESOURCES).prop_map(str::to_owned));
    (option::of("[A-Za-z0-9]{1,4}"), effect, principals, actions, resources, conditions()).prop_map(
        |(sid, effect, principal, action, resource, condition)| Statement {
            sid,
            effect,
            principal,
            action,
            resource,
            condition,
        },
    )
}

fn policy(principals: BoxedStrategy<Option<Listed<Principal>>>) -> impl Strategy<Value = PolicyDocument> {
    let version = prop_oneof![4 => Just(Version::V2012), 1 => Just(Version::V2008)];
    (version, option::of("[a-z]{1,3}"), vec(statement(principals), 0..4))
        .prop_map(|(version, id, statement)| PolicyDocument { version, id, statement })
}

/// A policy of a principal.
pub(crate) fn identity() -> BoxedStrategy<PolicyDocument> {
    policy(Just(None).boxed()).boxed()
}

/// A policy of a resource.
pub(crate) fn resource() -> BoxedStrategy<PolicyDocument> {
    policy(principals().prop_map(Some).boxed()).boxed()
}

fn context() -> impl Strategy<Value = Context> {
    let known = KEYS.iter().map(|key| {
        let several = if *key == "aws:tagkeys" { 1..3 } else { 1..2 };
        let value = vec(select(values_of(key)).prop_map(str::to_owned), several).prop_map(Known::Values);
        prop_oneof![1 => Just(Known::Absent), 2 => value].boxed()
    });
    known.collect::<Vec<_>>().prop_map(|known| {
        KEYS.iter().zip(known).fold(Context::closed(), |context, (key, known)| context.knowing(key, known))
    })
}

/// A request of which everything is known.
pub(crate) fn request() -> impl Strategy<Value = Request> {
    let principals = prop_oneof![
        4 => select(vec![ROLE, "arn:aws:iam::111111111111:user/ann", "arn:aws:iam::222222222222:user/ann", "arn:aws:sts::111111111111:assumed-role/reader/now"]).prop_map(Principal::aws),
        1 => select(vec!["sns.amazonaws.com", "s3.amazonaws.com"]).prop_map(Principal::service),
        1 => Just(Principal::Any),
    ];
    let actions = select(vec![
        "s3:GetObject",
        "s3:PutObject",
        "s3:GetBucketAcl",
        "s3:ListBucket",
        "sqs:SendMessage",
        "sqs:PurgeQueue",
    ]);
    let resources = select(vec![
        "*",
        "arn:aws:s3:::maps",
        "arn:aws:s3:::maps/a",
        "arn:aws:s3:::maps/*",
        "arn:aws:s3:::maps/ann/a",
        "arn:aws:s3:::m/a",
        "arn:aws:s3:::maps/${aws:username}",
    ]);
    (principals, actions, resources, context()).prop_map(|(principal, action, resource, context)| Request {
        principal,
        action: action.to_owned(),
        resource: resource.to_owned(),
        context,
    })
}
