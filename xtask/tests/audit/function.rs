//! What is found of a function whose role, program and wiring disagree: each rule of the families LP and PL once.

use std::collections::BTreeSet;

use bindings::Program as _;
use bindings::dynamodb::{GetItem, Index, Items, PutItem, Query, Table as Bound};
use bindings::s3::{Bucket as BoundBucket, GetObject};
use engine::audit::audited::Audited;
use engine::audit::calls::{Call, Site};
use engine::audit::function::{self, Subject};
use engine::audit::linked::Linked;
use engine::audit::matrix::{FunctionRights, Verdict};
use engine::audit::recorded::{Recorded, RecordedCall};
use engine::audit::rights::Rights;
use engine::audit::source::Source;
use engine::audit::usage::{self, Program};
use engine::audit::{AuditFinding, rules, wiring};
use engine::stack::Stack as Assembled;
use infra::dynamodb::{GlobalSecondaryIndex, Key, N, S, Table};
use infra::iam::{InlinePolicy, ManagedPolicy, Role, Statement};
use infra::lambda::{Destination, EventInvokeConfig, EventSourceMapping, Function, LoggingConfig, TracingMode};
use infra::logs::LogGroup;
use infra::s3::Bucket;
use infra::sqs::StandardQueue;
use infra::{Integer, Ref, Stack, Stage};
use policies::{Action, Operation, action, operation};
use serde::Serialize;

#[derive(Serialize)]
struct Bindings {
    orders: Bound<(GetItem, PutItem)>,
    archive: Bound<PutItem>,
    reports: Bound<PutItem>,
    by_time: Index<Query>,
    documents: BoundBucket<GetObject>,
}

impl bindings::Program for Bindings {
    const NAME: &'static str = "orders-processor";
}

/// A function with its stack and program, which calls exactly what it is granted.
pub(super) struct Case {
    stack: Stack,
    function: Ref<Function>,
    pub(super) linked: Linked,
    pub(super) source: Source,
    recorded: Option<Recorded>,
    pub(super) readable: Result<(), String>,
}

/// Where the program calls what, in a file of one call a line.
const SOURCE: &str = "fn all(bindings: &Bindings) {
    bindings.orders.get_item();
    bindings.orders.put_item();
    bindings.archive.put_item();
    bindings.reports.put_item();
    bindings.by_time.query();
    bindings.documents.get_object();
}";

impl Case {
    pub(super) fn new() -> Self {
        Self::with(|_, function| function, |role| role)
    }

