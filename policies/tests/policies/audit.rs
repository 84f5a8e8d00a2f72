//! Every rule of the audit, by its own cases.

use std::collections::BTreeSet;

use policies::audit::{Kind, Policy, PolicyRule, audit, rules};

fn fires(row: &PolicyRule, policy: Policy) -> bool {
    audit(&[policy]).iter().any(|finding| finding.rule == &row.rule)
}

#[test]
fn every_rule_fires_in_its_own_case_and_not_in_the_one_close_to_it() {
    for row in rules() {
        assert!(fires(row, row.firing.policy()), "{} does not fire", row.rule.id);
        let quiet = row.quiet.policy();
        assert!(!fires(row, quiet.clone()), "{} fires: {:#?}", row.rule.id, audit(&[quiet]));
    }
}

#[test]
fn every_rule_has_an_id_of_its_own_and_says_what_to_do() {
    let mut ids = BTreeSet::new();
    for row in rules() {
        let rule = &row.rule;
        assert!(ids.insert(rule.id), "{} is there twice", rule.id);
        let (family, number) = rule.id.split_at(2);
        assert!(["GR", "CT", "WB", "PE", "SA", "RP"].contains(&family), "{}", rule.id);
        assert!(number.parse::<u16>().is_ok(), "{}", rule.id);
        for text in [rule.title, rule.fix] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: `{text}`", rule.id);
        }
    }
}

#[test]
fn what_a_rule_finds_is_a_place_in_the_policy() {
    for row in rules() {
        let policy = row.firing.policy();
        for finding in audit(std::slice::from_ref(&policy)) {
            let place = policy.json.pointer(&finding.pointer);
            assert!(place.is_some(), "{}: `{}` is nowhere", finding.rule.id, finding.pointer);
            assert!(!finding.message.ends_with('.'), "{}", finding.message);
        }
    }
}

#[test]
fn the_likely_kind_of_a_policy_is_told_by_its_principals() {
    let check = |text: &str, expected: Kind| assert_eq!(Kind::likely(text), expected, "{text}");
    check(r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#, Kind::Identity);
    check(r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}}"#, Kind::Resource);
    let trust = r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}"#;
    check(trust, Kind::Trust);
    check("no policy", Kind::Identity);
}
