//! How long reading, asking, comparing and auditing take for as many policies as a large account has, and the catalogue.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot prepare has failed")]

use std::hint::black_box;
use std::slice::from_ref;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use policies::audit::{Kind, Policy, audit};
use policies::contain::wider;
use policies::evaluate::{Context, Policies, Request, evaluate};
use policies::{PolicyDocument, Principal, catalogue, parse};

const POLICIES: usize = 1500;

/// A policy with what policies have: lists, wildcards, variables and conditions.
fn text(number: usize) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [
            {{"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": ["arn:aws:s3:::maps-{number}", "arn:aws:s3:::maps-{number}/*"]}},
            {{"Sid": "Home", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::homes-{number}/${{aws:username}}/*"}},
            {{"Sid": "Table", "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
              "Resource": "arn:aws:dynamodb:*:123456789012:table/orders-{number}",
              "Condition": {{"ForAllValues:StringLike": {{"dynamodb:LeadingKeys": ["${{aws:username}}*"]}}, "Bool": {{"aws:SecureTransport": true}}}}}},
            {{"Sid": "Queue", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:123456789012:orders-{number}*",
              "Condition": {{"IpAddress": {{"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}}}}},
            {{"Sid": "Never", "Effect": "Deny", "NotAction": ["iam:Get*", "s3:*", "sqs:*", "dynamodb:*"], "Resource": "*",
              "Condition": {{"StringNotEqualsIfExists": {{"aws:RequestedRegion": ["eu-west-1", "sa-east-1"]}}}}}}
        ]}}"#
    )
}

fn request() -> Request {
    let context = Context::closed()
        .with("aws:username", "ann")
        .with("aws:SourceIp", "10.1.2.3")
        .with("aws:SecureTransport", "true")
        .with("aws:RequestedRegion", "sa-east-1")
        .with("dynamodb:LeadingKeys", "ann-1");
    Request {
        principal: Principal::aws("arn:aws:iam::123456789012:user/ann"),
        action: "sqs:SendMessage".to_owned(),
        resource: "arn:aws:sqs:sa-east-1:123456789012:orders-7".to_owned(),
        context,
    }
}

fn of_an_account(criterion: &mut Criterion) {
    let texts: Vec<_> = (0..POLICIES).map(text).collect();
    let read = || texts.iter().map(|text| parse::document(text).unwrap()).collect::<Vec<PolicyDocument>>();
    let policies = read();
    let request = request();
    let ask = |policies: &[PolicyDocument]| {
        let each = policies.iter().map(|policy| {
            let identity = from_ref(policy);
            evaluate(&request, &Policies { identity, ..Policies::default() })
        });
        each.map(black_box).count()
    };
    let mut narrowed = policies.clone();
    for policy in &mut narrowed {
        policy.statement.swap_remove(0);
    }
    let mut group = criterion.benchmark_group("1500 policies");
    group.sample_size(10);
    group.bench_function("read", |bencher| bencher.iter(&read));
    group.bench_function("ask", |bencher| bencher.iter(|| ask(&policies)));
    group.bench_function("read and ask", |bencher| bencher.iter(|| ask(&read())));
    group.bench_function("compare each with less", |bencher| {
        bencher.iter(|| {
            let pairs = policies.iter().zip(&narrowed);
            pairs.filter(|(before, after)| wider(from_ref(before), from_ref(after)).is_contained()).count()
        });
    });
    group.bench_function("compare each with more", |bencher| {
        bencher.iter(|| {
            let pairs = policies.iter().zip(&narrowed);
            pairs.map(|(after, before)| wider(from_ref(before), from_ref(after)).witnesses.len()).sum::<usize>()
        });
    });
    let policies: Vec<_> = texts.iter().map(|text| Policy::read(Kind::Identity, text)).collect();
    group.bench_function("audit", |bencher| {
        bencher.iter(|| policies.iter().map(|policy| audit(from_ref(policy)).len()).sum::<usize>());
    });
    group.finish();
}

fn of_the_catalogue(criterion: &mut Criterion) {
    // What is read is kept, so that the first time cannot be repeated.
    let start = Instant::now();
    black_box(catalogue::action("sqs:SendMessage"));
    let first = start.elapsed();
    let before = Instant::now();
    black_box(catalogue::action("ec2:RunInstances"));
    let largest = before.elapsed();
    let services = catalogue::services().filter_map(catalogue::service).count();
    let all = start.elapsed();
    println!("catalogue, once: first action {first:?}, then one of ec2 {largest:?}, all {services} services {all:?}");
    let mut group = criterion.benchmark_group("catalogue");
    group.bench_function("action", |bencher| bencher.iter(|| catalogue::action(black_box("DynamoDB:GetItem"))));
    group.bench_function("actions of s3:Get*", |bencher| bencher.iter(|| catalogue::matching("s3:Get*").count()));
    group.bench_function("actions of *", |bencher| bencher.iter(|| catalogue::matching("*").count()));
    let query = catalogue::action("dynamodb:Query").unwrap();
    let index = "arn:aws:dynamodb:*:123456789012:table/orders/index/*";
    group.bench_function("applies to", |bencher| bencher.iter(|| query.applies_to(black_box(index))));
    group.finish();
}

criterion_group!(benches, of_the_catalogue, of_an_account);
criterion_main!(benches);
