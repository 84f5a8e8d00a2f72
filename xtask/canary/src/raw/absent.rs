//! What looks like a call and is none: no operation that is named here is in a program, but for one.

use aws_sdk_dynamodb::Client as DynamoDb;
use aws_sdk_dynamodb::operation::update_table::UpdateTableInput;
use aws_sdk_sqs::Client as Sqs;

const DELETES: bool = false;

/// Runs the code around the calls that are none.
pub async fn call_none(tables: &DynamoDb, queues: &Sqs) {
    if DELETES {
        // What an asynchronous function waits for in dead code is found all the same: it is told how to be dropped.
        drop(queues.create_queue().send().await);
    }
    dead(queues);
    println!("{:?}", UpdateTableInput::builder().table_name("orders").build());
    // A request that is not sent, and a future that is not polled.
    drop(tables.create_table().table_name("orders"));
    drop(never_polled(tables));
    let generic = std::mem::size_of_val(&never_made::<DynamoDb>);
    println!("{generic}");
    if std::env::args().count() > 1 {
        return;
    }
    println!("it ends here");
    std::process::exit(after_the_end(queues).0);
}

fn dead(queues: &Sqs) {
    if DELETES {
        drop(tokio::spawn(queues.delete_queue().send()));
    }
    if cfg!(test) {
        drop(tokio::spawn(queues.purge_queue().send()));
    }
}

struct Ended(i32);

fn after_the_end(queues: &Sqs) -> Ended {
    if queues.config().region().is_none() {
        return Ended(2);
    }
    return Ended(0);
    #[expect(unreachable_code, reason = "that it is unreachable is the point")]
    {
        drop(tokio::spawn(queues.tag_queue().send()));
        Ended(1)
    }
}

async fn never_polled(client: &DynamoDb) {
    drop(client.describe_backup().send().await);
}

#[expect(clippy::extra_unused_type_parameters, reason = "a generic function is made for no type")]
async fn never_made<T>(client: &DynamoDb) {
    drop(client.describe_import().send().await);
}

#[expect(dead_code, reason = "that nothing calls it is the point")]
async fn never_called(queues: &Sqs) {
    drop(queues.untag_queue().send().await);
}

/// Calls itself, and is called by nothing else.
pub async fn circle(queues: &Sqs) {
    drop(queues.list_queue_tags().send().await);
    Box::pin(circle(queues)).await;
}

#[cfg(test)]
mod tests {
    #[expect(dead_code, reason = "that nothing calls it is the point")]
    async fn never_called(queues: &super::Sqs) {
        drop(queues.get_queue_url().send().await);
    }
}
