//! Whether a role allows what a program needs, and no more.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use assembly::{Architecture, Function};
use infra::Template;
use infra::iam::{Subject, name_variables, subjects};
use infra::lambda::source_rights;
use policies::audit::{Kind, Policy, Rule};
use policies::{Action, Effect, Statement, catalogue, operation, parse};

use super::needs::{Condition, NeededAction, NeededOperation};
use super::reach::{self, Environment, Reach, reach};
use super::{AuditedProgram, ProgramVerdict, listed};
use crate::audit::arns::Arns;
use crate::audit::expression::{shown, text};
use crate::audit::finding::AuditFinding;
use crate::audit::platform::PlatformNeed;
use crate::audit::rights::{self, Rights};
use crate::audit::{files, rules};
use crate::failure::Failure;

/// What Lambda itself does with the role of a function, so far as only the function's configuration tells: it writes logs
/// and traces, reads from sources, uses keys, and makes network interfaces.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html>
static BY_LAMBDA: LazyLock<BTreeSet<Action>> = LazyLock::new(|| {
    let beside_sources = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
        "kafka:DescribeCluster",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ];
    source_rights::all().chain(beside_sources.map(Action::new)).collect()
});

/// What a role allows.
#[derive(Debug, Clone)]
pub struct Role {
    /// The files, or the function whose it is.
    name: String,
    /// Its statements, with their places.
    statements: Vec<(String, Statement)>,
    /// The policies by reference and the parts of policies that nobody knows, with what is not known of them.
    unread: Vec<(String, String)>,
    /// What the function's configuration needs, where it is known.
    platform: Option<Vec<PlatformNeed>>,
    /// The environment variables of the function, as far as the template sets them.
    environment: Environment,
}

