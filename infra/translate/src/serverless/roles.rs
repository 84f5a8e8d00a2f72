//! The roles that the macro makes for functions and state machines, and the policies that these have.
//!
//! The managed policies of AWS that it attaches for logs, traces and pollers are left out: nobody can write them
//! otherwise.

use serde_json::{Map, Value as Json, json};

use super::super::{policy, trust};
use super::Application;
use super::templates::{self, NoPolicy};
use infra::expression::Expression;
use infra::template::below;

/// What an entry of `Policies` becomes, with the same conditions around it: a policy of the role, or one it names.
struct Divided {
    inline: Json,
    managed: Json,
}

impl Divided {
    fn inline(document: &Json) -> Self {
        Self { inline: json!({ "PolicyDocument": document }), managed: nothing() }
    }

    fn none() -> Self {
        Self { inline: nothing(), managed: nothing() }
    }
}

fn nothing() -> Json {
    json!({"Ref": "AWS::NoValue"})
}

impl Application<'_> {
    /// Adds the role of `id` and takes the properties that are about it. With a role of its own it gets no other
    /// policies. `more` are statements that the macro adds, each with what it makes it of.
    pub(super) fn role(
        &mut self,
        id: &str,
        resource: &Json,
        service: &str,
        properties: &mut Map<String, Json>,
        more: Vec<(String, Json)>,
    ) {
        let mut take = |name: &str| properties.shift_remove(name);
        let policies = take("Policies");
        let [document, boundary, path] = ["AssumeRolePolicyDocument", "PermissionsBoundary", "RolePath"].map(&mut take);
        if properties.get("Role").is_some_and(|role| !may_be_nothing(role)) {
            return;
        }
        let role = format!("{id}Role");
        let (made, written) = (below("/Resources", &role), below("/Resources", id));
        self.origins.made(&made, &written);
        for name in ["AssumeRolePolicyDocument", "PermissionsBoundary"] {
            self.origins.moved(format!("{made}/Properties/{name}"), format!("{written}/Properties/{name}"));
        }
        let mut of_role = Map::new();
        of_role.insert("AssumeRolePolicyDocument".to_owned(), document.unwrap_or_else(|| trust(service)));
        for (name, given) in [("PermissionsBoundary", boundary), ("Path", path)] {
            if let Some(given) = given {
                of_role.insert(name.to_owned(), given);
            }
        }
        let mut inline = Vec::new();
        let mut managed = Vec::new();
        let entries = match policies {
            Some(Json::Array(entries)) => {
                entries.into_iter().enumerate().map(|(at, it)| (format!("/{at}"), it)).collect()
            }
            Some(one) => vec![(String::new(), one)],
            None => Vec::new(),
        };
        for (index, (at, entry)) in entries.into_iter().enumerate() {
            let divided = self.divided(id, &format!("/{index}"), &format!("/Properties/Policies{at}"), &entry);
            inline.push(divided.inline);
            managed.push(divided.managed);
        }
        for (pointer, statement) in more {
            let at = format!("{made}/Properties/Policies/{}/PolicyDocument", inline.len());
            self.origins.made(at, format!("{written}{pointer}"));
            inline.push(json!({"PolicyDocument": policy(&json!([statement]))}));
        }
        of_role.insert("ManagedPolicyArns".to_owned(), managed.into());
        of_role.insert("Policies".to_owned(), inline.into());
        self.insert(&role, resource, "AWS::IAM::Role", of_role);
        properties.entry("Role").or_insert_with(|| json!({"Fn::GetAtt": [role, "Arn"]}));
    }

    /// What an entry at `pointer` of the resource `id` becomes, which is at `at` of the role's lists.
    fn divided(&mut self, id: &str, at: &str, pointer: &str, entry: &Json) -> Divided {
        let role = format!("/Resources/{id}Role/Properties");
        let written = format!("/Resources/{id}{pointer}");
        match Expression::of(entry) {
            Expression::If(condition, then, otherwise) => {
                let [then, otherwise] = [(1, then), (2, otherwise)].map(|(side, entry)| {
                    self.divided(id, &format!("{at}/Fn::If/{side}"), &format!("{pointer}/Fn::If/{side}"), entry)
                });
                Divided {
                    inline: json!({"Fn::If": [condition, then.inline, otherwise.inline]}),
                    managed: json!({"Fn::If": [condition, then.managed, otherwise.managed]}),
                }
            }
            Expression::Map(members) if members.contains_key("Statement") => {
                self.origins.moved(format!("{role}/Policies{at}/PolicyDocument"), written);
                // The macro writes the version that is not there.
                let mut members = members.clone();
                members.entry("Version").or_insert_with(|| super::super::VERSION.into());
                Divided::inline(&members.into())
            }
            Expression::Map(members) => {
                let Some((name, given)) = members.iter().next() else { return Divided::none() };
                match templates::filled(name, given) {
                    Ok(document) => {
                        let made = format!("{role}/Policies{at}/PolicyDocument");
                        self.origins.made(made, below(&written, name));
                        Divided::inline(&document)
                    }
                    Err(why) => {
                        let what = match why {
                            NoPolicy::Unknown => format!("what the policy template `{name}` allows is not known"),
                            NoPolicy::Lacks(parameter) => {
                                format!("what the policy template `{name}` allows without `{parameter}` is not known")
                            }
                        };
                        self.leave_out(id, pointer, what);
                        Divided::none()
                    }
                }
            }
            Expression::Ref("AWS::NoValue") => Divided::none(),
            _ => {
                self.origins.moved(format!("{role}/ManagedPolicyArns{at}"), written);
                // A policy of AWS may be called by its name alone.
                let managed = match entry {
                    Json::String(name) if !name.contains([':', '{', '/']) => {
                        format!("arn:aws:iam::aws:policy/{name}").into()
                    }
                    other => other.clone(),
                };
                Divided { managed, ..Divided::none() }
            }
        }
    }
}

/// Whether a condition may leave the value out.
fn may_be_nothing(json: &Json) -> bool {
    match Expression::of(json) {
        Expression::If(_, then, otherwise) => may_be_nothing(then) || may_be_nothing(otherwise),
        Expression::Ref("AWS::NoValue") => true,
        _ => false,
    }
}
