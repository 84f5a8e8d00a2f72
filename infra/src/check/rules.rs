//! The rules, for documentation.

/// A rule that a finding can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The name, as it stands in the brackets of a finding.
    pub name: &'static str,
    /// What it finds.
    pub finds: &'static str,
}

/// Every rule, by name.
#[must_use]
pub fn rules() -> &'static [Rule] {
    RULES
}

const fn rule(name: &'static str, finds: &'static str) -> Rule {
    Rule { name, finds }
}

const RULES: &[Rule] = &[
    rule("alarm-datapoints", "an alarm that needs more datapoints than it looks at"),
    rule("alarm-period", "an alarm's period that CloudWatch does not have"),
    rule("alarm-window", "an alarm that looks further back than CloudWatch does"),
    rule("batch-size", "a batch larger than the event source allows"),
    rule("binding-field", "a field of a function's bindings that no environment variable can hold"),
    rule("bindings-type", "bindings that are no struct with named fields"),
    rule("bucket-name", "a bucket's name that account and region make too long"),
    rule("circular-dependency", "resources that wait for each other"),
    rule("circular-exports", "stacks that import from each other"),
    rule("dashboard-size", "a dashboard of more than CloudWatch shows"),
    rule("dashboard-widget", "a part of a dashboard that CloudWatch does not take"),
    rule("declared-twice", "two things of a stack under one name"),
    rule("definition-size", "a state machine's definition of more than Step Functions takes"),
    rule("description-length", "a description longer than CloudFormation takes"),
    rule("duplicate-export", "two outputs exported under one name"),
    rule("duplicate-name", "two resources of one type with one physical name"),
    rule("empty-api", "a deployment of an API without methods"),
    rule("empty-lifecycle-rule", "a lifecycle rule of a bucket that does nothing"),
    rule("environment-size", "environment variables of more than 4 KiB"),
    rule("express-state", "a state that an express machine cannot have"),
    rule("fifo-batching-window", "a batching window on a FIFO queue"),
    rule("fifo-throughput", "a FIFO queue's throughput limit without the scope of deduplication that it needs"),
    rule("filter-policy", "a filter policy with a field without values, or with more fields or values than SNS takes"),
    rule("foreign-output", "an output that is another stack's"),
    rule("index-capacity", "an index paid in another way than its table"),
    rule("index-twice", "two indexes of a table under one name"),
    rule("key-attribute-twice", "an attribute that is both parts of a key"),
    rule("key-attribute-type", "a key attribute with different types in different keys"),
    rule(
        "kubernetes-name",
        "a namespace or service account of a worker that Kubernetes does not take, or that another has",
    ),
    rule("local-index-key", "a local index whose key does not fit its table"),
    rule("logical-id", "a logical id that is not alphanumeric"),
    rule("missing-property", "a required property that is not given"),
    rule("moved", "a resource that is moved from an id that the stack still has, or to one that it has not"),
    rule("not-validated", "a method with a model that nothing holds its requests to"),
    rule("other-api", "a method or path of one API below a path of another"),
    rule("overlapping-notifications", "two notifications of a bucket that match the same keys"),
    rule("parameter-default", "a default that the parameter's own constraints refuse"),
    rule("path-parameter", "a parameter that the path does not have"),
    rule("path-part", "a path part that is not one"),
    rule("policy-principal", "a principal where a policy takes none, or none where it needs one"),
    rule("policy-resource", "a statement that allows on nothing"),
    rule("policy-size", "a policy longer than the service takes"),
    rule("property-count", "a list with too few or too many entries"),
    rule("property-group", "properties that exclude or need each other"),
    rule("property-length", "a string too short or too long"),
    rule("property-pattern", "a string not of the form the service takes"),
    rule("property-range", "a number too small or too large"),
    rule("property-type", "a value of another type than the property's"),
    rule("property-value", "a value that is not among those allowed"),
    rule("queue-name", "a queue's name that does not fit its kind"),
    rule("read-only-property", "a property that only AWS sets"),
    rule("replaces-named", "a resource to be replaced whose name is fixed, so that the new one cannot be made"),
    rule("reserved-variable", "an environment variable that Lambda itself sets"),
    rule("rule-without-target", "a rule of EventBridge whose events go nowhere"),
    rule("schedule", "a schedule that EventBridge does not take"),
    rule("stack-limit", "more resources, parameters, outputs or bytes than a stack may have, or nearly so many"),
    rule("stale-deployment", "a deployment made before the last part of its API"),
    rule(
        "state-duration",
        "a state's timeout, heartbeat or wait that Step Functions does not take, or that cannot pass",
    ),
    rule("state-empty", "a state with nothing to do, or that tolerates more than all"),
    rule("state-errors", "errors that a state is tried again after or catches, named in a way that does not work"),
    rule("state-list", "a JSONPath as an item of a list, where it is not looked up"),
    rule("state-machine-logs", "a state machine that writes logs without a group for them"),
    rule("state-missing", "a state that leads to one that is not there"),
    rule("state-name", "a state's name that another has, or that is too long"),
    rule("state-unreachable", "a state to which no other leads"),
    rule("state-without-end", "states from which an execution never ends"),
    rule("tags", "too many tags, a reserved one, or one of a stack that depends on a resource"),
    rule("target-twice", "two targets of a rule under one id"),
    rule("task-token", "a state that waits for a token that it does not send"),
    rule("too-many-attributes", "more projected attributes than a table's indexes may carry"),
    rule("too-many-indexes", "more secondary indexes than a table may have"),
    rule("topic-name", "a topic's name that does not fit its kind"),
    rule("ttl-is-key", "a key attribute that should say when items expire"),
    rule("type-changed", "a resource that becomes one of another type, which CloudFormation refuses"),
    rule("unattached-policy", "a policy that no role has"),
    rule("undeclared-response", "an integration's answer that its method does not declare"),
    rule("unknown-attribute", "an attribute that the resource's type does not have"),
    rule("unknown-bucket", "a binding to the name of a bucket that the stack does not have"),
    rule("unknown-index", "a binding to an index that its table does not define"),
    rule("unknown-output", "an output of another stack that it does not have"),
    rule("unknown-property", "a property that the resource's type does not have"),
    rule("unknown-reference", "a reference to something that is not in the stack"),
    rule("unknown-type", "a resource type that CloudFormation does not have"),
    rule(
        "unmovable",
        "a store of data that gets another logical id and is of a type that CloudFormation does not move",
    ),
    rule("unprotected-data", "data in a protected stage that is deleted with its resource"),
    rule("unused-parameter", "a parameter that nothing refers to"),
    rule("variable-name", "an environment variable whose name Lambda refuses"),
    rule("variable-set-twice", "an environment variable that is set twice, by bindings or beside them"),
    rule("visibility-timeout", "a queue that hides messages for a shorter time than its function may take"),
    rule("worker", "a worker without queues, or with a number that it, SQS or Kubernetes does not take"),
];
