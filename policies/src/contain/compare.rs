//! The comparison, part by part of the statements that allow now.

use std::collections::BTreeSet;

use super::cells::{Budget, Exhausted, Shape, includes};
use super::meet::{may_meet, meetings, principals};
use super::question::Question;
use super::rule::{Rule, Selection, rules};
use super::search::witness;
use super::{Comparison, Origin, Undecided, Why, Witness};
use crate::document::{Effect, PolicyDocument, Statement, Version};
use crate::evaluate::speaks_of;
use crate::listed::Listed;
use crate::pattern::Token;
use crate::principal::Principal;

/// How much work the comparison of one part of a statement may be, so that a hard one does not take that of all others.
const PART: usize = 1_000_000;

pub(super) fn compare(before: &[PolicyDocument], after: &[PolicyDocument], work: usize) -> Comparison {
    let (old, new) = (rules(before), rules(after));
    let mut budget = Budget(work);
    let (old_texts, new_texts) = (texts(before), texts(after));
    let denials: Vec<_> = new.iter().filter(|rule| rule.effect == Effect::Deny).collect();
    let kept = |rule: &Rule<'_>, budget: &mut Budget| -> Result<bool, Exhausted> {
        if new_texts.contains(&text_of(before, rule)) {
            return Ok(true);
        }
        covered(rule, &denials, budget)
    };
    // What a denial that went had denied may be allowed now.
    let mut gone = Vec::new();
    for rule in old.iter().filter(|rule| rule.effect == Effect::Deny) {
        if !kept(rule, &mut budget).unwrap_or(false) {
            gone.push(rule);
        }
    }
    let allows: Vec<_> = old.iter().filter(|rule| rule.effect == Effect::Allow).collect();
    let sides = Sides { before, after, old: &old, allows: &allows, denials: &denials, gone: &gone };
    let mut witnesses = Vec::new();
    let mut undecided = BTreeSet::new();
    for rule in new.iter().filter(|rule| rule.effect == Effect::Allow) {
        if gone.is_empty() && old_texts.contains(&text_of(after, rule)) {
            continue;
        }
        let by = Origin { policy: rule.policy, statement: rule.statement };
        for part in parts(rule) {
            let found = budget.share(PART, |share| sides.widened(&part, share)).unwrap_or(Some(Err(Why::Work)));
            match found {
                Some(Ok(request)) => witnesses.push(Witness { request, by }),
                Some(Err(why)) => {
                    undecided.insert(Undecided { by, why });
                }
                None => {}
            }
        }
    }
    Comparison { witnesses, undecided: undecided.into_iter().collect() }
}

/// The statements as IAM would write them, without their names.
fn texts(policies: &[PolicyDocument]) -> BTreeSet<(bool, String)> {
    let statements = policies.iter().flat_map(|document| {
        document.statement.iter().map(|statement| (document.version == Version::V2012, text(statement)))
    });
    statements.collect()
}

fn text_of(policies: &[PolicyDocument], rule: &Rule<'_>) -> (bool, String) {
    let document = &policies[rule.policy];
    (document.version == Version::V2012, text(&document.statement[rule.statement]))
}

fn text(statement: &Statement) -> String {
    format!("{:?}", Statement { sid: None, ..statement.clone() })
}

/// The statement for each of its actions and resources apart.
fn parts<'a>(rule: &Rule<'a>) -> impl Iterator<Item = Rule<'a>> {
    let pairs = rule.actions.parts().into_iter().flat_map(|actions| {
        rule.resources.parts().into_iter().map(move |resources| (actions.clone(), resources)).collect::<Vec<_>>()
    });
    pairs.map(|(actions, resources)| Rule { actions, resources, tests: rule.tests.clone(), ..*rule })
}

