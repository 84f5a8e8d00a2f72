//! The comparison, part by part of the statements that allow now.

use std::collections::BTreeSet;

use super::cells::{Budget, Cell, Exhausted, Shape, Symbol, cells, includes};
use super::rule::{Rule, Selection, rules};
use super::search::{Question, witness};
use super::test::Test;
use super::{Comparison, Origin, Undecided, Why, Witness};
use crate::document::{Effect, PolicyDocument, Statement, Version};
use crate::evaluate::speaks_of;
use crate::listed::Listed;
use crate::pattern::Token;
use crate::principal::Principal;

/// How much work the comparison of one part of a statement may be, so that a hard one does not take that of all others.
const PART: usize = 1_000_000;

/// A principal that no policy names.
const STRANGER: &str = "arn:aws:iam::111122223333:role/stranger";

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
    let sides = Sides { before, after, old: &old, denials: &denials, gone: &gone };
    let mut comparison = Comparison::default();
    for rule in new.iter().filter(|rule| rule.effect == Effect::Allow) {
        if gone.is_empty() && old_texts.contains(&text_of(after, rule)) {
            continue;
        }
        let by = Origin { policy: rule.policy, statement: rule.statement };
        for part in parts(rule) {
            let found = budget.share(PART, |share| sides.widened(&part, share)).unwrap_or(Some(Err(Why::Work)));
            match found {
                Some(Ok(request)) => comparison.witnesses.push(Witness { request, by }),
                Some(Err(why)) => {
                    let undecided = Undecided { by, why };
                    if !comparison.undecided.contains(&undecided) {
                        comparison.undecided.push(undecided);
                    }
                }
                None => {}
            }
        }
    }
    comparison
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
    denials: &'a [&'a Rule<'a>],
    /// The denials of before that are not proved to be there still.
    gone: &'a [&'a Rule<'a>],
}

type Found = Option<Result<crate::evaluate::Request, Why>>;

impl Sides<'_> {
    /// A request that `part` allows and `before` does not, or why it is not known that there is none.
    fn widened(&self, part: &Rule<'_>, budget: &mut Budget) -> Result<Found, Exhausted> {
        let allows: Vec<_> = self.old.iter().filter(|rule| rule.effect == Effect::Allow).collect();
        if self.gone.is_empty() && covered(part, &allows, budget)? {
            return Ok(None);
        }
        budget.take(self.old.len() + self.denials.len())?;
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

impl Question<'_> {
    /// Whether it is certain that what the part allows here was allowed before.
    fn is_contained(&self) -> bool {
        let holds = |rule: &Rule<'_>, known: &[Test]| {
            rule.tests.iter().all(|test| known.iter().any(|known| known.implies(test)))
        };
        let impossible =
            |known: &[Test]| known.iter().enumerate().any(|(at, one)| known[at..].iter().any(|two| one.excludes(two)));
        let uncertain = |rule: &Rule<'_>| {
            rule.resources.negated && (rule.resources.has_variables() || self.part.resources.has_variables())
        };
        let denials: Vec<_> = self.denials.iter().filter(|rule| !uncertain(rule)).collect();
        let mut known = self.part.tests.clone();
        if impossible(&known) || denials.iter().any(|rule| holds(rule, &known)) {
            return true;
        }
        // A denial does not apply to what is allowed: when all but one of its tests hold, that one does not.
        let denied: Vec<_> = denials
            .iter()
            .filter_map(|rule| {
                let mut rest = rule.tests.iter().filter(|test| !known.iter().any(|known| known.implies(test)));
                let single = rest.next()?;
                if rest.next().is_none() { single.negation() } else { None }
            })
            .collect();
        known.extend(denied);
        if impossible(&known) {
            return true;
        }
        let allowed =
            self.before.iter().any(|rule| rule.effect == Effect::Allow && !uncertain(rule) && holds(rule, &known));
        let mut denied_before = self.before.iter().filter(|rule| rule.effect == Effect::Deny);
        allowed
            && denied_before.all(|rule| {
                let known: Vec<_> = known.iter().chain(&rule.tests).cloned().collect();
                impossible(&known) || denials.iter().any(|denial| holds(denial, &known))
            })
    }

    fn why(&self) -> Why {
        let rules = self.before.iter().chain(self.denials).copied().chain([self.part]);
        let keys: BTreeSet<_> = rules.flat_map(|rule| &rule.tests).map(|test| test.condition.key.to_string()).collect();
        if keys.is_empty() { Why::Variables } else { Why::Conditions(keys.into_iter().collect()) }
    }
}

