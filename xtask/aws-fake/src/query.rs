//! AWS's query protocol: a form that names an action, and an answer in XML.
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use std::collections::BTreeMap;

use crate::http::{Answer, Refusal, Request, decoded};
use crate::xml::Xml;

/// The fields of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    pub(crate) fn of(request: &Request) -> Self {
        Self(decoded(&String::from_utf8_lossy(&request.body)))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            // As AWS words it for a parameter of the request that is not there.
            let name = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
            let message = format!(
                "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
            );
            Refusal::new(400, "ValidationError", message)
        })
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    pub(crate) fn action(&self) -> &str {
        self.get("Action").unwrap_or_default()
    }

    /// The texts of a list.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        (1..).map_while(|index| self.get(&format!("{name}.member.{index}")).map(str::to_owned)).collect()
    }

    /// Two fields of each structure of a list.
    pub(crate) fn pairs(&self, name: &str, key: &str, value: &str) -> Vec<(String, Option<String>)> {
        let field = |index: usize, field: &str| self.get(&format!("{name}.member.{index}.{field}")).map(str::to_owned);
        (1..).map_while(|index| Some((field(index, key)?, field(index, value)))).collect()
    }
}

/// The answer of an operation: what `fill` writes is its result.
pub(crate) fn answer(namespace: &str, action: &str, id: &str, fill: impl FnOnce(&mut Xml)) -> Answer {
    let body = Xml::document(&format!("{action}Response"), namespace, |xml| {
        xml.within(&format!("{action}Result"), fill);
        xml.within("ResponseMetadata", |xml| {
            xml.text("RequestId", id);
        });
    });
    Answer::xml(200, body).with("x-amzn-requestid", id)
}

/// The answer to a request that is refused.
pub(crate) fn refusal(namespace: &str, id: &str, refusal: &Refusal) -> Answer {
    let kind = if refusal.status >= 500 { "Receiver" } else { "Sender" };
    let body = Xml::document("ErrorResponse", namespace, |xml| {
        xml.within("Error", |xml| {
            xml.text("Type", kind).text("Code", &refusal.code).text("Message", &refusal.message);
        });
        xml.text("RequestId", id);
    });
    Answer::xml(refusal.status, body).with("x-amzn-requestid", id)
}
