//! A stack with a role for each call, which allows just what the call's bindings grant.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use bindings::runtime;
use canary_services::{Call, Failed, Targets, Visitor};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use infra::iam::{InlinePolicy, PolicyDocument, Principal, Role, Statement, merged};
use infra::lambda::Function;
use infra::{Ref, Stack, Stage, Value};
use policies::action;

/// A stack, and the calls that are made on what is in it.
pub(super) struct Scene {
    pub(super) stack: Stack,
    targets: Targets,
    /// The values of variables, of which each is an output.
    values: Vec<Value>,
    /// A role that allows nothing.
    pub(super) without: Ref<Role>,
    pub(super) calls: Vec<Bound>,
}

/// Makes a call with what its bindings are read from: environment variables, each with its value.
type Make = fn(&SdkConfig, Vec<(String, String)>) -> BoxFuture<'static, Result<(), Failed>>;

/// A call with what it needs of the stack.
pub(super) struct Bound {
    pub(super) name: &'static str,
    /// The role that allows what the call's bindings grant.
    pub(super) with: Ref<Role>,
    /// The actions that they grant.
    pub(super) actions: BTreeSet<String>,
    /// The operations of its bindings, each after the kind of the binding.
    pub(super) operations: Vec<String>,
    /// The variables that they are read from, each with the name of the output that has its value.
    pub(super) variables: Vec<(String, String)>,
    pub(super) make: Make,
}

impl Scene {
    /// A stack with what `targets` adds to it.
    pub(super) fn new(name: &'static str, targets: fn(&mut Stack) -> Targets) -> Self {
        let mut stack = Stack::new(name, &Stage::default());
        let targets = targets(&mut stack);
        let without = stack.named("Without").add(trusting_the_account());
        let mut scene = Self { stack, targets, values: Vec::new(), without, calls: Vec::new() };
        canary_services::each(&mut scene);
        scene
    }

    /// The name of the output that is `value`.
    fn output_of(&mut self, value: &Value) -> String {
        let name = |index| format!("Value{index}");
        if let Some(known) = self.values.iter().position(|it| it == value) {
            return name(known);
        }
        let name = name(self.values.len());
        self.values.push(value.clone());
        self.stack.output(name.clone(), value.clone());
        name
    }
}

impl Visitor for Scene {
    fn visit<C: Call>(&mut self) {
        let Some(bindings) = C::declared(&self.targets) else { return };
        let function = Function::rust(bindings);
        if function.bindings().iter().flat_map(|it| &it.operations).any(|it| it.missing.is_some()) {
            return;
        }
        let with = self.stack.named(format!("With{}", self.calls.len())).add(allowing_what_is_granted(&function));
        let mut bound = Bound {
            name: <C as Call>::NAME,
            with,
            actions: function.grants().flat_map(|grant| &grant.action).map(ToString::to_string).collect(),
            operations: Vec::new(),
            variables: Vec::new(),
            make: |config, variables| {
                let bindings = runtime::read::<C>(config, variables);
                async move { bindings?.call().await }.boxed()
            },
        };
        for binding in function.bindings() {
            let kind = kind(&binding.type_name);
            bound.operations.extend(binding.operations.iter().map(|it| format!("{kind} {}", it.name)));
            bound.variables.push((binding.variable.clone(), self.output_of(&binding.value)));
        }
        self.calls.push(bound);
    }
}

/// The kind of a binding with the type `type_name`, as [`bindings::kinds`] names it.
fn kind(type_name: &str) -> &str {
    let (path, _operations) = type_name.split_once('<').unwrap();
    path.strip_prefix("bindings::").unwrap()
}

/// A role that allows what the bindings of `function` grant.
pub(super) fn allowing_what_is_granted(function: &Function<()>) -> Role {
    let policy_document = merged(function.grants()).into_iter().collect();
    let policies = vec![InlinePolicy { policy_name: "function".to_owned(), policy_document }];
    Role { policies, ..trusting_the_account() }
}

/// A role that whoever is of this account may assume.
pub(super) fn trusting_the_account() -> Role {
    let account = Principal::aws(Value::sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root"));
    let assume = Statement::allow([action::sts::ASSUME_ROLE]).principal(account);
    Role { assume_role_policy_document: PolicyDocument::from([assume]), ..Role::for_service("lambda.amazonaws.com") }
}
