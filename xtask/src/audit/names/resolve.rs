//! Text in place of intrinsic functions.

use serde_json::{Map, Value as Json};

use super::Names;

impl Names {
    /// The same JSON with text in place of those intrinsic functions whose yield is known.
    #[must_use]
    pub fn resolve(&self, json: &Json) -> Json {
        match json {
            Json::Array(items) => items.iter().map(|item| self.resolve(item)).collect(),
            Json::Object(members) => {
                let known = members.iter().next().filter(|_| members.len() == 1);
                let text = known.and_then(|(function, argument)| self.function(function, argument));
                let within = || members.iter().map(|(name, member)| (name.clone(), self.resolve(member))).collect();
                text.map_or_else(within, Json::String)
            }
            other => other.clone(),
        }
    }

    fn function(&self, function: &str, argument: &Json) -> Option<String> {
        match function {
            "Ref" => self.reference(argument.as_str()?),
            "Fn::GetAtt" => match argument {
                Json::Array(path) => {
                    let path: Vec<_> = path.iter().map(Json::as_str).collect::<Option<_>>()?;
                    self.attribute(path.first()?, &path.get(1..)?.join("."))
                }
                other => other.as_str()?.split_once('.').and_then(|(id, name)| self.attribute(id, name)),
            },
            "Fn::Sub" => match argument {
                Json::String(template) => self.substitute(template, &Map::new()),
                other => self.substitute(other.get(0)?.as_str()?, other.get(1)?.as_object()?),
            },
            "Fn::Join" => {
                let parts = self.resolve(argument.get(1)?);
                let parts: Vec<_> = parts.as_array()?.iter().map(Json::as_str).collect::<Option<_>>()?;
                Some(parts.join(argument.get(0)?.as_str()?))
            }
            _ => None,
        }
    }

    /// The text of `Fn::Sub`, when all that it names is known; `${!name}` is the text `${name}`.
    fn substitute(&self, template: &str, own: &Map<String, Json>) -> Option<String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            text += before;
            match name.strip_prefix('!') {
                Some(name) => text.extend(["${", name, "}"]),
                None => text += &self.substitution(name.trim(), own)?,
            }
            rest = after;
        }
        Some(text + rest)
    }

    fn substitution(&self, name: &str, own: &Map<String, Json>) -> Option<String> {
        if let Some(value) = own.get(name) {
            return self.resolve(value).as_str().map(str::to_owned);
        }
        match name.split_once('.') {
            Some((id, attribute)) => self.attribute(id, attribute),
            None => self.reference(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::names;
    use super::*;

    #[track_caller]
    fn check(json: &Json, expected: impl Into<Json>) {
        assert_eq!(names().resolve(json), expected.into());
    }

    #[test]
    fn the_arn_of_each_type_has_its_own_form() {
        let arn = |id: &str| json!({"Fn::GetAtt": [id, "Arn"]});
        check(&arn("Sightings"), "arn:aws:dynamodb:eu-west-1:123456789012:table/spaceships-sightings");
        check(&arn("Queue"), "arn:aws:sqs:eu-west-1:123456789012:sightings.fifo");
        check(&arn("Uploads"), "arn:aws:s3:::uploads");
        check(&arn("Logs"), "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/consumer:*");
        check(&arn("Consumer"), "arn:aws:lambda:eu-west-1:123456789012:function:consumer");
        check(&arn("ConsumerRole"), "arn:aws:iam::123456789012:role/service/spaceships-ConsumerRole-1");
        check(&arn("Rule"), "arn:aws:events:eu-west-1:123456789012:rule/bus/rule");
        check(&arn("Machine"), "arn:aws:states:eu-west-1:123456789012:stateMachine:m");
        check(&json!({"Ref": "Topic"}), "arn:aws:sns:eu-west-1:123456789012:reports");
        check(&json!({"Fn::GetAtt": "Topic.TopicName"}), "reports");
    }

    #[test]
    fn texts_are_put_together() {
        let index = json!({"Fn::Sub": "${Sightings.Arn}/index/by-model"});
        check(&index, "arn:aws:dynamodb:eu-west-1:123456789012:table/spaceships-sightings/index/by-model");
        let route = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/counts";
        check(&json!({"Fn::Sub": route}), "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*/GET/counts");
        check(
            &json!({"Fn::Sub": ["${name}/${!aws:username}", {"name": {"Ref": "Uploads"}}]}),
            "uploads/${aws:username}",
        );
        check(&json!({"Fn::Join": ["/", [{"Fn::GetAtt": ["Uploads", "Arn"]}, "*"]]}), "arn:aws:s3:::uploads/*");
    }

    #[test]
    fn what_is_not_known_stays_a_function() {
        for unknown in [
            json!({"Ref": "Nothing"}),
            json!({"Ref": "Rule"}),
            json!({"Fn::GetAtt": ["Sightings", "StreamArn"]}),
            json!({"Fn::ImportValue": "other"}),
            json!({"Fn::Sub": "${Nothing.Arn}/*"}),
        ] {
            check(&unknown, unknown.clone());
        }
    }
}
