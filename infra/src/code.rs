//! The program that a function or a worker runs, with its bindings.

use std::collections::BTreeMap;

use bindings::Program;
use bindings::declaration::Operation;
use bindings::message::{Carried, Described, Way};
use indexmap::IndexMap;

use crate::binding::{self, Binding, Problem};
use crate::check::Check;
use crate::dynamodb::Table;
use crate::iam::Statement;
use crate::marks;
use crate::s3::{Bucket, BucketName};
use crate::value::Value;

/// A program of this workspace, with its bindings.
#[derive(Debug, Clone)]
pub struct Code {
    program: &'static str,
    library: &'static str,
    bindings: Vec<Binding>,
    problems: Vec<Problem>,
    input: Option<Described>,
    output: Option<Described>,
}

/// Environment variables that are not a stack's to set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReservedVariables<'a> {
    /// Who sets them.
    pub(crate) by: &'a str,
    pub(crate) names: &'a [&'a str],
}

impl Code {
    pub(crate) fn of<P: Program<I>, I: Carried>(bindings: &P) -> Self {
        let (bindings, problems) = binding::of(bindings);
        // What the path of a type starts with is its crate.
        let library = std::any::type_name::<P>().split("::").next().unwrap_or_default();
        let (input, output) = (I::described(Way::Taken), I::answer(Way::Sent));
        Self { program: P::NAME, library, bindings, problems, input, output }
    }

