//! Which of several bindings of one type makes a call.

use std::any::type_name;

use assembly::Binding;
use bindings::dynamodb::{DeleteItem, DescribeTable, GetItem, Index, PutItem, Query, Scan, Table, UpdateItem};
use bindings::lambda::{Function, Invoke};
use bindings::s3::{Bucket, DeleteObject, GetObject, HeadBucket, PutObject};
use bindings::sns::{Publish, Topic};
use bindings::sqs::{Queue, SendMessage, SendMessageBatch};
use engine::audit::source::Source;
use engine::audit::usage::{self, Program, Use};

use crate::{read, root, workspace};

/// What must be said of a binding's operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Certain,
    Unclear,
    None,
}

/// A field of the type `T`, with what must be said of each of its operations.
fn field<T>(name: &str, said: &[Said]) -> (Binding, Vec<Said>) {
    let binding = Binding {
        field: name.to_owned(),
        type_name: type_name::<T>().to_owned(),
        variable: name.to_uppercase(),
        value: serde_json::Value::Null,
        grants: Vec::new(),
        operations: Vec::new(),
    };
    (binding, said.to_vec())
}

#[track_caller]
fn check(name: &str, fields: &[(Binding, Vec<Said>)]) {
    let (workspace, linked) = (workspace(), read(name));
    let source = Source::read(workspace.root(), &workspace.folders_of(name));
    assert!(workspace.root() == root());
    let program = Program { linked: &linked, source: &source };
    let all: Vec<_> = fields.iter().map(|(binding, _)| binding.clone()).collect();
    let mut wrong = Vec::new();
    let mut counts = [0; 3];
    for (binding, expected) in fields {
        let operations: Vec<_> = usage::operations(binding).collect();
        assert_eq!(operations.len(), expected.len(), "{}", binding.type_name);
        for (operation, expected) in operations.into_iter().zip(expected) {
            let uses = program.uses(&all, binding, operation);
            let said = match uses {
                Use::Certain(_) => Said::Certain,
                Use::Unclear(_) => Said::Unclear,
                Use::None => Said::None,
            };
            counts[said as usize] += 1;
            if said != *expected {
                wrong.push(format!("{}: {} is {uses:?}, expected {expected:?}", binding.field, operation.name));
            }
        }
    }
    let [certain, unclear, none] = counts;
    println!("{name}: {certain} uses of bindings certain, {unclear} unclear, {none} not there");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(program.unknown_site(), None);
}

#[test]
fn a_binding_is_said_to_be_used_however_it_is_called_and_its_unused_sibling_never_for_certain() {
    use Said::{Certain, None, Unclear};
    check(
        "canary-pairs",
        &[
            field::<Table<GetItem>>("read", &[Certain]),
            field::<Table<GetItem>>("unread", &[None]),
            field::<Table<PutItem>>("written", &[Certain]),
            // Another program hands on one of this name.
            field::<Table<PutItem>>("named", &[Unclear]),
            field::<Table<DeleteItem>>("removed", &[Certain]),
            field::<Table<DeleteItem>>("kept", &[None]),
            field::<Table<UpdateItem>>("updated", &[Unclear]),
            field::<Table<UpdateItem>>("untouched", &[None]),
            field::<Table<Query>>("queried", &[Certain]),
            field::<Table<Query>>("asked", &[Certain]),
            field::<Table<Query>>("unasked", &[None]),
            field::<Table<Scan>>("scanned", &[Unclear]),
            field::<Table<Scan>>("unscanned", &[None]),
            field::<Bucket<GetObject>>("documents", &[Unclear]),
            field::<Bucket<GetObject>>("drafts", &[None]),
            field::<Bucket<PutObject>>("images", &[Certain]),
            field::<Bucket<PutObject>>("thumbnails", &[None]),
            field::<Bucket<DeleteObject>>("archived", &[Unclear]),
            field::<Bucket<DeleteObject>>("restored", &[None]),
            field::<Queue<SendMessage>>("orders", &[Unclear]),
            field::<Queue<SendMessage>>("refunds", &[None]),
            field::<Queue<SendMessageBatch>>("bulk", &[Certain]),
            field::<Queue<SendMessageBatch>>("leftover", &[None]),
            field::<Topic<Publish>>("loud", &[Certain]),
            field::<Topic<Publish>>("quiet", &[Certain]),
            field::<Function<Invoke>>("planner", &[Certain]),
            field::<Function<Invoke>>("calculator", &[Unclear]),
            field::<Table<(DescribeTable, GetItem)>>("described", &[Certain, None]),
            field::<Index<Query>>("by_time", &[Certain]),
            field::<Index<Query>>("by_kind", &[None]),
            field::<Bucket<HeadBucket>>("alone", &[None]),
        ],
    );
}

#[test]
fn a_binding_is_not_taken_for_one_of_the_same_name_in_another_program() {
    check(
        "canary-namesakes",
        &[field::<Table<PutItem>>("written", &[Said::Unclear]), field::<Table<PutItem>>("named", &[Said::Unclear])],
    );
}