/// For the texts that `part` selects: which of `others` select them too, and a text.
fn meetings<'r>(
    part: &Rule<'_>,
    others: &[&'r Rule<'r>],
    select: impl for<'x, 'y> Fn(&'x Rule<'y>) -> &'x Selection,
    shape: Shape,
    budget: &mut Budget,
) -> Result<Vec<(Vec<usize>, Vec<Symbol>)>, Exhausted> {
    let own = select(part);
    let selections: Vec<_> = [own].into_iter().chain(others.iter().map(|rule| select(rule))).collect();
    let patterns: Vec<&[Token]> =
        selections.iter().flat_map(|selection| selection.patterns.iter().map(Vec::as_slice)).collect();
    let mut meetings = Vec::new();
    for Cell { members, word } in cells(own.frame(), &patterns, shape, budget)? {
        let mut start = 0;
        let mut selecting = Vec::new();
        for (index, selection) in selections.iter().enumerate() {
            let end = start + selection.patterns.len();
            if members.range(start..end).next().is_some() != selection.negated {
                selecting.push(index);
            }
            start = end;
        }
        if selecting.first() == Some(&0) {
            meetings.push((selecting[1..].iter().map(|index| index - 1).collect(), word));
        }
    }
    // Short texts first, so that the request that is shown is a plain one.
    meetings.sort_by_key(|(_, word)| word.len());
    Ok(meetings)
}

/// Whether some text may be in both; only their beginnings are looked at.
fn may_meet(one: &Selection, other: &Selection) -> bool {
    let frame = one.frame();
    other.negated
        || other.patterns.iter().any(|pattern| {
            let pairs = frame.iter().zip(pattern);
            // A variable may have any value, which no text of this comparison shows.
            let plain = |token: &Token| !matches!(token, Token::Any | Token::Variable(_));
            let mut plain = pairs.take_while(|(one, two)| plain(one) && plain(two));
            plain.all(|(one, two)| one == two || *one == Token::One || *two == Token::One)
        })
}

/// One principal of each kind that the statements tell apart.
fn principals(part: &Rule<'_>, others: &[&Rule<'_>]) -> Vec<Principal> {
    let listed: Vec<_> = others.iter().copied().chain([part]).filter_map(|rule| rule.principal).collect();
    let stranger = Principal::aws(STRANGER);
    if listed.is_empty() {
        return vec![stranger];
    }
    let mut principals = vec![
        Principal::Any,
        stranger,
        Principal::service("stranger.amazonaws.com"),
        Principal::Federated("stranger.example.com".to_owned()),
        Principal::CanonicalUser("stranger".to_owned()),
    ];
    for principal in listed.into_iter().flatten() {
        let more = match principal {
            Principal::Aws(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                vec![Principal::Aws(format!("arn:aws:iam::{name}:role/stranger"))]
            }
            Principal::Aws(name) => match name.strip_suffix(":root") {
                Some(account) => vec![principal.clone(), Principal::Aws(format!("{account}:role/stranger"))],
                None => vec![principal.clone()],
            },
            other => vec![other.clone()],
        };
        principals.extend(more.into_iter().filter(|it| *it != Principal::aws("*")));
    }
    // The plainest ones last in the list are the ones that policies name.
    principals.reverse();
    let mut seen: Vec<Principal> = Vec::new();
    for principal in principals {
        if !seen.contains(&principal) {
            seen.push(principal);
        }
    }
    seen
}
