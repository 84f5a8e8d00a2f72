//! A report of the audit with something of everything.

#![allow(dead_code, reason = "each test program uses a part of it")]

use engine::audit::finding::AuditFinding;
use engine::audit::matrix::{AuditReport, Evidence, FunctionRights, Right, Source, Suppressed, Verdict};
use engine::audit::report::{Basis, Catalogue};
use policies::audit::{Rule, Severity};

/// A rule that opens a door.
pub(crate) static OPEN: Rule = Rule {
    id: "RP01",
    severity: Severity::Critical,
    title: "a resource that everyone may use",
    fix: "name the principals, or limit them with `aws:SourceArn`",
    also_known_as: &["checkov:CKV_AWS_72", "cfn-nag:F20"],
};
/// A rule about a right that is not used.
pub(crate) static UNUSED: Rule = Rule {
    id: "LP02",
    severity: Severity::High,
    title: "an action that is allowed and that the program cannot use",
    fix: "remove the action from the binding",
    also_known_as: &[],
};
/// A rule about width.
pub(crate) static WIDE: Rule = Rule {
    id: "WB05",
    severity: Severity::Medium,
    title: "a statement that another one makes needless",
    fix: "remove one of the two",
    also_known_as: &["access-analyzer:REDUNDANT_STATEMENT"],
};
/// A rule about tidiness.
pub(crate) static TIDY: Rule = Rule {
    id: "SU03",
    severity: Severity::Low,
    title: "a suppression that suppresses nothing",
    fix: "remove it",
    also_known_as: &[],
};
/// A rule about grammar.
pub(crate) static BROKEN: Rule = Rule {
    id: "GR07",
    severity: Severity::Error,
    title: "an operator that IAM does not know",
    fix: "write an operator that it knows, such as `StringEquals`",
    also_known_as: &["parliament:MISMATCHED_TYPE"],
};

/// The rules above and the catalogue.
pub(crate) fn basis() -> Basis {
    Basis {
        rules: vec![&OPEN, &UNUSED, &WIDE, &TIDY, &BROKEN],
        catalogue: Some(Catalogue { version: "0.1.202603011".to_owned(), date: "2026-03-01".to_owned() }),
    }
}

/// A right with one piece of evidence.
pub(crate) fn right(action: &str, resource: &str, verdict: Verdict, source: Source, text: &str) -> Right {
    Right {
        action: action.to_owned(),
        resource: resource.to_owned(),
        condition: None,
        verdict,
        evidence: vec![Evidence { source, text: text.to_owned() }],
    }
}

/// A function that runs a program named after it.
pub(crate) fn function(stack: &str, resource: &str, line: u32, rights: Vec<Right>) -> FunctionRights {
    FunctionRights {
        stack: stack.to_owned(),
        resource: resource.to_owned(),
        program: format!("{stack}-{}", resource.to_lowercase()),
        location: Some(format!("stacks/src/{}.rs:{line}:20", stack.replace('-', "_"))),
        rights,
    }
}

/// Two stacks: one with each verdict and findings of three severities, and one that is exact.
pub(crate) fn report() -> AuditReport {
    use Source::{Declared, Linked, Platform, Recorded};
    use Verdict::{Exact, Missing, TooBroad, Unknown, Unused};
    let put = Right {
        condition: Some("{\"StringEquals\": {\"aws:SourceAccount\": \"111122223333\"}}".to_owned()),
        evidence: vec![
            Evidence { source: Declared, text: "binding `sightings`".to_owned() },
            Evidence { source: Linked, text: "put_item at handlers/spaceships/src/consumer.rs:108:14".to_owned() },
        ],
        ..right("dynamodb:PutItem", "Sightings", Exact, Declared, "")
    };
    let poll = "event source mapping `SightingsQueueToConsumer`";
    let consumer = vec![
        right("sqs:ReceiveMessage", "SightingsQueue", Exact, Platform, poll),
        right("sqs:DeleteMessage", "SightingsQueue", Exact, Platform, poll),
        right("sqs:GetQueueAttributes", "SightingsQueue", Missing, Platform, poll),
        put,
        right("dynamodb:GetItem", "ModelCache", Exact, Recorded, "called in the local cloud"),
    ];
    let counts = vec![
        right(
            "dynamodb:Query",
            "Sightings/index/by-model",
            Exact,
            Linked,
            "query at handlers/spaceships/src/counts.rs:31:10",
        ),
        right("dynamodb:Scan", "StatsCache", Unused, Linked, "not linked in `spaceships-counts`: Scan"),
        right("dynamodb:*", "ModelCache", TooBroad, Declared, "binding `cache`"),
        right("lambda:InvokeFunction", "Validator", Unknown, Declared, "the program shows no operation at all"),
    ];
    let orders = vec![right("sns:Publish", "OrderTopic", Exact, Linked, "publish at handlers/orders/src/main.rs:9:5")];
    let open =
        AuditFinding::new(&OPEN, "spaceships", "SightingsQueue", "the policy of `SightingsQueue` lets everyone send")
            .at(Some("stacks/src/spaceships.rs:61:22"))
            .about("sqs:SendMessage")
            .on("*");
    let message = "the role of `Counts` allows `dynamodb:Scan` on `StatsCache`, which its program cannot use";
    let unused = AuditFinding::new(&UNUSED, "spaceships", "Counts", message)
        .at(Some("stacks/src/spaceships.rs:45:22"))
        .evidence("not linked in `spaceships-counts`: Scan")
        .fix("remove `Scan` from the binding `stats_cache`")
        .about("dynamodb:Scan")
        .on("StatsCache");
    let wide = AuditFinding::new(&WIDE, "policy.json", "Statement", "the second statement adds nothing")
        .at(Some("/Statement/1"));
    let tidy = AuditFinding::new(&TIDY, "orders", "Place", "nothing is found that it suppresses");
    AuditReport {
        functions: vec![
            function("spaceships", "Consumer", 38, consumer),
            function("spaceships", "Counts", 45, counts),
            function("spaceships", "Validator", 52, Vec::new()),
            function("orders", "Place", 20, orders),
        ],
        findings: vec![open, unused, wide],
        suppressed: vec![Suppressed {
            finding: tidy,
            reason: "wanted by the `team` until it moves".to_owned(),
            expires: "2027-01-31".to_owned(),
        }],
        ..AuditReport::default()
    }
}
