//! Functions of a deployment, and their roles.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::succeeded;

/// The name of the inline policy by which the kit denies.
const DENIED: &str = "denied-by-test";

impl Deployment {
    /// The physical names of all functions of the system.
    #[must_use]
    pub fn functions(&self) -> Vec<String> {
        self.declared_functions().map(|(id, function)| physical_name(id, function)).collect()
    }

    /// The physical name of a function, by its logical id or by the program that it runs.
    #[track_caller]
    #[must_use]
    pub fn function(&self, name: &str) -> String {
        let program = code_parameter(name);
        let is_named = |(id, function): &(&String, &Value)| {
            *id == name || physical_name(id, function) == name || function["Code"]["S3Key"]["Ref"] == program
        };
        let found: Vec<_> = self.declared_functions().filter(is_named).collect();
        match &found[..] {
            [(id, function)] => physical_name(id, function),
            [] => {
                let ids: Vec<_> = self.declared_functions().map(|(id, _)| id.as_str()).collect();
                panic!("`{}` has no function `{name}`, only {}", self.name, ids.join(", "));
            }
            several => {
                let ids: Vec<_> = several.iter().map(|(id, _)| id.as_str()).collect();
                panic!("several functions run `{name}`: say which of {}", ids.join(", "));
            }
        }
    }

    fn declared_functions(&self) -> impl Iterator<Item = (&String, &Value)> {
        let resources = self.template["Resources"].as_object().into_iter().flatten();
        resources
            .filter(|(_, resource)| resource["Type"] == "AWS::Lambda::Function")
            .map(|(id, resource)| (id, &resource["Properties"]))
    }

    /// Invokes a function and gives its answer, which must not be a failure.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Value {
        let answer = self.try_invoke(function, payload).await;
        answer.unwrap_or_else(|failure| panic!("`{function}` failed on {payload}: {failure}"))
    }

    /// Invokes a function and gives its answer.
    ///
    /// # Errors
    /// When the function fails: its message.
    pub async fn try_invoke(&self, function: &str, payload: &Value) -> Result<Value, String> {
        let call = self.lambda.invoke().function_name(self.function(function));
        let sent = call.payload(Blob::new(payload.to_string())).send().await;
        let answer = succeeded(&format!("invoking `{function}`"), sent);
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let payload: Value = serde_json::from_slice(&payload).unwrap_or_else(|error| {
            panic!("`{function}` answered no JSON ({error}): {}", String::from_utf8_lossy(&payload))
        });
        match answer.function_error {
            None => Ok(payload),
            Some(_) => Err(payload["errorMessage"].as_str().map_or_else(|| payload.to_string(), str::to_owned)),
        }
    }

    /// Invokes a function without waiting for its answer.
    pub async fn invoke_later(&self, function: &str, payload: &Value) {
        let call = self.lambda.invoke().function_name(self.function(function));
        let call = call.payload(Blob::new(payload.to_string())).invocation_type(InvocationType::Event);
        succeeded(&format!("invoking `{function}`"), call.send().await);
    }

    /// Gives messages of a queue to a function as SQS does, each by its id and its body, and returns the ids of those that
    /// failed.
    pub async fn invoke_with_messages(&self, function: &str, messages: &[(&str, &str)]) -> Vec<String> {
        let record = |(id, body): &(&str, &str)| {
            let attributes = json!({ "ApproximateFirstReceiveTimestamp": "1", "ApproximateReceiveCount": "1" });
            json!({ "messageId": id, "body": body, "attributes": attributes, "eventSource": "aws:sqs" })
        };
        let event = json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() });
        let answer = self.invoke(function, &event).await;
        let failed = answer["batchItemFailures"].as_array();
        let failed = failed.unwrap_or_else(|| panic!("`{function}` does not say which messages failed: {answer}"));
        failed.iter().filter_map(|failed| failed["itemIdentifier"].as_str()).map(str::to_owned).collect()
    }

    /// The name of the role of a function, or of the worker with that logical id.
    pub async fn role(&self, function: &str) -> String {
        if self.workers().any(|id| id == function) {
            return self.role_of_worker(function).await;
        }
        let call = self.lambda.get_function_configuration().function_name(self.function(function));
        let configuration = succeeded(&format!("reading `{function}`"), call.send().await);
        let arn = configuration.role.unwrap_or_default();
        arn.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// Denies an action to a function or worker, as if the service were down for it, until [`allow`](Self::allow).
    pub async fn deny(&self, function: &str, action: &str) {
        let statement = json!({ "Effect": "Deny", "Action": action, "Resource": "*" });
        let document = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
        let call = self.iam.put_role_policy().role_name(self.role(function).await).policy_name(DENIED);
        succeeded(&format!("denying `{action}` to `{function}`"), call.policy_document(document).send().await);
    }

    /// Takes back what [`deny`](Self::deny) did.
    pub async fn allow(&self, function: &str) {
        let call = self.iam.delete_role_policy().role_name(self.role(function).await).policy_name(DENIED);
        succeeded(&format!("allowing `{function}` again"), call.send().await);
    }
}

fn physical_name(id: &str, function: &Value) -> String {
    match function["FunctionName"].as_str() {
        Some(name) => name.to_owned(),
        None => panic!("the function `{id}` has no name in the template, by which the kit finds it"),
    }
}

/// The template's parameter with the code of a program: `orders-get` has `OrdersGetCode`.
fn code_parameter(program: &str) -> String {
    let capitalized = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    program.split(['-', '_']).map(capitalized).chain(["Code".to_owned()]).collect()
}
