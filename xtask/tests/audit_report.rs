//! What the outputs of the audit say.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

#[path = "common/audit_sample.rs"]
mod sample;

use engine::audit::finding::AuditFinding;
use engine::audit::matrix::AuditReport;
use engine::audit::report::{Basis, json, rules, sarif, summary, text};
use insta::assert_snapshot;
use policies::audit::rules as policy_rules;
use serde_json::{Value as Json, json};

/// The text as a terminal without colours shows it.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn read(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

/// The report with only what is exact.
fn exact() -> AuditReport {
    let functions = sample::report().functions.split_off(3);
    AuditReport { functions, ..AuditReport::default() }
}

#[test]
fn the_text_shows_each_right_then_each_finding_then_the_sum() {
    assert_snapshot!(plain(&text::render(&sample::report(), &sample::basis())), @r#"
    spaceships
      Consumer runs `spaceships-consumer`, declared at stacks/src/spaceships.rs:38:20
        ModelCache      dynamodb:GetItem        exact    recorded: called in the local cloud
        Sightings       dynamodb:PutItem        exact    linked: put_item at handlers/spaceships/src/consumer.rs:108:14
                        if {"StringEquals": {"aws:SourceAccount": "111122223333"}}
        SightingsQueue  sqs:DeleteMessage       exact    platform: event source mapping `SightingsQueueToConsumer`
                        sqs:GetQueueAttributes  MISSING  platform: event source mapping `SightingsQueueToConsumer`
                        sqs:ReceiveMessage      exact    platform: event source mapping `SightingsQueueToConsumer`
      Counts runs `spaceships-counts`, declared at stacks/src/spaceships.rs:45:20
        ModelCache                dynamodb:*             TOO BROAD  declared: binding `cache`
        Sightings/index/by-model  dynamodb:Query         exact      linked: query at handlers/spaceships/src/counts.rs:31:10
        StatsCache                dynamodb:Scan          UNUSED     linked: not linked in `spaceships-counts`: Scan
        Validator                 lambda:InvokeFunction  UNKNOWN    declared: the program shows no operation at all
      Validator runs `spaceships-validator`, declared at stacks/src/spaceships.rs:52:20
        allowed nothing, and needs nothing

    orders
      Place runs `orders-place`, declared at stacks/src/orders.rs:20:20
        OrderTopic  sns:Publish  exact  linked: publish at handlers/orders/src/main.rs:9:5

    critical[RP01]: the policy of `SightingsQueue` lets everyone send
      --> stacks/src/spaceships.rs:61:22
      evidence: declared in the stack
      help: name the principals, or limit them with `aws:SourceArn`

    high[LP02]: the role of `Counts` allows `dynamodb:Scan` on `StatsCache`, which its program cannot use
      --> stacks/src/spaceships.rs:45:22
      evidence: not linked in `spaceships-counts`: Scan
      help: remove `Scan` from the binding `stats_cache`

    medium[WB05]: the second statement adds nothing
      --> /Statement/1
      evidence: declared in the stack
      help: remove one of the two

    suppressed low[SU03]: nothing is found that it suppresses
      reason: wanted by the `team` until it moves
      until: 2027-01-31

    2 stacks, 4 functions, 10 rights: 6 exact, 1 MISSING, 1 UNUSED, 1 TOO BROAD, 1 UNKNOWN; 3 findings: 1 critical, 1 high, 1 medium; 1 suppressed
    judged by the catalogue of actions 0.1.202603011 of 2026-03-01
    "#);
}

#[test]
fn the_text_of_a_report_without_findings_says_so() {
    assert_snapshot!(plain(&text::render(&exact(), &Basis::default())), @r"
    orders
      Place runs `orders-place`, declared at stacks/src/orders.rs:20:20
        OrderTopic  sns:Publish  exact  linked: publish at handlers/orders/src/main.rs:9:5

    1 stack, 1 function, 1 right: 1 exact; no finding
    ");
}

#[test]
fn the_summary_of_nothing_claims_nothing() {
    assert_eq!(summary(&AuditReport::default()), "no finding");
}

#[test]
fn colours_add_nothing_that_the_words_do_not_say() {
    let coloured = text::render(&sample::report(), &sample::basis());
    let finding = AuditFinding::new(&sample::OPEN, "a", "b", "c");
    assert_ne!(coloured, plain(&coloured));
    assert_eq!(plain(&text::finding_text(&finding)), finding.to_string());
}

#[test]
fn the_json_has_the_promised_members_and_more() {
    let json = read(&json::render(&sample::report(), &sample::basis()));
    let members: Vec<_> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["version", "catalogue", "findings", "suppressed", "functions", "programs", "change", "files", "passed_over"]
    );
    assert_eq!(json["version"], 1);
    assert_eq!(json["catalogue"], json!({"version": "0.1.202603011", "date": "2026-03-01"}));
    assert_eq!(json["findings"][1]["id"], "LP02");
    assert_eq!(json["findings"][1]["location"], "stacks/src/spaceships.rs:45:22");
    assert_eq!(json["suppressed"][0]["id"], "SU03");
    assert_eq!(json["suppressed"][0]["expires"], "2027-01-31");
    assert_eq!(json["functions"][1]["rights"][2]["verdict"], "too-broad");
    assert_eq!(read(&json::render(&exact(), &Basis::default()))["catalogue"], Json::Null);
}

#[test]
fn the_rules_as_json_have_the_promised_members() {
    let json = read(&rules::json(&[&sample::OPEN]));
    let rule = json!({
        "id": "RP01",
        "severity": "critical",
        "title": "a resource that everyone may use",
        "fix": "name the principals, or limit them with `aws:SourceArn`",
        "also_known_as": ["checkov:CKV_AWS_72", "cfn-nag:F20"],
    });
    assert_eq!(json, json!({"version": 1, "rules": [rule]}));
}

#[test]
fn the_rules_as_text_stand_by_family_with_counts() {
    assert_snapshot!(plain(&rules::table(&sample::basis().rules)), @r"
    LP  least privilege  1 rule
      LP02  high      an action that is allowed and that the program cannot use

    GR  the grammar of policies  1 rule
      GR07  error     an operator that IAM does not know

    WB  breadth  1 rule
      WB05  medium    a statement that another one makes needless

    RP  policies of resources and roles  1 rule
      RP01  critical  a resource that everyone may use

    SU  suppressions  1 rule
      SU03  low       a suppression that suppresses nothing

    elsewhere
      access-analyzer:REDUNDANT_STATEMENT  WB05
      cfn-nag:F20                          RP01
      checkov:CKV_AWS_72                   RP01
      parliament:MISMATCHED_TYPE           GR07

    5 rules: 1 error, 1 critical, 1 high, 1 medium, 1 low
    ");
}

#[test]
fn a_rule_about_policies_is_explained_with_its_cases() {
    let row = policy_rules().find(|row| row.rule.id == "WB01").unwrap();
    let explained = plain(&rules::explain(&row.rule, Some(row)));
    let headings = ["[WB01]: finds ", "\n  help: ", "\nit fires on\n  {\n", "\nit is quiet about\n  {\n"];
    let places: Vec<_> = headings.iter().map(|it| explained.find(it)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in\n{explained}");
}

#[test]
fn a_rule_of_the_audit_itself_is_explained_without_cases() {
    assert_snapshot!(plain(&rules::explain(&sample::OPEN, None)), @r"
    critical[RP01]: finds a resource that everyone may use
      help: name the principals, or limit them with `aws:SourceArn`
      elsewhere:
        checkov:CKV_AWS_72
        cfn-nag:F20
    ");
}

#[test]
fn sarif_points_at_the_lines_of_the_stack() {
    let run = &read(&sarif::render(&sample::report(), &sample::basis()))["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "stackwright policy-audit");
    let result = &run["results"][1];
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(driver["rules"][index]["id"], result["ruleId"]);
    assert_eq!((&result["ruleId"], &result["level"]), (&json!("LP02"), &json!("error")));
    let place = json!({
        "artifactLocation": {"uri": "stacks/src/spaceships.rs", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 45, "startColumn": 22},
    });
    assert_eq!(result["locations"][0]["physicalLocation"], place);
    let fingerprint = sample::report().findings[1].fingerprint();
    assert_eq!(result["partialFingerprints"], json!({"stackwright/v1": fingerprint}));
}

#[test]
fn sarif_knows_each_severity_and_keeps_what_is_suppressed_apart() {
    let run = &read(&sarif::render(&sample::report(), &sample::basis()))["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let levels: Vec<_> = rules
        .iter()
        .map(|rule| [&rule["id"], &rule["defaultConfiguration"]["level"], &rule["properties"]["security-severity"]])
        .map(|row| row.map(|it| it.as_str().unwrap()).join(" "))
        .collect();
    assert_eq!(levels, ["GR07 error 8.5", "LP02 error 7.5", "RP01 error 9.5", "SU03 note 2.0", "WB05 warning 5.0"]);
    let results = run["results"].as_array().unwrap();
    let suppressions: Vec<_> = results.iter().map(|it| it["suppressions"][0]["justification"].as_str()).collect();
    assert_eq!(suppressions, [None, None, None, Some("wanted by the `team` until it moves")]);
}

#[test]
fn sarif_names_a_place_that_is_no_line_in_words() {
    let run = &read(&sarif::render(&sample::report(), &Basis::default()))["runs"][0];
    let location = &run["results"][2]["locations"][0];
    assert_eq!(location["message"]["text"], "/Statement/1");
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "policy.json/Statement");
    assert_eq!(location["physicalLocation"], Json::Null);
}

#[test]
fn sarif_escapes_what_a_uri_cannot_hold() {
    let finding = AuditFinding::new(&sample::OPEN, "a", "b", "c").at(Some("my stacks/#1.rs:2:3"));
    let report = AuditReport { findings: vec![finding], ..AuditReport::default() };
    let run = &read(&sarif::render(&report, &Basis::default()))["runs"][0];
    let artifact = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(artifact["uri"], "my%20stacks/%231.rs");
}
