//! Policies of which a part is known only when the plan is applied: the data source says the rest.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use serde_json::{Map, Value as Json, json};

use super::super::{VERSION, items};
use super::plan::{Instance, Plan, blocks, names};

/// A policy that a data source makes.
pub(super) struct Document {
    pub(super) json: Json,
    /// Where the data source is.
    pub(super) pointer: String,
    /// What of it is not known.
    pub(super) unread: Vec<String>,
}

/// The lists of a statement, as the data source and as IAM calls them.
const LISTS: [(&str, &str); 4] =
    [("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource")];

pub(super) fn of(plan: &Plan<'_>, source: &Instance<'_>) -> Document {
    let block = plan.block(source).map_or(&Json::Null, |it| &it["expressions"]);
    let mut statements = Vec::new();
    let mut unread = Vec::new();
    for name in ["source_policy_documents", "override_policy_documents", "source_json", "override_json"] {
        let texts = match &source.values[name] {
            Json::Array(texts) => texts.iter().collect(),
            Json::Null => Vec::new(),
            one => vec![one],
        };
        for text in &texts {
            match text.as_str().map(policies::parse::json) {
                Some(Ok(policy)) => match &policy["Statement"] {
                    Json::Array(all) => statements.extend(all.iter().cloned()),
                    one => statements.push(one.clone()),
                },
                _ => unread
                    .push(format!("what `{}` takes from `{name}` is not known before it is deployed", source.address)),
            }
        }
        if texts.is_empty() && source.unknown[name] == true {
            unread.push(format!("what `{}` takes from `{name}` is not known before it is deployed", source.address));
        }
    }
    if source.unknown["statement"] == true {
        unread.push(format!("the statements of `{}` are not known before it is deployed", source.address));
    }
    for (index, (known, unknown)) in blocks(source, "statement").into_iter().enumerate() {
        let written = match &block["statement"] {
            Json::Array(all) => all.get(index).unwrap_or(&Json::Null),
            one => one,
        };
        statements.push(statement(&Part {
            known,
            unknown,
            written,
            name: format!("{}.statement[{index}]", source.address),
        }));
    }
    let version = source.values["version"].as_str().unwrap_or(VERSION);
    let json = json!({"Version": version, "Statement": statements});
    Document { json, pointer: source.pointer.clone(), unread }
}

/// A block: what is known of it, what is not, and how it is written.
struct Part<'a> {
    known: &'a Json,
    unknown: &'a Json,
    written: &'a Json,
    name: String,
}

impl<'a> Part<'a> {
    /// The nested blocks of this name.
    fn parts(&self, name: &str) -> Vec<Part<'a>> {
        let known = items(&self.known[name]).iter().enumerate();
        known
            .map(|(index, known)| Part {
                known,
                unknown: self.unknown[name].get(index).unwrap_or(&Json::Null),
                written: self.written[name].get(index).unwrap_or(&Json::Null),
                name: format!("{}.{name}[{index}]", self.name),
            })
            .collect()
    }

    /// The texts in a list, with references for those that are not known.
    fn texts(&self, name: &str) -> Option<Json> {
        let (known, unknown) = (&self.known[name], &self.unknown[name]);
        let written: Vec<_> = names(&self.written[name]).filter(|it| it.matches('.').count() > 1).collect();
        let mut count = 0;
        let mut reference = || {
            let name =
                written.get(count).map_or_else(|| format!("{}.{name}[{count}]", self.name), |it| (*it).to_owned());
            count += 1;
            json!({ "Ref": name })
        };
        if *unknown == true {
            return Some(json!([reference()]));
        }
        let texts = items(known).iter().map(|it| match it {
            // What looks like a variable of Terraform is written so that it is one of IAM.
            Json::String(text) => text.replace("&{", "${").into(),
            _ => reference(),
        });
        let texts: Vec<_> = texts.collect();
        (!texts.is_empty()).then(|| texts.into())
    }
}

fn statement(part: &Part<'_>) -> Json {
    let mut statement = Map::new();
    if let Some(sid) = part.known["sid"].as_str().filter(|it| !it.is_empty()) {
        statement.insert("Sid".to_owned(), sid.into());
    }
    let effect = if part.unknown["effect"] == true {
        json!({"Ref": format!("{}.effect", part.name)})
    } else {
        part.known["effect"].as_str().unwrap_or("Allow").into()
    };
    statement.insert("Effect".to_owned(), effect);
    for (name, element) in LISTS {
        if let Some(texts) = part.texts(name) {
            statement.insert(element.to_owned(), texts);
        }
    }
    for (name, element) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        let mut principals = Map::new();
        for principal in part.parts(name) {
            let kind = principal.known["type"].as_str().unwrap_or("AWS");
            let texts = principal.texts("identifiers").unwrap_or_else(|| json!([]));
            if kind == "*" {
                statement.insert(element.to_owned(), "*".into());
            } else if let Some(Json::Array(all)) = principals.get_mut(kind) {
                all.extend(items(&texts).iter().cloned());
            } else {
                principals.insert(kind.to_owned(), texts);
            }
        }
        if !principals.is_empty() {
            statement.insert(element.to_owned(), principals.into());
        }
    }
    let mut condition = Map::new();
    for test in part.parts("condition") {
        let (Some(operator), Some(key)) = (test.known["test"].as_str(), test.known["variable"].as_str()) else {
            continue;
        };
        let values = test.texts("values").unwrap_or_else(|| json!([]));
        match &mut condition.entry(operator).or_insert_with(|| json!({}))[key] {
            Json::Array(all) => all.extend(items(&values).iter().cloned()),
            first => *first = values,
        }
    }
    if !condition.is_empty() {
        statement.insert("Condition".to_owned(), condition.into());
    }
    statement.into()
}