/// Whether one of `others` applies whenever `rule` does. `false` when that is not certain.
fn covered(rule: &Rule<'_>, others: &[&Rule<'_>], budget: &mut Budget) -> Result<bool, Exhausted> {
    for other in others {
        budget.take(1)?;
        let all_tests = || other.tests.iter().all(|test| rule.tests.iter().any(|known| known.implies(test)));
        if speaks_of_all(rule.principal, other.principal)
            && all_tests()
            && within(&rule.actions, &other.actions, budget)?
            && within(&rule.resources, &other.resources, budget)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn speaks_of_all(narrow: Option<&Listed<Principal>>, wide: Option<&Listed<Principal>>) -> bool {
    match (narrow, wide) {
        (_, None) => true,
        (_, Some(Listed::These(all))) if all.contains(&Principal::Any) => true,
        (narrow, wide) => narrow == wide,
    }
}

fn within(narrow: &Selection, wide: &Selection, budget: &mut Budget) -> Result<bool, Exhausted> {
    if narrow == wide {
        return Ok(true);
    }
    if wide.negated {
        return Ok(false);
    }
    let frames: Vec<&[Token]> =
        if narrow.negated { vec![narrow.frame()] } else { narrow.patterns.iter().map(Vec::as_slice).collect() };
    for frame in frames {
        let mut found = false;
        for pattern in &wide.patterns {
            budget.take(1)?;
            found = found || includes(pattern, frame, budget)?;
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}

struct Sides<'a> {
    before: &'a [PolicyDocument],
    after: &'a [PolicyDocument],
    old: &'a [Rule<'a>],
    allows: &'a [&'a Rule<'a>],
    denials: &'a [&'a Rule<'a>],
    /// The denials of before that are not proved to be there still.
    gone: &'a [&'a Rule<'a>],
}

type Found = Option<Result<crate::evaluate::Request, Why>>;

impl Sides<'_> {
    /// A request that `part` allows and `before` does not, or why it is not known that there is none.
    fn widened(&self, part: &Rule<'_>, budget: &mut Budget) -> Result<Found, Exhausted> {
        budget.take(self.old.len() + self.denials.len())?;
        if self.gone.is_empty() && covered(part, self.allows, budget)? {
            return Ok(None);
        }
        let meets =
            |rule: &&Rule<'_>| may_meet(&part.actions, &rule.actions) && may_meet(&part.resources, &rule.resources);
        let mut others: Vec<&Rule<'_>> = self.old.iter().filter(meets).collect();
        let old = others.len();
        others.extend(self.denials.iter().copied().filter(meets));
        let mut open: Found = None;
        let mut seen = BTreeSet::new();
        for (acting, action) in meetings(part, &others, |rule| &rule.actions, Shape::Action, budget)? {
            if !seen.insert(acting.clone()) {
                continue;
            }
            let actors: Vec<_> = acting.iter().map(|index| others[*index]).collect();
            let acting_old = acting.iter().filter(|index| **index < old).count();
            let depends = self.depends_on_variables(part, &actors[..acting_old]);
            if depends {
                open.get_or_insert(Err(Why::Variables));
            }
            let mut met = BTreeSet::new();
            for (on, resource) in meetings(part, &actors, |rule| &rule.resources, Shape::Resource, budget)? {
                if !met.insert(on.clone()) {
                    continue;
                }
                let on_old = on.iter().filter(|index| **index < acting_old).count();
                let rules: Vec<_> = on.iter().map(|index| actors[*index]).collect();
                let (before, denials) = rules.split_at(on_old);
                let question = Question { part, before, denials, action: &action, resource: &resource };
                match self.answer(&question, &actors) {
                    Some(Ok(request)) => return Ok(Some(Ok(request))),
                    Some(Err(why)) => {
                        open.get_or_insert(Err(why));
                    }
                    None => {}
                }
            }
        }
        Ok(open)
    }

    /// Whether a denial that went may have denied, by the value of a variable, what it does not seem to.
    fn depends_on_variables(&self, part: &Rule<'_>, old: &[&Rule<'_>]) -> bool {
        let gone = old.iter().filter(|rule| self.gone.iter().any(|gone| std::ptr::eq(*gone, **rule)));
        gone.into_iter().any(|rule| rule.resources.has_variables() || part.resources.has_variables())
    }

    /// The question for each principal that the statements tell apart.
    fn answer(&self, question: &Question<'_>, named_by: &[&Rule<'_>]) -> Found {
        let mut open = None;
        for principal in principals(question.part, named_by) {
            let speaks = |rule: &&&Rule<'_>| rule.principal.is_none_or(|listed| speaks_of(listed, &principal));
            if !speaks(&&question.part) {
                continue;
            }
            let before: Vec<_> = question.before.iter().filter(speaks).copied().collect();
            let denials: Vec<_> = question.denials.iter().filter(speaks).copied().collect();
            let asked = Question { before: &before, denials: &denials, ..*question };
            if asked.is_contained() {
                continue;
            }
            match witness(&asked, &principal, self.before, self.after) {
                Some(request) => return Some(Ok(request)),
                None => open = open.or_else(|| Some(Err(asked.why()))),
            }
        }
        open
    }
}
