//! SAM's policy templates: what each allows with the parameters that it is given.
//!
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html>

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use super::super::policy;
use infra::expression::replaced;

struct PolicyTemplate {
    parameters: Vec<&'static str>,
    statements: &'static str,
}

static TEMPLATES: LazyLock<BTreeMap<&str, PolicyTemplate>> = LazyLock::new(|| {
    let lines = include_str!("../../serverless/policy-templates.txt").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let (name, rest) = line.split_once(' ')?;
        let (parameters, statements) = rest.split_once(' ')?;
        let parameters = parameters.split(',').filter(|it| *it != "-").collect();
        Some((name, PolicyTemplate { parameters, statements }))
    };
    lines.filter_map(row).collect()
});

/// Why a policy template says nothing.
pub(super) enum NoPolicy {
    /// There is none of that name.
    Unknown,
    /// It is not given this parameter.
    Lacks(&'static str),
}

/// The policy that the template `name` makes with `given`.
pub(super) fn filled(name: &str, given: &Json) -> Result<Json, NoPolicy> {
    let template = TEMPLATES.get(name).ok_or(NoPolicy::Unknown)?;
    let empty = Map::new();
    let given = given.as_object().unwrap_or(&empty);
    if let Some(missing) = template.parameters.iter().find(|it| !given.contains_key(**it)) {
        return Err(NoPolicy::Lacks(missing));
    }
    let statements: Json = serde_json::from_str(template.statements).unwrap_or_default();
    let mut value = |name: &str, attribute: Option<&str>| given.get(name).filter(|_| attribute.is_none()).cloned();
    Ok(policy(&replaced(&statements, &mut value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_filled_in() {
        assert!(TEMPLATES.len() > 70);
        for (name, template) in TEMPLATES.iter() {
            let given: Map<_, _> = template.parameters.iter().map(|it| ((*it).to_owned(), "given".into())).collect();
            let policy = filled(name, &given.into()).unwrap_or_default();
            let text = policy.to_string();
            assert!(text.contains("\"Allow\""), "{name}: {text}");
            let left = template.parameters.iter().find(|it| text.contains(&format!("{{\"Ref\":\"{it}\"}}")));
            assert_eq!(left, None, "{name}: {text}");
        }
    }
}
