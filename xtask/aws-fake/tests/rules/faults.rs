//! What goes wrong on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_fake::{At, Denial, Fault};
use aws_sdk_cloudformation::error::SdkError;

use crate::client::{Aws, QUEUE, refusal};

#[tokio::test]
async fn a_fault_strikes_the_call_it_is_for() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    aws.fake.fault(At::nth("cloudformation", "DescribeStacks", 2), Fault::Throttling);
    aws.stack("orders").await;
    let describe = || aws.cloudformation.describe_stacks().stack_name("orders").send();
    assert_eq!(refusal(describe().await), ("Throttling".into(), "Rate exceeded".into()));
    aws.stack("orders").await;
    let calls: Vec<_> = aws.fake.calls().into_iter().map(|call| (call.operation, call.subject)).collect();
    assert_eq!(calls, vec![("DescribeStacks".to_owned(), "orders".to_owned()); 3]);
}

#[tokio::test]
async fn each_fault_has_the_words_of_aws() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let denied = "User: arn:aws:iam::123456789012:user/tester is not authorized to perform: \
                  cloudformation:DescribeStacks on resource: \
                  arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/* because no identity-based policy allows \
                  the cloudformation:DescribeStacks action";
    for (fault, code, message) in [
        (Fault::InternalFailure, "InternalFailure", "An internal error has occurred."),
        (Fault::ServiceUnavailable, "ServiceUnavailable", "Service is unable to handle request."),
        (Fault::ExpiredToken, "ExpiredToken", "The security token included in the request is expired"),
        (Fault::AccessDenied(Denial::NoIdentityPolicy), "AccessDenied", denied),
    ] {
        aws.fake.clear_faults();
        aws.fake.fault(At::From(1), fault);
        let answer = aws.cloudformation.describe_stacks().stack_name("orders").send().await;
        assert_eq!(refusal(answer), (code.to_owned(), message.to_owned()));
    }
    aws.fake.clear_faults();
    aws.fake.fault(At::each("s3", "ListBuckets"), Fault::ServiceUnavailable);
    assert_eq!(refusal(aws.s3().list_buckets().send().await).0, "SlowDown");
}

#[tokio::test]
async fn a_dropped_call_is_not_carried_out_and_one_whose_answer_is_lost_is() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let delete = || aws.cloudformation.delete_stack().stack_name("orders").send();
    aws.fake.fault(At::Call(1), Fault::Dropped);
    aws.fake.fault(At::Call(2), Fault::LostAnswer);
    assert!(matches!(delete().await, Err(SdkError::DispatchFailure(_))));
    assert_eq!(aws.fake.status("orders").as_deref(), Some("CREATE_COMPLETE"));
    assert!(matches!(delete().await, Err(SdkError::DispatchFailure(_))));
    assert_eq!(aws.fake.status("orders").as_deref(), Some("DELETE_IN_PROGRESS"));
}

#[tokio::test]
async fn a_call_may_never_be_answered() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    aws.fake.fault(At::Call(1), Fault::NeverAnswered);
    let call = aws.cloudformation.describe_stacks().stack_name("orders").send();
    assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    aws.stack("orders").await;
}

#[tokio::test]
async fn a_test_is_called_back_before_a_call_is_carried_out() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let called = Arc::new(AtomicBool::new(false));
    let sets = Arc::clone(&called);
    aws.fake.on_call(2, move || sets.store(true, Ordering::SeqCst));
    aws.stack("orders").await;
    assert!(!called.load(Ordering::SeqCst));
    aws.stack("orders").await;
    assert!(called.load(Ordering::SeqCst));
    let resets = Arc::clone(&called);
    aws.fake.on(At::nth("cloudformation", "GetTemplate", 1), move || resets.store(false, Ordering::SeqCst));
    aws.cloudformation.get_template().stack_name("orders").send().await.unwrap();
    assert!(!called.load(Ordering::SeqCst));
}

#[tokio::test]
async fn what_the_fake_does_not_do_is_seen() {
    let aws = Aws::start().await;
    let (code, message) = refusal(aws.cloudformation.list_types().send().await);
    assert_eq!(code, "NotImplementedByFake");
    assert_eq!(message, "the fake of AWS has no ListTypes of cloudformation");
}
