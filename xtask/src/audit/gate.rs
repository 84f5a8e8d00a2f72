//! What a deployment is refused for: findings that AWS would refuse, or that open what must stay closed.

use std::collections::BTreeSet;
use std::path::Path;

use super::audited::Audited;
use super::baseline::{self, Baseline};
use super::finding::{AuditFinding, Severity};
use super::matrix::AuditReport;
use super::{rules, template};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stack::Stack;
use crate::ui;

/// What the tags begin with that keep why a finding was allowed.
pub const ALLOW_TAG: &str = "stackwright:allow:";

/// Refuses stacks with findings of the severity `error` or `critical`, but for the rules that `allowed` names with a
/// reason, which their stacks keep as a tag. What was accepted before is in a file in the folder `root`.
///
/// # Errors
/// When there is such a finding, or `allowed` names no rule.
pub fn require(stacks: &mut [Stack], root: &Path, allowed: &[(String, String)]) -> anyhow::Result<()> {
    for (id, reason) in allowed {
        require_usable(id, reason)?;
    }
    let baseline = Baseline::read(root, None)?;
    let mut refused = 0;
    let mut used = BTreeSet::new();
    for stack in stacks.iter_mut() {
        let name = stack.stack_name().to_owned();
        let mut report = AuditReport { findings: template::findings(&Audited::stack(stack)), ..AuditReport::default() };
        baseline.apply(&mut report, baseline::today(), |_| false);
        let severe = report.findings.into_iter().filter(|it| it.rule.severity <= Severity::Critical);
        let (kept, open): (Vec<_>, Vec<_>) = severe.partition(|finding| reason(allowed, finding).is_some());
        for finding in kept.iter().filter(|finding| used.insert((name.clone(), finding.rule.id))) {
            if let Some(reason) = reason(allowed, finding) {
                ui::say(format!("{}: {} is allowed: {reason}", stack.name(), finding.rule.id));
                stack.add_tag(format!("{ALLOW_TAG}{}", finding.rule.id), reason);
            }
        }
        open.iter().for_each(ui::audit_finding);
        refused += open.len();
    }
    if refused == 0 {
        return Ok(());
    }
    let count = if refused == 1 { "1 finding".to_owned() } else { format!("{refused} findings") };
    Err(Failure::new(format!("the audit has {count} for which nothing may be deployed; nothing was deployed"))
        .exit(Exit::Findings)
        .help("mend them, or pass `--allow ID=REASON` for each rule: the stack keeps the reason as a tag")
        .into())
}

fn reason<'a>(allowed: &'a [(String, String)], finding: &AuditFinding) -> Option<&'a str> {
    allowed.iter().find(|(id, _)| id == finding.rule.id).map(|(_, reason)| reason.as_str())
}

/// <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>
fn require_usable(id: &str, reason: &str) -> anyhow::Result<()> {
    if !rules::all().any(|rule| rule.id == id) {
        let failure = Failure::new(format!("there is no rule `{id}` to allow")).exit(Exit::Usage);
        return Err(failure.help("`cargo xtask policy-audit --rules` lists the rules").into());
    }
    let fits = |c: char| c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c);
    if reason.trim().is_empty() || reason.chars().count() > 256 || !reason.chars().all(fits) {
        let message = format!("the reason to allow `{id}` is `{reason}`, which no tag can hold");
        let help = "expected 1 to 256 letters, digits, spaces and `+-=._:/@`: the stack keeps it as a tag";
        return Err(Failure::new(message).exit(Exit::Usage).help(help).into());
    }
    Ok(())
}