    /// The function and its role, made otherwise.
    fn with(function: impl FnOnce(&mut Stack, Function<()>) -> Function<()>, role: impl FnOnce(Role) -> Role) -> Self {
        let mut stack = Stack::new("orders", &Stage::default());
        let by_time = GlobalSecondaryIndex::all("by-time", Key::hash_range(S("kind"), N("time")));
        let table = |stack: &mut Stack, id: &'static str| {
            let indexes = vec![by_time.clone()];
            stack.named(id).add(Table { global_secondary_indexes: indexes, ..Table::keyed(Key::hash(S("id"))) })
        };
        let [orders, archive, reports] = ["Orders", "Archive", "Reports"].map(|id| table(&mut stack, id));
        let bucket = stack.named("Documents").add(Bucket::default());
        let group = stack.named("Logs").add(LogGroup::default());
        let bound = Function::rust(Bindings {
            orders: orders.into(),
            archive: archive.into(),
            reports: reports.into(),
            by_time: orders.index(&by_time).into(),
            documents: bucket.objects("docs/").into(),
        });
        let bound = function(&mut stack, bound);
        let logs = Statement::allow([action::logs::CREATE_LOG_STREAM, action::logs::PUT_LOG_EVENTS]).on(group.arn());
        let granted = bound.grants().cloned().chain([logs]).collect();
        let own = role(Role { policies: vec![inline(granted)], ..Role::for_service("lambda.amazonaws.com") });
        let own = stack.named("Role").add(own);
        let logging = LoggingConfig { log_group: Some(group), ..LoggingConfig::default() };
        let function = stack.named("Processor").add(Function { logging_config: Some(logging), ..bound.with_role(own) });
        let mut case = Self {
            stack,
            function,
            linked: Linked::default(),
            source: Source::of(&[("handlers/orders/src/lib.rs", SOURCE)]),
            recorded: None,
            readable: Ok(()),
        };
        case.call_all();
        case
    }

    /// Lets the program call everything through its bindings.
    fn call_all(&mut self) {
        for binding in self.assembled().bindings(self.function.id().as_str()) {
            for operation in usage::operations(binding) {
                self.linked.operations.insert(*operation);
                self.linked.calls.insert(Call {
                    binding: binding.type_name.clone(),
                    service: operation.service.to_owned(),
                    operation: operation.name.to_owned(),
                });
            }
        }
        for (line, column) in [(2, 21), (3, 21), (4, 22), (5, 22), (6, 22), (7, 24)] {
            self.linked.sites.insert(Site { file: "handlers/orders/src/lib.rs".to_owned(), line, column });
        }
    }

    /// The program without its calls of `operation`, whose places are `lines`.
    pub(super) fn without(mut self, name: &str, lines: &[u32]) -> Self {
        self.linked.operations.retain(|it| it.name != name);
        self.linked.calls.retain(|call| call.operation != name);
        self.linked.sites.retain(|site| !lines.contains(&site.line));
        self
    }

    /// The program without the places of `lines`.
    fn without_sites(mut self, lines: &[u32]) -> Self {
        self.linked.sites.retain(|site| !lines.contains(&site.line));
        self
    }

    fn found(&self) -> BTreeSet<&'static str> {
        let stack = self.assembled();
        let (_, findings) = function::audit(&self.subject(&stack));
        let wiring = wiring::findings(&Audited::stack(&stack));
        findings.iter().chain(&wiring).map(|finding| finding.rule.id).collect()
    }

    /// The stack as data.
    pub(super) fn assembled(&self) -> Assembled {
        Assembled::from(self.stack.assemble())
    }

    /// What is known of the function, and what is found.
    fn audit(&self) -> (FunctionRights, Vec<AuditFinding>) {
        function::audit(&self.subject(&self.assembled()))
    }

    pub(super) fn subject<'a>(&'a self, stack: &'a Assembled) -> Subject<'a> {
        let program = Program { linked: &self.linked, source: &self.source };
        Subject {
            stack,
            function: stack.program(self.function.id().as_str()).unwrap(),
            program: self.readable.as_ref().map(|()| program).map_err(String::as_str),
            recorded: self.recorded.as_ref(),
            calls_services: true,
        }
    }
}

fn inline(statement: Vec<Statement>) -> InlinePolicy {
    InlinePolicy { policy_name: "function".to_owned(), policy_document: statement.into_iter().collect() }
}

/// The role with one more statement.
pub(super) fn and(statement: Statement) -> impl FnOnce(Role) -> Role {
    |role| Role { policies: [role.policies, vec![inline(vec![statement])]].concat(), ..role }
}

/// The role without `action`.
pub(super) fn without(action: &'static str) -> impl FnOnce(Role) -> Role {
    move |mut role| {
        for policy in &mut role.policies {
            let statements = std::mem::take(&mut policy.policy_document.statement);
            policy.policy_document.statement = statements
                .into_iter()
                .filter_map(|mut statement| {
                    let rest: Vec<_> = statement.action.iter().filter(|it| it.as_str() != action).cloned().collect();
                    statement.action = rest.into();
                    (!statement.action.is_empty()).then_some(statement)
                })
                .collect();
        }
        role
    }
}

pub(super) fn allow(name: &'static str) -> Statement {
    Statement::allow([Action::new(name)])
}

pub(super) fn find(service: &str, name: &str) -> Operation {
    *operation::of(service).unwrap().iter().find(|it| it.name == name).unwrap()
}

pub(super) fn role_only(change: impl FnOnce(Role) -> Role) -> Case {
    Case::with(|_, function| function, change)
}

fn recorded(action: &str, resource: &str, allowed: bool) -> Recorded {
    let call = RecordedCall {
        function: "Processor".to_owned(),
        action: action.to_owned(),
        resource: resource.to_owned(),
        allowed,
    };
    Recorded { calls: [call].into(), ..Recorded::default() }
}