    /// The name of the binary.
    #[must_use]
    pub const fn program(&self) -> &'static str {
        self.program
    }

    /// The library that declares its bindings, as Rust names it.
    #[must_use]
    pub const fn library(&self) -> &'static str {
        self.library
    }

    /// Its bindings, in the order of their fields.
    #[must_use]
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The type of what it takes, when it says so.
    pub(crate) const fn input(&self) -> Option<&Described> {
        self.input.as_ref()
    }

    /// The type of what it answers, when it says so.
    pub(crate) const fn output(&self) -> Option<&Described> {
        self.output.as_ref()
    }

    /// What its bindings allow the role that it runs with, a statement or two for each binding that grants something.
    pub fn grants(&self) -> impl Iterator<Item = &Statement> {
        self.bindings.iter().flat_map(|binding| &binding.grants)
    }

    /// The variables of its bindings, and `more`.
    pub(crate) fn variables<'a>(&'a self, more: &'a IndexMap<String, Value>) -> IndexMap<&'a str, &'a Value> {
        let bound = self.bindings.iter().map(|binding| (binding.variable.as_str(), &binding.value));
        bound.chain(more.iter().map(|(name, value)| (name.as_str(), value))).collect()
    }

    /// Checks the bindings, and the names of their variables and of those of `environment`.
    pub(crate) fn check(
        &self,
        environment: &IndexMap<String, Value>,
        reserved: &ReservedVariables<'_>,
        check: &mut Check<'_>,
    ) {
        self.check_indexes(check);
        self.check_buckets(check);
        self.check_operations(check);
        self.check_problems(check);
        self.check_variables(environment, reserved, check);
    }

    fn check_buckets(&self, check: &mut Check<'_>) {
        for binding in &self.bindings {
            let Some(name) = binding.bucket_name() else { continue };
            let known =
                check.stack.resources_of::<Bucket>().any(|(_, bucket)| bucket.bucket_name.as_ref() == Some(&name));
            if !known {
                let base = BucketName::base_of(&name).unwrap_or_default();
                let message = format!("`{}` binds the bucket `{base}`, which the stack does not have", binding.field);
                check.error("unknown-bucket", message).help("add a bucket with this name");
            }
        }
    }

    fn check_problems(&self, check: &mut Check<'_>) {
        for problem in &self.problems {
            match problem {
                Problem::Type(refusal) => {
                    let message =
                        format!("the bindings of `{}` {refusal}; expected a struct with named fields", self.program);
                    check.error("bindings-type", message).help(refusal.help());
                }
                Problem::Field(field, refusal) => {
                    let message = format!(
                        "the field `{field}` of its bindings {refusal}, which no environment variable can hold; \
                         expected a binding, a text, a number, a truth value or a variant without data"
                    );
                    check.error("binding-field", message).help(refusal.help());
                }
                Problem::Condition(field, condition) if condition.values.is_empty() => {
                    let message = format!("`{field}` is bound under a condition of `{}` without values", condition.key);
                    check.error("binding-condition", message).help("name one or more");
                }
                Problem::Condition(field, condition) => {
                    let message =
                        format!("`{field}` is bound under a condition with the operator `{}`", condition.operator);
                    let help = "IAM writes `StringEquals` and its like, `IfExists` after it, and `ForAllValues:` or \
                                `ForAnyValue:` before";
                    check.error("binding-condition", message).help(help);
                }
            }
        }
    }

    fn check_operations(&self, check: &mut Check<'_>) {
        for Binding { field, operations, .. } in &self.bindings {
            for Operation { name, missing, .. } in operations {
                let Some(missing) = missing else { continue };
                let message =
                    format!("`{field}` is bound for `{name}`, which acts on `{missing}`: what it is bound to has none");
                let help = format!("bind what the documentation of `{name}` asks for, or bind it without `{name}`");
                check.error("binding-operation", message).help(help);
            }
        }
    }

    /// The names of its variables, those of the bindings first.
    fn check_variables(
        &self,
        environment: &IndexMap<String, Value>,
        reserved: &ReservedVariables<'_>,
        check: &mut Check<'_>,
    ) {
        let mut set: BTreeMap<&str, &str> = BTreeMap::new();
        for Binding { field, variable, .. } in &self.bindings {
            let named = format!("the field `{field}` of its bindings becomes the environment variable `{variable}`");
            reserved.check_name(check, variable, &named, "rename the field");
            if let Some(first) = set.insert(variable, field) {
                check
                    .error(
                        "variable-set-twice",
                        format!("the fields `{first}` and `{field}` of its bindings both set `{variable}`"),
                    )
                    .help("rename one of them");
            }
        }
        for variable in environment.keys() {
            let named = format!("it sets the environment variable `{variable}`");
            reserved.check_name(check, variable, &named, "rename it");
            if let Some(field) = set.get(variable.as_str()) {
                check
                    .error("variable-set-twice", format!("the binding `{field}` already sets `{variable}`"))
                    .help("rename the variable or the field");
            }
        }
    }

    fn check_indexes(&self, check: &mut Check<'_>) {
        for (id, name) in self.bindings.iter().filter_map(Binding::index) {
            if marks::has_foreign(id, check.stack.origin) {
                continue;
            }
            let id = marks::plain(id);
            let Some((_, table)) = check.stack.resources_of::<Table>().find(|(table, _)| table.id().as_str() == id)
            else {
                continue;
            };
            if table.index_names().any(|index| index == name) {
                continue;
            }
            let nearest = table.index_names().min_by_key(|index| strsim::damerau_levenshtein(index, name));
            let help = match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("add the index to the table, or bind `{id}` itself"),
            };
            check.error("unknown-index", format!("binds index `{name}`, which `{id}` does not define")).help(help);
        }
    }
}

impl ReservedVariables<'_> {
    /// Checks the name of a variable against what Lambda and Kubernetes take; `named` says where it comes from.
    fn check_name(&self, check: &mut Check<'_>, variable: &str, named: &str, rename: &str) {
        if self.names.contains(&variable) {
            let by = self.by;
            check
                .error("reserved-variable", format!("{named}, which {by} sets"))
                .help(format!("{rename}, or read what {by} sets", by = by.trim_end_matches(" itself")));
            return;
        }
        let is_legal = variable.len() > 1
            && variable.starts_with(|c: char| c.is_ascii_alphabetic())
            && variable.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_legal {
            let message =
                format!("{named}; expected two or more letters, digits and underscores, of which a letter first");
            check.error("variable-name", message).help(rename);
        }
    }
}
