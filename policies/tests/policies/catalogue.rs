//! The embedded catalogue: complete, readable, and right about well-known actions.

use std::collections::BTreeSet;

use policies::catalogue::{self, AccessLevel, Action, ValueType};
use proptest::prelude::*;
use proptest::sample::Index;

const FILE: &str = include_str!("../../catalogue/actions.txt");

#[track_caller]
fn action(name: &str) -> &'static Action {
    catalogue::action(name).unwrap_or_else(|| panic!("{name} is not known"))
}

#[track_caller]
fn check_action(name: &str, access_level: AccessLevel, resources: &[&str]) {
    let action = action(name);
    assert_eq!(action.to_string(), name);
    assert_eq!(action.access_level, access_level);
    let uses: Vec<_> = action.resources.iter().map(|used| used.name).collect();
    assert_eq!(uses, resources);
}

#[track_caller]
fn check_applies(name: &str, resource: &str, expected: bool) {
    assert_eq!(action(name).applies_to(resource), expected, "{name} on {resource}");
}

#[test]
fn every_service_can_be_read_and_the_totals_are_right() {
    let total = |name: &str| -> usize {
        let line = FILE.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse().unwrap()
    };
    let services: Vec<_> = catalogue::services().map(|prefix| catalogue::service(prefix).unwrap()).collect();
    assert!(services.len() > 400, "{} services", services.len());
    assert_eq!(services.len(), total("services"));
    assert_eq!(services.iter().map(|service| service.actions.len()).sum::<usize>(), total("actions"));
    assert_eq!(services.iter().map(|service| service.resource_types.len()).sum::<usize>(), total("resource-types"));
}

#[test]
fn every_fact_is_found_by_its_name_and_refers_to_others_that_are_there() {
    for service in catalogue::services().map(|prefix| catalogue::service(prefix).unwrap()) {
        assert!(!service.name.is_empty(), "{} has no name", service.prefix);
        for action in &service.actions {
            assert!(action.name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-'), "{action}");
            assert_eq!(self::action(&action.to_string()).name, action.name);
            assert_eq!(action.resource_types().count(), action.resources.len(), "{action}");
        }
        let keys: BTreeSet<_> = service.actions.iter().flat_map(Action::all_condition_keys).collect();
        for key in keys {
            assert!(service.condition_key(key).is_some_and(|known| known.name == key), "{}: {key}", service.prefix);
            assert!(catalogue::condition_key(key).is_some(), "{}: {key}", service.prefix);
        }
        for resource_type in &service.resource_types {
            assert!(service.resource_type(resource_type.name).is_some_and(|found| found.name == resource_type.name));
            assert!(!resource_type.arns.is_empty());
            for arn in &resource_type.arns {
                assert!(arn.to_string().starts_with("arn:${Partition}:"), "{arn}");
                assert!(resource_type.fits(&arn.to_string()), "{arn}");
            }
        }
    }
}

#[test]
fn the_facts_are_dated() {
    let date = catalogue::date();
    assert!(date.len() == 10 && date > "2026", "{date}");
    assert!(catalogue::version().split('.').count() == 3, "{}", catalogue::version());
}

#[test]
fn well_known_actions_are_right() {
    check_action("sqs:SendMessage", AccessLevel::Write, &["queue"]);
    check_action("xray:PutTraceSegments", AccessLevel::Write, &[]);
    check_action("s3:PutBucketPolicy", AccessLevel::PermissionsManagement, &["bucket"]);
    check_action("sqs:TagQueue", AccessLevel::Tagging, &["queue"]);
    check_action("dynamodb:ListTables", AccessLevel::List, &[]);
    check_action("dynamodb:Query", AccessLevel::Read, &["index", "table"]);
    check_action("s3:GetObject", AccessLevel::Read, &["accesspointobject", "object"]);
    check_action("iam:PassRole", AccessLevel::Write, &["role"]);
    assert!(action("iam:PassRole").all_condition_keys().any(|key| key == "iam:PassedToService"));
    assert!(action("sqs:SendMessage").resources[0].required);
    assert!(action("dynamodb:PartiQLSelect").resources.iter().any(|used| used.name == "index" && !used.required));
}

#[test]
fn names_are_found_in_any_case() {
    assert_eq!(action("DYNAMODB:getitem").to_string(), "dynamodb:GetItem");
    assert_eq!(catalogue::service("SQS").unwrap().name, "Amazon SQS");
    assert_eq!(catalogue::condition_key("AWS:sourceip").unwrap().name, "aws:SourceIp");
}

#[test]
fn what_does_not_exist_has_a_nearest_one() {
    assert!(catalogue::action("sqs:SendMesage").is_none());
    assert!(catalogue::action("SendMessage").is_none());
    let nearest = |name| catalogue::nearest_action(name).map(ToString::to_string);
    assert_eq!(nearest("sqs:SendMesage").as_deref(), Some("sqs:SendMessage"));
    assert_eq!(nearest("dynamdb:GetItm").as_deref(), Some("dynamodb:GetItem"));
    assert_eq!(nearest("sqs:Xyz"), None);
    assert_eq!(catalogue::nearest_service("dynamdb").unwrap().prefix, "dynamodb");
    assert!(catalogue::nearest_service("something-of-its-own").is_none());
}

#[test]
fn a_pattern_stands_for_the_actions_it_matches() {
    let names = |pattern| catalogue::matching(pattern).map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names("SQS:sendmessage"), ["sqs:SendMessage"]);
    assert_eq!(names("sqs:Nothing*"), Vec::<String>::new());
    assert_eq!(names("nothing:*"), Vec::<String>::new());
    let gets = names("s3:Get*");
    assert!(gets.len() > 50 && gets.iter().all(|name| name.starts_with("s3:Get")), "{gets:?}");
    assert!(gets.contains(&"s3:GetObject".to_owned()));
    let every: usize = catalogue::services().map(|prefix| catalogue::service(prefix).unwrap().actions.len()).sum();
    assert_eq!(names("*").len(), every);
    assert_eq!(names("*:*").len(), every);
    let services: BTreeSet<_> = catalogue::matching("*:TagResource").map(|action| action.service).collect();
    assert!(services.contains("dynamodb") && services.contains("lambda"));
}

