//! What the policies of a role allow together, those that belong to it alone and those that are attached.

use policies::audit::Rule;
use policies::contain::wider;

use super::Sides;
use super::requests::{Requests, grouped};
use crate::audit::finding::AuditFinding;
use crate::audit::live::expected::Expected;
use crate::audit::live::role::Document;
use crate::audit::live::unknown::{at_least, at_most};
use crate::audit::rules;

impl Sides<'_> {
    /// How the policies differ, but for the trust policy and the boundary.
    pub(super) fn policies(&self) -> Vec<AuditFinding> {
        let Expected { id, inline, attached, foreign, policies, .. } = self.expected;
        let (known_inline, extra_inline) = by_name(&self.live.inline, |name| inline.contains(name));
        let (known_attached, extra_attached) = by_name(&self.live.attached, |arn| attached.contains(arn));
        let mut found = Vec::new();
        for arn in foreign.iter().filter(|arn| known_attached.iter().all(|it| it.name != **arn)) {
            let message = format!("the deployed `{id}` lacks the policy `{arn}`, which its stack attaches");
            found.push(self.finding(&rules::NARROWER, message, "IAM lists no such policy of the role").on(arn));
        }

        let known = [known_inline, known_attached].concat();
        let all = [known.clone(), extra_inline.clone(), extra_attached.clone()].concat();
        let live: Result<Vec<_>, _> = all.iter().map(|document| document.policy.as_ref().cloned()).collect();
        let Ok(live) = live else {
            let unread = |rule, kind, document| self.extra(rule, kind, document, None);
            let inline = extra_inline.iter().map(|it| unread(&rules::EXTRA_INLINE, INLINE, *it));
            found.extend(inline.chain(extra_attached.iter().map(|it| unread(&rules::EXTRA_ATTACHED, ATTACHED, *it))));
            return found;
        };
        // Of a policy that is not the stack's own, the stack says only that the role has it.
        let shared: Vec<_> =
            known.iter().zip(&live).filter(|(it, _)| foreign.contains(&it.name)).map(|(_, it)| it.clone()).collect();
        let most: Vec<_> = policies.iter().map(at_most).chain(shared.clone()).collect();
        let least: Vec<_> = policies.iter().map(at_least).chain(shared).collect();
        let (more, less) = (wider(&most, &live), wider(&live, &least));

        let (of_known, of_extra): (Vec<_>, Vec<_>) =
            more.witnesses.iter().cloned().partition(|witness| witness.by.policy < known.len());
        for requests in grouped(&of_known, &live, self.names) {
            let message = format!("the deployed `{id}` allows {requests}, which its stack does not");
            let evidence = format!("its policy `{}` allows `{}`", all[requests.policy].name, requests.example);
            found.push(requests.shown_by(self.finding(&rules::WIDER, message, evidence)));
        }
        for requests in grouped(&less.witnesses, &least, self.names) {
            let message = format!("the deployed `{id}` does not allow {requests}, which its stack does");
            let evidence = format!("the deployed policies do not allow `{}`", requests.example);
            found.push(requests.shown_by(self.finding(&rules::NARROWER, message, evidence)));
        }
        for (index, document) in all.iter().enumerate().skip(known.len()) {
            let added: Vec<_> = of_extra.iter().filter(|witness| witness.by.policy == index).cloned().collect();
            let is_inline = index < known.len() + extra_inline.len();
            let (rule, kind) =
                if is_inline { (&rules::EXTRA_INLINE, INLINE) } else { (&rules::EXTRA_ATTACHED, ATTACHED) };
            found.push(self.extra(rule, kind, document, Some(&grouped(&added, &live, self.names))));
        }
        found.extend(self.undecided("allows more than its stack", &more));
        found.extend(self.undecided("allows all that its stack does", &less));
        found
    }

    /// A policy that the stack does not have, with what it adds when that is known.
    fn extra(&self, rule: &'static Rule, kind: &str, document: &Document, added: Option<&[Requests]>) -> AuditFinding {
        let name = &document.name;
        let message = format!("the deployed `{}` has {kind} `{name}`, which its stack does not", self.expected.id);
        let evidence = match added {
            None => "what it adds is not known, since a policy cannot be read".to_owned(),
            Some([]) => "it allows nothing that the stack does not".to_owned(),
            Some([one]) => format!("it allows {one}, which the stack does not"),
            Some([one, more @ ..]) => {
                format!("it allows {one}, and {} more rights that the stack does not", more.len())
            }
        };
        self.finding(rule, message, evidence).on(name)
    }
}

const INLINE: &str = "the inline policy";
const ATTACHED: &str = "the attached policy";

/// Those with a name that the stack gives, and the others.
fn by_name(documents: &[Document], is_known: impl Fn(&str) -> bool) -> (Vec<&Document>, Vec<&Document>) {
    documents.iter().partition(|document| is_known(&document.name))
}
