//! Items that are written once.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use functions::CallError;

/// Writes the item of `put`, unless the table has one under its key, of which `key` is a part. Tells whether it was
/// written.
///
/// # Errors
/// When the table refuses.
pub(crate) async fn put(put: PutItemFluentBuilder, key: &str) -> Result<bool, CallError> {
    let put = put.condition_expression("attribute_not_exists(#key)").expression_attribute_names("#key", key);
    match put.send().await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
            Ok(false)
        }
        Err(error) => Err(CallError::new("put the item", error)),
    }
}