#[test]
fn condition_keys_have_types_and_placeholders() {
    let check = |name, found, values, multivalued| {
        let key = catalogue::condition_key(name).unwrap();
        assert_eq!((key.name, key.values, key.multivalued), (found, values, multivalued));
    };
    check("dynamodb:LeadingKeys", "dynamodb:LeadingKeys", ValueType::String, true);
    check("aws:SecureTransport", "aws:SecureTransport", ValueType::Bool, false);
    check("aws:SourceIp", "aws:SourceIp", ValueType::IpAddress, false);
    check("aws:SourceArn", "aws:SourceArn", ValueType::Arn, false);
    check("aws:TagKeys", "aws:TagKeys", ValueType::String, true);
    check("aws:ResourceTag/team", "aws:ResourceTag/${TagKey}", ValueType::String, false);
    check("aws:principaltag/team", "aws:PrincipalTag/${TagKey}", ValueType::String, false);
    check("kms:EncryptionContext:AppName", "kms:EncryptionContext:${EncryptionContextKey}", ValueType::String, false);
    check("s3:ExistingObjectTag/team", "s3:ExistingObjectTag/${key}", ValueType::String, false);
    check("events:Metadata/a/matcher", "events:Metadata/${MetadataKey}/Matcher", ValueType::String, false);
    check("saml:aud", "saml:aud", ValueType::String, false);
    check("aws:MultiFactorAuthAge", "aws:MultiFactorAuthAge", ValueType::Numeric, false);
    for unknown in ["aws:ResourceTag/", "aws:SourceIP4", "dynamodb:LeadingKey", "nothing:Key", "word"] {
        assert!(catalogue::condition_key(unknown).is_none(), "{unknown}");
    }
    assert!(catalogue::global_condition_key("dynamodb:LeadingKeys").is_none());
}

#[test]
fn an_action_applies_to_resources_of_its_types() {
    check_applies("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:orders", true);
    check_applies("sqs:SendMessage", "arn:aws:sqs:*:*:orders-*", true);
    check_applies("sqs:SendMessage", "arn:*", true);
    check_applies("sqs:SendMessage", "*", true);
    check_applies("sqs:SendMessage", "arn:${aws:Partition}:sqs:eu-west-1:123456789012:${aws:username}", true);
    check_applies("s3:GetObject", "arn:aws:s3:::maps/2026/*", true);
    check_applies("s3:GetObject", "arn:aws:s3:::maps*", true);
    check_applies("s3:ListBucket", "arn:aws:s3:::maps", true);
    check_applies("s3:ListBucket", "arn:aws:s3:::map?", true);
    check_applies("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/*", true);
    check_applies("iam:PassRole", "arn:aws:iam::123456789012:role/service/worker", true);
    check_applies("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:123456789012:function:resize:live", true);
    check_applies("xray:PutTraceSegments", "*", true);
}

#[test]
fn an_action_does_not_apply_to_resources_that_are_certainly_others() {
    check_applies("sqs:SendMessage", "arn:aws:sns:eu-west-1:123456789012:orders", false);
    check_applies("sqs:SendMessage", "orders", false);
    check_applies("s3:GetObject", "arn:aws:s3:::maps", false);
    check_applies("s3:ListBucket", "arn:aws:s3:::maps/*", false);
    check_applies("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/by-day", false);
    check_applies("iam:PassRole", "arn:aws:iam::123456789012:user/*", false);
    check_applies("xray:PutTraceSegments", "arn:aws:xray:eu-west-1:123456789012:group/all", false);
    check_applies("dynamodb:ListTables", "arn:aws:dynamodb:eu-west-1:123456789012:table/*", false);
}

/// An ARN of the format, with `name` for each placeholder.
fn filled(format: &str, name: &str) -> String {
    let mut parts = format.split("${");
    let mut arn = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        arn.push_str(name);
        arn.push_str(part.split_once('}').unwrap().1);
    }
    arn
}

proptest! {
    #[test]
    fn a_pattern_of_an_arn_of_a_type_fits_the_type(
        service: Index,
        resource_type: Index,
        name in "[a-z0-9._-]{0,6}",
        cuts in proptest::collection::vec((any::<Index>(), 0_usize..12, "[*?]|\\$\\{aws:username\\}"), 0..4),
    ) {
        let services: Vec<_> = catalogue::services().filter_map(catalogue::service).collect();
        let types = &service.get(&services).resource_types;
        prop_assume!(!types.is_empty());
        let known = resource_type.get(types);
        for format in &known.arns {
            let arn = filled(&format.to_string(), &name);
            let mut pattern = arn.clone();
            for (at, length, wildcard) in &cuts {
                let start = at.index(pattern.len());
                let length = if wildcard == "?" { 1 } else { *length };
                // Variables of an earlier cut stay whole, and what a `*` stands for is more than one character.
                let end = (start + length).min(pattern.len());
                if pattern[start..end].contains(['$', '{', '}', '*']) || pattern[..start].rfind('$') > pattern[..start].rfind('}') {
                    continue;
                }
                pattern.replace_range(start..end, wildcard);
            }
            prop_assert!(known.fits(&pattern), "{pattern} for {arn}");
        }
    }
}
