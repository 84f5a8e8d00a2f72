//! The rules that need more than policies: the built programs, the wiring of a stack, what is deployed, or what was
//! accepted before. Those about policies alone are in `policies::audit`.

use policies::audit::{Rule, Severity};

/// Every rule of the audit, by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let own = [LEAST_PRIVILEGE, PLATFORM, SCALING, DELIVERY, GATEWAY, DRIFT, TEMPLATE, CHANGE, SUPPRESSION];
    own.into_iter().flatten().copied().chain(policies::audit::rules().map(|row| &row.rule))
}

/// Whether a rule about policies is about how they are written, and not about what they allow.
#[must_use]
pub fn is_about_writing(rule: &Rule) -> bool {
    ["GR", "CT", "WB"].iter().any(|family| rule.id.starts_with(family))
}

/// Whether a rule is about the length of policies, which says nothing of one that AWS has accepted already.
#[must_use]
pub fn is_about_length(rule: &Rule) -> bool {
    matches!(rule.id, "GR89" | "GR90" | "GR91" | "GR92")
}

macro_rules! rules {
    ($(#[$doc:meta])* $group:ident: $($name:ident = $id:literal $severity:ident $title:literal, $fix:literal;)+) => {
        $(
            #[doc = concat!("`", $id, "`: ", $title, ".")]
            pub static $name: Rule =
                Rule { id: $id, severity: Severity::$severity, title: $title, fix: $fix, also_known_as: &[] };
        )+
        $(#[$doc])*
        const $group: &[&Rule] = &[$(&$name),+];
    };
}

rules! {
    LEAST_PRIVILEGE:
    MISSING = "LP01" High "a call that the function's role does not allow",
        "add the operation to the type of the binding that is called, or remove the call";
    UNUSED = "LP02" High "an action that the role allows and the program cannot use",
        "remove the operation from the binding's type";
    UNREADABLE = "LP03" High "a program of which it is not known what it calls",
        "build it with this workspace's profile `lambda`, and with a version of the SDK that the audit knows";
    UNLISTED = "LP04" High "a call of an operation whose actions are not known",
        "list the operation and its actions in `policies/src/operation`";
    UNREAD_POLICY = "LP05" High "a policy by reference, whose rights are not seen",
        "grant what is needed by bindings or in the role's own policies";
    INDEX_MISSING = "LP06" High "a query of an index that the role allows only on the table",
        "bind the index itself: `sightings.index(&by_model)` as an `Index<Query>`";
    INDEX_UNUSED = "LP07" High "an index that the role allows to query and the program does not",
        "remove the binding of the index";
    BROAD_ACTION = "LP08" High "a pattern of actions in the role of a function",
        "name each action that the program needs";
    BROAD_RESOURCE = "LP09" High "a pattern of resources in the role of a function",
        "bind the resource that is used: its binding grants on its ARN alone";
    RAW_CLIENT = "LP10" High "a call that goes through no binding, so that it is not known on what",
        "make the call through a binding, which names its resource";
    SHARED_ROLE = "LP11" High "a role that several functions have",
        "give each function a role of its own, as `parts::function` does";
    HARD_CODED = "LP12" High "a resource by its literal ARN in the role of a function",
        "refer to the resource: `.on(table.arn())`";
    CONDITIONAL_MISSING = "LP13" High "a parameter of a call whose action the role does not allow",
        "allow the action on the binding's resource, or do not set the parameter";
    PRESIGN_MISSING = "LP14" High "a URL that is signed for a call which the role does not allow, so that it is refused",
        "grant the operation: a URL has the rights of the role that signed it";
    UNCLEAR_BINDING = "LP15" Medium "a call through one of several bindings of one type, of which it is not known which",
        "call it on the field, as in `bindings.sightings.put_item()`, or audit a run with `--recorded`";
    OTHER_SOURCE = "LP16" High "a program that was not built from this source",
        "build it again";
    DENIED = "LP17" High "a call that a statement of the role denies",
        "narrow the denial, or remove the call";
    RECORDED_DENIED = "LP18" High "a call that was denied when the function ran",
        "grant what the function needs, or remove the call";
    RECORDED_UNSEEN = "LP19" High "a call that the function made, and that its program does not show",
        "make the call through a binding, and build with this workspace's profile `lambda`";
    NO_ROLE = "LP20" High "a function whose role is not in the stack",
        "give it a role of the stack, as `parts::function` does";
    CONDITION_MISSING = "LP21" High "a right without the condition under which its binding grants it",
        "set the condition in the role's statement, or bind all of the resource";
}

rules! {
    PLATFORM:
    POLLER_MISSING = "PL01" High "a queue, stream or cluster that feeds a function and that its role may not read",
        "feed the function by `parts::consume`, `consume_stream` or `consume_kafka`, which allow its role to read";
    POLLER_UNUSED = "PL02" High "the right to poll a queue that does not feed the function",
        "remove it, or add the event source mapping";
    DEAD_LETTERS_MISSING = "PL03" High "a dead-letter queue that the function's role may not send to",
        "allow `sqs:SendMessage` on the queue in the role's policy";
    DESTINATION_MISSING = "PL04" High "a destination that the function's role may not tell",
        "add the destination by `parts::on_failure`, or its mapping by `parts::consume_stream`, which allow it";
    LOGS_MISSING = "PL05" High "a function that may not write its log",
        "allow `logs:CreateLogStream` and `logs:PutLogEvents` on its log group";
    LOGS_UNUSED = "PL06" High "rights on logs that the function does not need",
        "allow `logs:CreateLogStream` and `logs:PutLogEvents` on its own log group alone";
    TRACING_MISSING = "PL07" High "a traced function that may not send its traces",
        "allow `xray:PutTraceSegments` and `xray:PutTelemetryRecords`";
    TRACING_UNUSED = "PL08" High "the right to send traces, of a function that is not traced",
        "set `tracing` to `Active`, or remove the right";
    KEY_MISSING = "PL09" High "a resource encrypted with a key that the role of what uses it may not use",
        "allow `kms:Decrypt`, and `kms:GenerateDataKey` to write, on the key";
    KEY_UNUSED = "PL10" High "the right to use a key with which nothing is encrypted that the function uses",
        "remove it";
}

rules! {
    SCALING:
    SCALER_MISSING = "WK01" High "a queue whose messages the scaler of its worker may not count",
        "add the worker by `parts::worker`, which allows it";
    SCALER_UNUSED = "WK02" High "a right of a scaler that counting the messages of its worker's queues does not need",
        "allow `sqs:GetQueueAttributes` on the worker's queues alone";
}

rules! {
    DELIVERY:
    NOT_LET_IN = "RP91" High "something delivered to a resource that does not let it in",
        "allow it in a policy of the resource, with `aws:SourceArn` in a condition";
    SERVICE_MISSING = "RP92" High "something that a pipe, a schedule or a rule does and its role does not allow",
        "add it by `parts::pipe` or `parts::schedule`, or allow what it does in the role's policy";
    SERVICE_UNUSED = "RP93" High "a right of the role of a pipe, a schedule or a rule that nothing needs",
        "remove it from the role's policy";
}

rules! {
    GATEWAY:
    ROUTE_NOT_LET_IN = "AG01" High "a route or an authorizer whose function does not let API Gateway invoke it",
        "add a `Permission` for `apigateway.amazonaws.com` with the ARN of the route or the authorizer";
    ROLE_MISSING = "AG02" High "a call of API Gateway that its role does not allow",
        "allow it in the role's policy, on the ARN of what is called";
    ROLE_UNUSED = "AG03" High "a right of API Gateway's role that no integration needs",
        "remove it from the role's policy";
    ROUTE_TOO_BROAD = "AG04" Medium "a permission for routes or authorizers that the API does not have",
        "give each route a permission with its own ARN";
}

rules! {
    DRIFT:
    WIDER = "DR01" High "a deployed role that allows what its stack does not",
        "deploy the stack again, and find out who changed the role";
    NARROWER = "DR02" High "a deployed role that does not allow what its stack does",
        "deploy the stack again";
    EXTRA_INLINE = "DR03" High "an inline policy of a deployed role that its stack does not have",
        "delete the policy from the role";
    EXTRA_ATTACHED = "DR04" High "a managed policy attached to a deployed role that its stack does not attach",
        "detach the policy from the role";
    BOUNDARY = "DR05" High "a deployed role with another permissions boundary than its stack says",
        "deploy the stack again";
    TRUST = "DR06" High "a deployed role that others may assume than its stack says",
        "deploy the stack again, and find out who changed the trust policy";
    GONE = "DR07" High "a role of the stack that is not deployed",
        "deploy the stack again";
    SIMULATION = "DR08" High "a call of which AWS's own simulator says otherwise",
        "read the deployed policies, also those of the organization, and the date of the catalogue";
    UNREADABLE_LIVE = "DR09" High "a deployed policy that cannot be read",
        "look at the policy in the console";
}

rules! {
    TEMPLATE:
    UNREAD = "TM01" Low "a part of a template whose policies are not known before it is deployed",
        "write the policy into the template, or audit what is deployed";
    TOO_MANY_WAYS = "TM02" Medium "policies with more conditions than can be tried together",
        "split the policies over several resources, or use fewer conditions in them";
    TWICE = "TM03" Medium "a name that a template has twice in one place: the last one counts",
        "keep one of the two";
    OCTAL = "TM04" High "a number with a zero before it, which YAML reads to the base of eight",
        "put it in quotes";
    UNREADABLE_YAML = "TM05" Error "YAML that CloudFormation does not read",
        "write out what the alias or merge key stands for";
    BYTE_ORDER_MARK = "TM06" Low "a byte order mark before a template",
        "save the file as UTF-8 without it: not every program that reads templates takes it";
    UNREADABLE_FILE = "TM07" Medium "a file that should hold policies and cannot be read",
        "mend it, or audit what is made of it";
}

rules! {
    CHANGE:
    NEWLY_ALLOWED = "CH01" Medium "a right that was not given before",
        "see that it is meant, and that the call is what the pull request is about";
    NEWLY_CALLED = "CH02" Medium "an operation that a program could not call before",
        "see that it is meant, and that its role allows it on no more than it needs";
    DEPENDENCY_CALLS = "CH03" High "a dependency that begins to call AWS",
        "read what it does with the role of the function, or leave it out";
}

rules! {
    SUPPRESSION:
    SUPPRESSION_UNUSED = "SU01" Low "a suppression of something that is not found",
        "remove the entry";
    SUPPRESSION_EXPIRED = "SU02" Low "a suppression that has expired",
        "mend what it suppresses, or look at it again and set a new date";
    SUPPRESSION_WITHOUT_REASON = "SU03" Low "a suppression without a reason",
        "say why it is accepted";
    SUPPRESSION_OF_NO_RULE = "SU04" Low "a suppression of a rule that there is not",
        "`cargo xtask policy-audit --rules` lists the rules";
}
