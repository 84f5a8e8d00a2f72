//! What `Fn::GetAtt` gives for a resource that is deployed.

use super::of;

/// Where a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home<'a> {
    /// The partition, such as `aws`.
    pub partition: &'a str,
    /// The region.
    pub region: &'a str,
    /// The account's number.
    pub account: &'a str,
}

/// A resource that is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Physical<'a> {
    /// Its CloudFormation type.
    pub resource_type: &'a str,
    /// Its physical id, as CloudFormation lists it.
    pub id: &'a str,
    /// The path of a principal of IAM, with `/` on both ends; `/` of everything else.
    pub path: &'a str,
}

impl Physical<'_> {
    /// What `Ref` gives. A rule of an event bus is listed by another id than it is referred to.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        (!self.id.contains('|')).then_some(self.id)
    }

    /// What `Fn::GetAtt` gives; nothing when its form is not known.
    ///
    /// ```
    /// use infra::facts::{Home, Physical};
    ///
    /// let home = Home { partition: "aws", region: "eu-west-1", account: "123456789012" };
    /// let id = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo";
    /// let queue = Physical { resource_type: "AWS::SQS::Queue", id, path: "/" };
    /// assert_eq!(queue.attribute("Arn", home).as_deref(), Some("arn:aws:sqs:eu-west-1:123456789012:orders.fifo"));
    /// ```
    #[must_use]
    pub fn attribute(&self, attribute: &str, home: Home<'_>) -> Option<String> {
        of(self.resource_type).attribute(attribute).map(|form| self.fill(form, home))
    }

    /// The ARN, without what it ends in beyond the resource itself.
    #[must_use]
    pub fn arn(&self, home: Home<'_>) -> Option<String> {
        let facts = of(self.resource_type);
        let arn = facts.arn().map_or_else(|| self.id.to_owned(), |form| self.fill(form, home));
        arn.starts_with("arn:").then(|| arn.strip_suffix(facts.arn_suffix()).unwrap_or(&arn).to_owned())
    }

    /// `form` with the values for `{partition}`, `{region}`, `{account}`, `{path}`, `{id}` (the physical id) and `{name}`
    /// (the last step of one that is a URL or an ARN).
    fn fill(&self, form: &str, home: Home<'_>) -> String {
        let text = form.replace("{partition}", home.partition).replace("{region}", home.region);
        let text = text.replace("{account}", home.account).replace("{path}", self.path);
        let text = text.replace("{name}", self.id.rsplit(['/', ':']).next().unwrap_or_default());
        // The id of a rule of an event bus is `bus|rule`, and its ARN has a `/`; that of a parameter may start with one.
        let id = self.id.replace('|', "/");
        text.replace("/{id}", &format!("/{}", id.trim_start_matches('/'))).replace("{id}", &id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: Home<'_> = Home { partition: "aws", region: "eu-west-1", account: "123456789012" };

    #[test]
    fn the_arn_of_each_type_has_its_own_form() {
        for (resource_type, id, arn) in [
            ("AWS::DynamoDB::Table", "orders", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"),
            ("AWS::S3::Bucket", "orders", "arn:aws:s3:::orders"),
            ("AWS::Logs::LogGroup", "/aws/orders", "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/orders"),
            ("AWS::Events::Rule", "bus|rule", "arn:aws:events:eu-west-1:123456789012:rule/bus/rule"),
            ("AWS::SSM::Parameter", "/orders/x", "arn:aws:ssm:eu-west-1:123456789012:parameter/orders/x"),
            ("AWS::SNS::Topic", "arn:aws:sns:eu-west-1:123456789012:t", "arn:aws:sns:eu-west-1:123456789012:t"),
            ("AWS::IAM::Role", "orders", "arn:aws:iam::123456789012:role/service/orders"),
        ] {
            let physical = Physical { resource_type, id, path: "/service/" };
            assert_eq!(physical.arn(HOME).as_deref(), Some(arn));
        }
        let api = Physical { resource_type: "AWS::ApiGateway::RestApi", id: "a1b2c3", path: "/" };
        assert_eq!((api.arn(HOME), api.reference()), (None, Some("a1b2c3")));
    }
}
