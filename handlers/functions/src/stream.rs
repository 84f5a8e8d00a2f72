//! Batches of changes of a table, as its stream tells them.

use std::fmt::Display;

use aws_lambda_events::streams::DynamoDbBatchItemFailure;
/// From which change on a batch must be delivered again.
pub use aws_lambda_events::streams::DynamoDbEventResponse;
use bindings::Program;
use bindings::message::Carried;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A batch of changes.
#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    /// The changes, in the order in which they were made to each item.
    #[serde(rename = "Records")]
    pub records: Vec<Value>,
}

/// A record has no sequence number, without which its failure could not be told.
#[derive(Debug, thiserror::Error)]
#[error("a record has no `dynamodb.SequenceNumber`")]
pub struct NotAChange;

/// Processes each change as the type that the program with these `bindings` says it takes, such as
/// `bindings::Change<Order>`: one after the other, up to the first that fails. It is answered, and Lambda delivers it and all
/// later ones again: the mapping must have `ReportBatchItemFailures`, as `StreamMapping::new` of `infra` sets it. A change that is none
/// of the type fails.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>
///
/// # Errors
/// When a record has no sequence number: the whole batch is delivered again.
pub async fn process_input<B: Program<I>, I: Carried + DeserializeOwned, E: Display>(
    bindings: &B,
    event: Event,
    process: impl AsyncFn(&B, I) -> Result<(), E>,
) -> Result<DynamoDbEventResponse, NotAChange> {
    let mut response = DynamoDbEventResponse::default();
    for record in event.records {
        let number = record["dynamodb"]["SequenceNumber"].as_str().ok_or(NotAChange)?.to_owned();
        let processed = match serde_json::from_value(record) {
            Ok(input) => process(bindings, input).await.map_err(|error| error.to_string()),
            Err(error) => Err(format!("the change is not what the program takes: {error}")),
        };
        if let Err(error) = processed {
            tracing::error!(sequence_number = number, %error, "the change is delivered again, with all later ones");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(number);
            response.batch_item_failures.push(failure);
            break;
        }
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use bindings::Change;
    use futures::executor::block_on;
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Order {
        amount: u32,
    }

    impl bindings::Message for Order {
        fn described(_way: bindings::message::Way) -> bindings::message::Described {
            unreachable!("it is told in a stack alone")
        }
    }

    #[derive(Serialize)]
    struct Bindings {}

    impl Program<Change<Order>> for Bindings {
        const NAME: &'static str = "orders";
    }

    fn record(number: &str, image: &Value) -> Value {
        let images = json!({"SequenceNumber": number, "Keys": {"id": {"S": "a"}}, "NewImage": image});
        json!({"eventID": number, "eventName": "INSERT", "dynamodb": images})
    }

    /// The amounts that are processed, of which 13 fails, and the answer.
    fn run(records: &[Value]) -> (Vec<u32>, Value) {
        let seen = RefCell::new(Vec::new());
        let event: Event = serde_json::from_value(json!({ "Records": records })).unwrap();
        let process = async |_: &Bindings, change: Change<Order>| {
            let amount = change.new_image.map_or(0, |order| order.amount);
            seen.borrow_mut().push(amount);
            if amount == 13 { Err("no luck") } else { Ok(()) }
        };
        let response = block_on(process_input(&Bindings {}, event, process)).unwrap();
        (seen.into_inner(), serde_json::to_value(response).unwrap())
    }

    #[test]
    fn a_batch_stops_at_the_first_change_that_fails() {
        let amount = |amount: &str| json!({"amount": {"N": amount}});
        let all = [("1", amount("7")), ("2", amount("13")), ("3", amount("8"))];
        let records: Vec<_> = all.iter().map(|(number, image)| record(number, image)).collect();
        let failed = |number| json!({"batchItemFailures": [{"itemIdentifier": number}]});
        assert_eq!(run(&records[..1]), (vec![7], json!({"batchItemFailures": []})));
        assert_eq!(run(&records), (vec![7, 13], failed("2")));
        assert_eq!(run(&[record("4", &json!({"amount": {"S": "7"}}))]), (vec![], failed("4")));
    }

    #[test]
    fn what_is_no_change_cannot_be_answered() {
        let event: Event = serde_json::from_value(json!({"Records": [{}]})).unwrap();
        let done =
            block_on(process_input(&Bindings {}, event, async |_: &Bindings, _: Change<Order>| Ok::<_, String>(())));
        assert_eq!(done.unwrap_err().to_string(), "a record has no `dynamodb.SequenceNumber`");
    }
}