/// Each rule with what it finds something in.
fn firing() -> Vec<(&'static str, Case)> {
    let raw = |service, name| {
        let mut case = Case::new();
        case.linked.operations.insert(find(service, name));
        case
    };
    let with_source = |mut case: Case, line: &str| {
        case.source =
            Source::of(&[("handlers/orders/src/lib.rs", &SOURCE.replace("    bindings.orders.get_item();", line))]);
        case
    };
    let mut cases = vec![
        ("LP01", role_only(without("dynamodb:GetItem"))),
        ("LP02", Case::new().without("GetItem", &[2])),
        ("LP03", Case { readable: Err("it is cut off".to_owned()), ..Case::new() }),
        ("LP05", role_only(|role| Role { managed_policy_arns: vec![ManagedPolicy::aws("ReadOnlyAccess")], ..role })),
        ("LP06", role_only(without("dynamodb:Query"))),
        ("LP07", Case::new().without("Query", &[6])),
        ("LP08", role_only(|role| and(allow("dynamodb:Get*").on("x"))(role))),
        ("LP09", role_only(|role| and(allow("dynamodb:GetItem").on("*"))(role))),
        ("LP12", role_only(|role| and(allow("dynamodb:Scan").on("arn:aws:dynamodb:eu-west-1:1:table/x"))(role))),
        ("LP13", with_source(Case::new(), "    bindings.documents.get_object().version_id(1);")),
        ("LP14", with_source(raw("sqs", "SendMessage"), "    client.send_message().presigned(config);")),
        ("LP15", Case::new().without_sites(&[4, 5])),
        ("LP17", role_only(|role| and(Statement::deny([Action::new("dynamodb:GetItem")]).on("*"))(role))),
        ("LP18", Case { recorded: Some(recorded("dynamodb:GetItem", "Orders", false)), ..Case::new() }),
        (
            "LP19",
            Case { recorded: Some(recorded("dynamodb:GetItem", "Orders", true)), ..Case::new() }
                .without("GetItem", &[2]),
        ),
        ("PL02", role_only(|role| and(allow("sqs:ReceiveMessage").on("x"))(role))),
        ("PL05", role_only(without("logs:PutLogEvents"))),
        ("PL06", role_only(|role| and(allow("logs:CreateLogGroup").on("x"))(role))),
        ("PL08", role_only(|role| and(allow("xray:PutTraceSegments").on("*"))(role))),
        ("PL10", role_only(|role| and(allow("kms:Decrypt").on("x"))(role))),
        ("PL07", Case::with(|_, function| Function { tracing: Some(TracingMode::Active), ..function }, |role| role)),
        (
            "PL03",
            Case::with(
                |stack, function| {
                    let dead = stack.named("Dead").add(StandardQueue::default());
                    Function { dead_letter_target: Some(dead), ..function }
                },
                |role| role,
            ),
        ),
    ];
    let mut raw_client = role_only(|role| and(allow("dynamodb:Scan").on("x"))(role));
    raw_client.linked.operations.insert(find("dynamodb", "Scan"));
    cases.push(("LP10", raw_client));
    let mut unlisted = Case::new();
    unlisted.linked.unlisted.insert("dynamodb::search_vectors".to_owned());
    cases.push(("LP04", unlisted));
    let mut other = Case::new();
    other.linked.sites.insert(Site { file: "handlers/orders/src/lib.rs".to_owned(), line: 99, column: 1 });
    cases.push(("LP16", other));
    cases.push(("LP11", shared_role()));
    cases.push(("LP20", foreign_role()));
    cases.push(("LP21", limited(|statement| statement.condition.clear())));
    cases.push(("PL01", polling()));
    cases.push(("PL04", telling()));
    cases.push(("PL09", encrypting()));
    cases
}

fn shared_role() -> Case {
    let mut case = Case::new();
    let role = case.stack.get(case.function).unwrap().role_in(&case.stack).unwrap();
    case.stack.named("Twin").add(Function::rust(super::wiring::NoBindings {}).with_role(role));
    case
}

fn foreign_role() -> Case {
    let mut case = Case::new();
    let arn = infra::Arn::new("arn:aws:iam::123456789012:role/other");
    case.function = case.stack.named("Other").add(Function::rust(super::wiring::NoBindings {}).with_role(arn));
    case
}

fn polling() -> Case {
    let mut case = Case::new();
    let queue = case.stack.named("Queue").add(StandardQueue::default());
    case.stack.named("Source").add(EventSourceMapping {
        queue,
        function_name: case.function.into(),
        batch_size: Integer::of::<10>(),
        maximum_batching_window_in_seconds: None,
        function_response_types: Vec::new(),
        scaling_config: None,
        filter_criteria: None,
    });
    case
}

fn telling() -> Case {
    let mut case = Case::new();
    let queue = case.stack.named("Failures").add(StandardQueue::default());
    case.stack.named("Config").add(EventInvokeConfig {
        function: case.function.into(),
        maximum_event_age: None,
        maximum_retry_attempts: None,
        on_failure: Some(Destination::Queue(queue)),
        on_success: None,
    });
    case
}

