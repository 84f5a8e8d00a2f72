//! Starts an execution of the state machine for an order, and says how it goes.

use bindings::Program;
use bindings::sfn::{DescribeExecution, StartExecution, StateMachine};
use functions::CallError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// What is done for an order.
    pub orders: StateMachine<(StartExecution, DescribeExecution)>,
}

impl Program for Bindings {
    const NAME: &'static str = "step-functions-order";
}

/// What the function is asked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Request {
    /// To begin with an order.
    Start {
        /// The order.
        id: String,
        /// How many are ordered.
        quantity: u32,
    },
    /// How the execution with this ARN goes.
    Describe(String),
}

/// Answers with the execution's ARN, or with its status.
///
/// # Errors
/// When Step Functions refuses.
pub async fn handle(bindings: &Bindings, request: Request) -> Result<Value, CallError> {
    Ok(match request {
        Request::Start { id, quantity } => {
            let input = json!({ "id": id, "quantity": quantity }).to_string();
            // An execution's name is taken for 90 days: an order that comes again starts nothing new.
            let start = bindings.orders.start_execution().name(id).input(input);
            let started = start.send().await.map_err(|error| CallError::new("start the order", error))?;
            json!({ "execution": started.execution_arn })
        }
        Request::Describe(execution) => {
            let describe = bindings.orders.describe_execution().execution_arn(execution);
            let described = describe.send().await.map_err(|error| CallError::new("describe the order", error))?;
            json!({ "status": described.status.as_str() })
        }
    })
}