impl Role {
    /// The role that has the policies in `files`.
    ///
    /// # Errors
    /// When one cannot be read, or is no policy.
    pub fn of_policies<'a>(files: impl IntoIterator<Item = &'a Path>) -> anyhow::Result<Self> {
        let mut role = Self {
            name: String::new(),
            statements: Vec::new(),
            unread: Vec::new(),
            platform: None,
            environment: Environment::new(),
        };
        let mut names = Vec::new();
        for file in files {
            let name = file.display();
            let text = files::read(file)?;
            parse::document(&text).map_err(|error| {
                let help = error.help.clone();
                let failure = Failure::new(format!("`{name}` is no IAM policy: {error}"));
                failure
                    .help(help.unwrap_or_else(|| "`--role` takes a policy document, JSON with `Statement`".to_owned()))
            })?;
            let policy = Policy::read(Kind::Identity, &text);
            let placed = policy.statements().map(|at| (format!("{name}#{}", at.pointer), at.statement.clone()));
            role.statements.extend(placed);
            names.push(name.to_string());
        }
        role.name = names.join(", ");
        Ok(role)
    }

    /// The role of the function `id` in the template in `file`.
    ///
    /// # Errors
    /// When the template cannot be read, or has no such function.
    pub fn of_template(file: &Path, id: &str) -> anyhow::Result<Self> {
        let name = file.display();
        let text = files::read(file)?;
        let not_read = |error| Failure::new(format!("`{name}`: {error}")).help("a template is YAML or JSON");
        let written = translate::template(&text).map_err(not_read)?;
        let is_of_macro = written.spot(&format!("{id}Role"), "").resource == id;
        let template = &written.template;
        let kind =
            |id: &str| template.resource(id).and_then(|it| it.get("Type")?.as_str()).unwrap_or_default().to_owned();
        let is_function = |id: &str| kind(id) == "AWS::Lambda::Function";
        if !is_function(id) {
            let functions: Vec<_> =
                template.section("Resources").map(|(id, _)| id).filter(|id| is_function(id)).collect();
            let failure = Failure::new(format!("`{name}` has no function `{id}`"));
            let help = if functions.is_empty() {
                "it has no function at all".to_owned()
            } else {
                format!("it has {}", functions.join(", "))
            };
            return Err(failure.help(help).into());
        }
        let function = Function {
            id: id.to_owned(),
            program: String::new(),
            library: String::new(),
            architecture: Architecture::X86_64,
            bindings: Vec::new(),
            worker: None,
        };
        let rights = Rights::of(template, &function);
        let place = format!("{name}#/Resources/{id}");
        let placed = |it: Statement| (place.clone(), it);
        let name = id.to_owned();
        let arns = Arns::of(template);
        let holder_id = rights::role_of(template, &arns, id).unwrap_or(id);
        let holder = subjects(template).into_iter().find(|subject| subject.id == holder_id);
        let by_reference = |policy: String| (policy, "the role names it".to_owned());
        let unknown = holder
            .iter()
            .flat_map(|it| &it.unread)
            .chain(written.unread.iter().filter(|it| it.resource == id))
            .map(|it| (format!("{}{}", it.resource, it.pointer), it.what.clone()));
        let unknown: Vec<_> = unknown.collect();
        let environment = environment(template, id);
        if !rights.is_outside {
            let statements = rights.granted.into_iter().map(placed).collect();
            let unread = rights.unread.into_iter().map(by_reference).chain(unknown).collect();
            // What the macro of serverless applications wires is not all in the template.
            let platform = Some(rights.platform).filter(|_| !is_of_macro);
            return Ok(Self { name, statements, unread, platform, environment });
        }
        let own = template.resource(id).and_then(|it| it.get("Properties")?.get("Role")).is_some();
        let unread = if own {
            vec![("the function's `Role`".to_owned(), "it is not in the template".to_owned())]
        } else {
            Vec::new()
        };
        let Some(holder) = holder else {
            return Ok(Self { name, statements: Vec::new(), unread, platform: None, environment });
        };
        let statements =
            holder.policies.iter().filter(|it| it.kind == Kind::Identity).flat_map(statements).map(placed).collect();
        let unread = unread.into_iter().chain(named(&holder).map(by_reference)).chain(unknown).collect();
        Ok(Self { name, statements, unread, platform: None, environment })
    }

    /// What is missing and what is needless for `program`.
    #[must_use]
    pub fn findings(&self, program: &AuditedProgram) -> Vec<AuditFinding> {
        let mut findings: Vec<_> = self
            .unread
            .iter()
            .map(|(policy, what)| {
                let message = format!("the role has `{policy}`, whose rights the audit does not see");
                let fix = "pass its document with `--role`, or allow what is needed in the role's own policies";
                self.finding(program, &rules::UNREAD_POLICY, message).evidence(what).fix(fix).on(policy)
            })
            .collect();
        let nothing_is_known = program.reason.is_some();
        if nothing_is_known {
            return findings;
        }
        for operation in program.certain() {
            findings.extend(self.missing(program, operation));
        }
        findings.extend(self.needless(program));
        findings.extend(self.elsewhere(program));
        findings
    }

    /// The needed actions of which it is not known whether the role allows them on what the program calls them on.
    #[must_use]
    pub fn undecided(&self, program: &AuditedProgram) -> BTreeSet<String> {
        let needed =
            program.certain().flat_map(|it| &it.actions).filter(|it| it.is_needed() && self.allows(&it.action));
        let is_undecided = |it: &&NeededAction| {
            let allowing = self.speaking(Effect::Allow, &it.action);
            reach(allowing, it.resources.0.iter(), &self.environment) == Reach::Unknown
        };
        needed.filter(is_undecided).map(|it| it.action.clone()).collect()
    }

    /// What the role allows the program to do with resources that it does not call.
    fn elsewhere(&self, program: &AuditedProgram) -> Vec<AuditFinding> {
        let mut findings = Vec::new();
        for (place, statement) in self.statements.iter().filter(|(_, it)| it.effect == Effect::Allow) {
            if statement.resource.is_negated() || statement.action.is_negated() {
                continue;
            }
            // What Lambda itself uses may be on a resource that no call names.
            let own = |it: &&Action| !it.has_wildcard() && !BY_LAMBDA.contains(*it);
            for action in statement.action.iter().filter(own) {
                for resource in &statement.resource {
                    if !reach::is_elsewhere(program, action.as_str(), resource, &self.environment) {
                        continue;
                    }
                    let on = shown(resource);
                    let message =
                        format!("the role allows `{action}` on `{on}`, and the program calls it only on others");
                    let finding = self.finding(program, &rules::UNUSED, message);
                    let finding = finding.evidence("the source names what each call is on");
                    let fix = "take the resource away, unless something else uses the role";
                    findings.push(finding.fix(fix).about(action.as_str()).on(on).at(Some(place)));
                }
            }
        }
        findings
    }

    fn missing(&self, program: &AuditedProgram, operation: &NeededOperation) -> Vec<AuditFinding> {
        let name = format!("{}:{}", operation.service, operation.operation);
        let evidence = match operation.places.first() {
            None => format!("`{name}` is linked in the program"),
            Some(place) => format!("`{name}` is linked in the program, and called at {place}"),
        };
        let fix = "allow it on the resource that is used (`--suggest` prints a policy), or remove the call";
        let finding = |rule, message: String, action: &str| {
            let found = self.finding(program, rule, message).evidence(&evidence).about(action).fix(fix);
            if operation.places.is_empty() { found } else { found.at(operation.places.first()) }
        };
        // What a policy that is not seen allows is not missing for certain.
        let is_lacking = |action: &str| self.unread.is_empty() && !self.allows(action);
        let mut findings = Vec::new();
        for NeededAction { action, condition, resources } in operation.actions.iter().filter(|it| it.is_needed()) {
            if self.denies(action) {
                let message = format!("the program can call `{name}`, and its role denies `{action}`");
                findings.push(finding(&rules::DENIED, message, action));
            } else if is_lacking(action) {
                let (rule, message) = match condition {
                    Condition::Set(parameters) => (
                        &rules::CONDITIONAL_MISSING,
                        format!(
                            "the program sets {} of `{name}`, for which its role does not allow `{action}`",
                            listed(parameters)
                        ),
                    ),
                    _ => (
                        &rules::MISSING,
                        format!("the program can call `{name}`, and its role does not allow `{action}`"),
                    ),
                };
                findings.push(finding(rule, message, action));
            } else if self.unread.is_empty()
                && let Reach::Elsewhere(target) =
                    reach(self.speaking(Effect::Allow, action), resources.0.iter(), &self.environment)
            {
                let message =
                    format!("the program calls `{name}` on `{target}`, and its role allows `{action}` only on others");
                findings.push(finding(&rules::MISSING, message, action).on(target.to_string()));
            }
        }
        let one_of = operation.one_of();
        if let Some(first) = one_of.first()
            && one_of.iter().all(|action| is_lacking(action))
        {
            let message = format!("the program can call `{name}`, and its role does not allow {}", listed(&one_of));
            findings.push(finding(&rules::MISSING, message, first));
        }
        findings
    }

    fn needless(&self, program: &AuditedProgram) -> Vec<AuditFinding> {
        let needed: BTreeSet<&str> = program
            .operations
            .iter()
            .flat_map(|it| it.actions.iter().filter(|it| it.is_possible()).map(|it| it.action.as_str()))
            .collect();
        let is_of_function = |it: &&Action| self.platform.is_none() || matches!(it.service(), "kms" | "ec2");
        let own = self.platform.iter().flatten().flat_map(|need| &need.actions);
        let by_lambda: BTreeSet<&str> =
            own.chain(BY_LAMBDA.iter().filter(is_of_function)).map(Action::as_str).collect();
        let is_known = |action: &Action| {
            program.verdict != ProgramVerdict::Unknown
                || operation::services().any(|it| operation::prefix(it) == Some(action.service()))
        };
        let mut findings = Vec::new();
        for (place, statement) in self.statements.iter().filter(|(_, it)| it.effect == Effect::Allow) {
            if statement.action.is_negated() {
                let message = "the role allows all actions but some, with `NotAction`".to_owned();
                let fix = "name each action that the program needs: `--suggest` prints a policy";
                findings.push(
                    self.finding(program, &rules::BROAD_ACTION, message)
                        .evidence("written in the policy")
                        .fix(fix)
                        .at(Some(place)),
                );
                continue;
            }
            for action in &statement.action {
                let used: Vec<_> = needed.iter().filter(|it| action.covers(it)).map(|it| format!("`{it}`")).collect();
                let is_lambdas = by_lambda.iter().any(|it| action.covers(it));
                let resources: Vec<_> = statement.resource.iter().map(|it| name_variables(it)).collect();
                let on = resources.join(", ");
                let pattern = action.has_wildcard();
                let all = catalogue::matching(action.as_str()).count();
                if used.is_empty() && !is_known(action) || is_lambdas && !pattern {
                    continue;
                }
                let (rule, message) = if used.is_empty() && !is_lambdas {
                    (&rules::UNUSED, format!("the role allows `{action}`, which the program cannot use"))
                } else if pattern && all > used.len() {
                    let of = if used.is_empty() { "none for certain".to_owned() } else { used.join(", ") };
                    (
                        &rules::BROAD_ACTION,
                        format!("`{action}` stands for {all} actions, of which the program needs {of}"),
                    )
                } else {
                    continue;
                };
                let fix = "take it away, unless something else uses the role, such as a destination for failed events";
                let broad = "name each action that the program needs: `--suggest` prints a policy";
                let is_broad = rule.id == rules::BROAD_ACTION.id;
                let finding = self.finding(program, rule, message).evidence("no operation in the program needs it");
                let finding =
                    if is_broad { finding.evidence("written in the policy").fix(broad) } else { finding.fix(fix) };
                findings.push(finding.about(action.as_str()).on(on).at(Some(place)));
            }
        }
        findings
    }

    fn finding(&self, program: &AuditedProgram, rule: &'static Rule, message: String) -> AuditFinding {
        AuditFinding::new(rule, &program.program, &self.name, message).at(Some(&self.name))
    }

    fn allows(&self, action: &str) -> bool {
        self.speaking(Effect::Allow, action).next().is_some()
    }

    /// Whether a statement denies it on everything and always.
    fn denies(&self, action: &str) -> bool {
        self.speaking(Effect::Deny, action).any(|it| it.condition.is_empty() && it.resource.iter().any(|on| on == "*"))
    }

    fn speaking(&self, effect: Effect, action: &str) -> impl Iterator<Item = &Statement> {
        self.statements.iter().map(|(_, it)| it).filter(move |it| {
            it.effect == effect && it.action.iter().any(|it| it.covers(action)) != it.action.is_negated()
        })
    }
}

/// The environment variables that the template sets for the function `id`.
fn environment(template: &Template, id: &str) -> Environment {
    let variables = |it: &serde_json::Value| Some(it.get("Environment")?.get("Variables")?.as_object()?.clone());
    let own = template.resource(id).and_then(|it| variables(it.get("Properties")?));
    own.into_iter().flatten().map(|(name, value)| (name, text(&value))).collect()
}

fn statements(policy: &Policy) -> impl Iterator<Item = Statement> {
    policy.statements().map(|at| at.statement.clone())
}

/// The policies that a function names.
fn named(holder: &Subject) -> impl Iterator<Item = String> {
    holder.named.iter().map(|it| match &it.arn {
        serde_json::Value::String(arn) => arn.clone(),
        other => other.as_object().and_then(|it| it.keys().next().cloned()).unwrap_or_else(|| other.to_string()),
    })
}