/// A table under a key of its own, which the role may not use.
fn encrypting() -> Case {
    #[derive(Serialize)]
    struct Keyed {
        orders: Bound<GetItem>,
    }
    impl bindings::Program for Keyed {
        const NAME: &'static str = "orders-processor";
    }
    let mut case = Case::new();
    let table = Table::keyed(Key::hash(S("id")));
    let named = case.stack.named("Secret");
    let secret =
        named.property("SSESpecification.KMSMasterKeyId", "arn:aws:kms:eu-west-1:123456789012:key/1").add(table);
    let function = parts::function(&mut case.stack, "Reader", Function::rust(Keyed { orders: secret.into() }));
    case.function = function;
    case.call_all();
    case
}

/// A function that may touch the items of some keys alone, whose grants are changed.
fn limited(change: impl Fn(&mut Statement)) -> Case {
    #[derive(Serialize)]
    struct Limited {
        orders: Items<GetItem>,
    }
    impl bindings::Program for Limited {
        const NAME: &'static str = "orders-processor";
    }
    let mut case = Case::new();
    let table = case.stack.named("Tenants").add(Table::keyed(Key::hash(S("id"))));
    let bound = Function::rust(Limited { orders: table.items_with_key_prefix("north-").into() });
    let mut granted: Vec<_> = bound.grants().cloned().collect();
    granted.iter_mut().for_each(change);
    let role = Role { policies: vec![inline(granted)], ..Role::for_service("lambda.amazonaws.com") };
    let role = case.stack.named("LimitedRole").add(role);
    case.function = case.stack.named("Limited").add(bound.with_role(role));
    case.linked = Linked::default();
    case.call_all();
    case
}

#[test]
fn a_right_is_exact_with_the_condition_of_its_binding_and_too_broad_with_another_or_none() {
    let verdict = |change: fn(&mut Statement)| {
        let (rights, _) = limited(change).audit();
        rights.rights.iter().find(|right| right.action == "dynamodb:GetItem").unwrap().clone()
    };
    let exact = verdict(|_| {});
    assert_eq!(exact.verdict, Verdict::Exact);
    assert_eq!(
        exact.condition.as_deref(),
        Some("ForAllValues:StringLike dynamodb:LeadingKeys north-*, Null dynamodb:LeadingKeys false")
    );
    assert_eq!(verdict(|statement| statement.condition.clear()).verdict, Verdict::TooBroad);
    assert_eq!(verdict(|statement| drop(statement.condition.pop())).verdict, Verdict::TooBroad);
    assert_eq!(verdict(|statement| statement.condition[0].values = vec!["*".into()]).verdict, Verdict::TooBroad);
}

#[test]
fn a_function_whose_rights_are_exactly_its_calls_has_no_finding() {
    let case = Case::new();
    assert_eq!(case.found(), BTreeSet::new());
    let (rights, _) = case.audit();
    assert_eq!(rights.program, Bindings::NAME);
    assert!(rights.rights.iter().all(|right| right.verdict == Verdict::Exact), "{rights:#?}");
    let shown = rights.rights.iter().find(|right| right.resource == "Orders/index/by-time").unwrap();
    assert_eq!(shown.evidence[1].text, "`Query` at handlers/orders/src/lib.rs:6:22");
}

#[test]
fn each_rule_about_functions_is_found_where_it_is_broken() {
    let cases = firing();
    for (id, case) in &cases {
        let found = case.found();
        assert!(found.contains(id), "{id} is not among {found:?}");
    }
    let covered: BTreeSet<_> = cases.iter().map(|(id, _)| *id).collect();
    let all = rules::all().map(|rule| rule.id).filter(|id| id.starts_with("LP") || id.starts_with("PL"));
    assert_eq!(all.filter(|id| !covered.contains(id)).collect::<Vec<_>>(), [""; 0], "no case has these");
}

#[test]
fn what_is_unused_names_the_change_of_the_binding() {
    let case = Case::new().without("GetItem", &[2]);
    let (_, findings) = case.audit();
    let finding = findings.iter().find(|it| it.rule.id == "LP02").unwrap();
    assert_eq!(
        finding.message,
        "the role of `Processor` allows `dynamodb:GetItem` on `Orders`, which its program cannot use"
    );
    assert_eq!(finding.fix, "make `orders: Table<(GetItem, PutItem)>` a `Table<PutItem>`");
    assert_eq!(finding.fingerprint(), "LP02 orders Processor dynamodb:GetItem Orders");
    let whole = Case::new().without("Query", &[6]);
    let (_, findings) = whole.audit();
    assert_eq!(findings[0].fix, "remove the binding `by_time: Index<Query>`");
}

