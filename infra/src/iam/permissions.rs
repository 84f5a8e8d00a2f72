//! Policies that AWS makes of properties: of a function's permissions, a layer's, and an event bus's statement.

use policies::audit::Kind;
use policies::unknown;
use serde_json::{Map, Value as Json, json};

use super::subjects::Build;
use crate::expression::Expression;
use crate::lambda::{Alias, Version};
use crate::reference::Resource as _;
use crate::variant::{Part, Stop};

impl Build<'_> {
    /// The statement of an event bus's policy.
    pub(super) fn bus(&mut self, id: &str, properties: &Part<'_>) -> Result<(), Stop> {
        let Some(statement) = self.reader.member(properties, "Statement")? else { return Ok(()) };
        let document = json!({"Version": "2012-10-17", "Statement": [statement.json]});
        self.add_made(Kind::Resource, id, &document)
    }

    /// A permission as the statement that Lambda makes of it.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>
    pub(super) fn permission(&mut self, id: &str, properties: &Part<'_>) -> Result<(), Stop> {
        let principal = match self.reader.member(properties, "Principal")? {
            Some(given) => self.reader.text(&given.json)?.unwrap_or_default(),
            None => String::new(),
        };
        let principal = if principal == "*" {
            Json::from(principal)
        } else if is_service(&principal) {
            json!({ "Service": principal })
        } else {
            json!({ "AWS": principal })
        };
        let tests = [
            ("ArnLike", "AWS:SourceArn", "SourceArn"),
            ("StringEquals", "AWS:SourceAccount", "SourceAccount"),
            ("StringEquals", "aws:PrincipalOrgID", "PrincipalOrgID"),
            ("StringEquals", "lambda:FunctionUrlAuthType", "FunctionUrlAuthType"),
            ("StringEquals", "lambda:EventSourceToken", "EventSourceToken"),
            // https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
            ("Bool", "lambda:InvokedViaFunctionUrl", "InvokedViaFunctionUrl"),
        ];
        let mut condition = Map::new();
        for (operator, key, name) in tests {
            let Some(value) = self.reader.member(properties, name)? else { continue };
            let keys = condition.entry(operator).or_insert_with(|| json!({}));
            keys[key] = match value.json.into_owned() {
                Json::Bool(is) => is.to_string().into(),
                other => other,
            };
        }
        let mut statement = json!({"Effect": "Allow", "Principal": principal});
        statement["Action"] = match self.reader.member(properties, "Action")? {
            Some(action) => action.json.into_owned(),
            None => "lambda:InvokeFunction".into(),
        };
        // A function may be named instead of given by its ARN.
        let function = self.reader.member(properties, "FunctionName")?.map(|it| it.json.into_owned());
        statement["Resource"] = match function {
            Some(Json::String(name)) if !name.starts_with("arn:") && !name.starts_with("{{") => {
                json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{name}")})
            }
            Some(name) => match Expression::of(&name) {
                // Versions and aliases are referred to by their ARNs.
                Expression::Ref(id) if !["", Version::TYPE, Alias::TYPE].contains(&self.source.type_of(id)) => {
                    json!({"Fn::GetAtt": [id, "Arn"]})
                }
                _ => name,
            },
            None => Json::Null,
        };
        if !condition.is_empty() {
            statement["Condition"] = condition.into();
        }
        self.add_made(Kind::Resource, id, &json!({"Version": "2012-10-17", "Statement": [statement]}))
    }

    /// The permission of a layer as the statement that Lambda makes of it.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html>
    pub(super) fn layer(&mut self, id: &str, properties: &Part<'_>) -> Result<(), Stop> {
        let given = |name: &str| Ok(self.reader.member(properties, name)?.map(|it| it.json.into_owned()));
        let principal = given("Principal")?.unwrap_or_default();
        let principal = if principal == "*" { principal } else { json!({ "AWS": principal }) };
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": principal,
            "Action": given("Action")?.unwrap_or_else(|| "lambda:GetLayerVersion".into()),
            "Resource": given("LayerVersionArn")?.unwrap_or_default(),
        });
        if let Some(organization) = given("OrganizationId")? {
            statement["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": organization}});
        }
        self.add_made(Kind::Resource, id, &json!({"Version": "2012-10-17", "Statement": [statement]}))
    }
}

/// Whether the principal of a permission is a service, as far as it is known.
fn is_service(name: &str) -> bool {
    let name = unknown::sample(name);
    !unknown::is_all(&name) && !name.starts_with("arn:") && name.ends_with(".com") || name.ends_with(".com.cn")
}
