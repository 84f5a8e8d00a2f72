//! Tables and buckets read to their end: a page of either says nothing of the rest.

use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2FluentBuilder;
use aws_sdk_s3::types::Object;
use functions::CallError;

/// How many items `scan` finds. DynamoDB counts, and reads all of them.
pub(crate) async fn count(scan: ScanFluentBuilder) -> Result<u64, CallError> {
    let mut pages = scan.select(Select::Count).into_paginator().send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CallError::new("count the items", error))?;
        count += u64::try_from(page.count).unwrap_or_default();
    }
    Ok(count)
}

/// Gives `visit` the `attributes` of each item that `scan` finds, in their order.
pub(crate) async fn each_item<const N: usize>(
    scan: ScanFluentBuilder,
    attributes: [&str; N],
    mut visit: impl FnMut([Option<AttributeValue>; N]),
) -> Result<(), CallError> {
    let placeholder = |place| format!("#a{place}");
    // Some names are words of DynamoDB's own.
    let mut scan = scan.projection_expression((0..N).map(placeholder).collect::<Vec<_>>().join(", "));
    for (place, name) in attributes.iter().enumerate() {
        scan = scan.expression_attribute_names(placeholder(place), *name);
    }
    let mut items = scan.into_paginator().items().send();
    while let Some(item) = items.next().await {
        let mut item = item.map_err(|error| CallError::new("scan the items", error))?;
        visit(attributes.map(|name| item.remove(name)));
    }
    Ok(())
}

/// Gives `visit` each object that `list` finds.
pub(crate) async fn each_object(
    list: ListObjectsV2FluentBuilder,
    mut visit: impl FnMut(&Object),
) -> Result<(), CallError> {
    let mut pages = list.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CallError::new("list the objects", error))?;
        page.contents().iter().for_each(&mut visit);
    }
    Ok(())
}