#[test]
fn unknown_evidence_never_makes_a_right_exact() {
    let case = Case { readable: Err("it cannot be read".to_owned()), ..Case::new() };
    let (rights, _) = case.audit();
    let of_program = rights.rights.iter().filter(|right| !right.action.starts_with("logs:"));
    assert!(of_program.clone().count() > 0);
    assert!(of_program.into_iter().all(|right| right.verdict == Verdict::Unknown), "{rights:#?}");
    let seen = Case { recorded: Some(recorded("dynamodb:GetItem", "Orders", true)), ..case };
    let (rights, _) = seen.audit();
    let read = rights.rights.iter().find(|right| right.action == "dynamodb:GetItem").unwrap();
    assert_eq!(read.verdict, Verdict::Exact, "a run has shown it");
}

#[test]
fn what_the_boundary_does_not_let_through_is_missing() {
    let foreign = role_only(|role| Role { permissions_boundary: Some(ManagedPolicy::aws("Limit")), ..role });
    assert_eq!(foreign.found(), ["LP05"].into(), "a boundary outside of the stack is not read");

    let rights = |actions: &[&'static str]| {
        let case = Case::new();
        let stack = case.assembled();
        let subject = case.subject(&stack);
        let statement = policies::Statement::allow(actions.iter().copied().map(Action::new)).on("*");
        let rights = Rights::of(stack.template(), subject.function);
        let (_, found) = function::of_rights(&subject, &Rights { boundary: Some(vec![statement]), ..rights });
        found.iter().map(|finding| finding.rule.id).collect::<BTreeSet<_>>()
    };
    assert_eq!(rights(&["dynamodb:*", "s3:*", "logs:*"]), BTreeSet::new());
    assert_eq!(rights(&["dynamodb:PutItem", "dynamodb:Query", "s3:*", "logs:*"]), ["LP01"].into());
}

#[test]
fn a_right_that_a_parameter_needs_is_used_when_the_source_sets_it() {
    let objects = "Documents/docs/*";
    let with = |call: &str| {
        let mut case = role_only(|mut role| {
            let statements = &mut role.policies[0].policy_document.statement;
            let read =
                statements.iter_mut().find(|it| it.action.iter().any(|it| it.as_str() == "s3:GetObject")).unwrap();
            read.action.push(Action::new("s3:GetObjectVersion"));
            role
        });
        case.source = Source::of(&[("handlers/orders/src/lib.rs", &SOURCE.replace("get_object();", call))]);
        let (rights, _) = case.audit();
        let right =
            rights.rights.iter().find(|it| it.action == "s3:GetObjectVersion" && it.resource == objects).unwrap();
        right.verdict
    };
    assert_eq!(with("get_object().version_id(1);"), Verdict::Exact);
    assert_eq!(with("get_object();"), Verdict::Unused);
}

#[test]
fn a_right_to_another_key_is_not_that_to_the_key_that_is_used() {
    let mut case = encrypting();
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
    let with = |case: &Case, key: &str| {
        let stack = case.assembled();
        let subject = case.subject(&stack);
        let mut rights = Rights::of(stack.template(), subject.function);
        rights.granted.push(policies::Statement::allow([Action::new("kms:Decrypt")]).on(key));
        let (_, found) = function::of_rights(&subject, &rights);
        found.iter().map(|finding| finding.rule.id).filter(|id| id.starts_with("PL")).collect::<BTreeSet<_>>()
    };
    case.source = Source::default();
    assert_eq!(with(&case, key), BTreeSet::new());
    assert_eq!(with(&case, &key.replace("/1", "/2")), ["PL09", "PL10"].into());
}

#[test]
fn a_binding_in_a_macro_that_is_no_expression_is_not_said_to_be_unused() {
    let mut case = Case::new().without_sites(&[5]);
    let source = SOURCE.replace("bindings.reports.put_item();", "select! { it = bindings.reports.put_item() => it }");
    case.source = Source::of(&[("handlers/orders/src/lib.rs", &source)]);
    let (rights, _) = case.audit();
    let right = rights.rights.iter().find(|it| it.action == "dynamodb:PutItem" && it.resource == "Reports").unwrap();
    assert_eq!(right.verdict, Verdict::Unknown);
}
