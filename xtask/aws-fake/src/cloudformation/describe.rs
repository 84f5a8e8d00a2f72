//! Reading what stacks are.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::stacks::{self, Record, Stack};
use super::templates::scalar_text;
use super::{Call, Outcome, invalid, page};
use crate::account::iso;
use crate::world::World;
use crate::xml::Xml;

/// `DescribeStacks`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html>
pub(crate) fn stacks(world: &mut World, call: Call<'_>) -> Outcome {
    let found: Vec<usize> = if let Some(name) = call.form.get("StackName") {
        vec![stacks::get(world, call, name)?]
    } else {
        let all = world.stacks.iter().enumerate();
        all.filter(|(_, it)| it.region == call.region && !it.is_deleted()).map(|(index, _)| index).collect()
    };
    let (found, next) = page(found, call, world.account.page);
    for index in &found {
        stacks::look(world, *index);
    }
    if let Some(name) = call.form.get("StackName") {
        // The look may have ended its deletion.
        stacks::get(world, call, name)?;
    }
    let mut xml = Xml::default();
    xml.members("Stacks", found, |xml, index| write(xml, &world.stacks[index]));
    xml.optional("NextToken", next);
    Ok(xml)
}

fn write(xml: &mut Xml, stack: &Stack) {
    let settings = &stack.settings;
    let description = settings.template.clone().into_json().get("Description").map(scalar_text);
    xml.text("StackId", &stack.id)
        .text("StackName", &stack.name)
        .optional("ChangeSetId", stack.change_set.as_ref())
        .optional("Description", description)
        .members("Parameters", &settings.parameters, |xml, (name, value)| {
            xml.text("ParameterKey", name).text("ParameterValue", shown(stack, name, value));
        })
        .text("CreationTime", iso(stack.created))
        .optional("DeletionTime", stack.deleted.map(iso))
        .optional("LastUpdatedTime", stack.updated.map(iso))
        .text("StackStatus", stack.status)
        .optional("StackStatusReason", stack.reason.as_ref())
        .text("DisableRollback", stack.disables_rollback)
        .texts("NotificationARNs", Vec::<String>::new())
        .texts("Capabilities", &settings.capabilities)
        // CloudFormation lists them in no order.
        .members("Outputs", stack.outputs.iter().rev(), |xml, output| {
            xml.text("OutputKey", &output.key)
                .text("OutputValue", &output.value)
                .optional("Description", output.description.as_ref())
                .optional("ExportName", output.export.as_ref());
        })
        .optional("RoleARN", settings.role.as_ref())
        .members("Tags", &settings.tags, |xml, (key, value)| {
            xml.text("Key", key).text("Value", value);
        })
        .text("EnableTerminationProtection", stack.is_protected)
        .within("DriftInformation", |xml| {
            xml.text("StackDriftStatus", "NOT_CHECKED");
        });
}

/// A parameter that is not to be echoed is not.
fn shown<'a>(stack: &Stack, name: &str, value: &'a str) -> &'a str {
    let declared = stack.settings.template.section("Parameters").find(|(known, _)| *known == name);
    let is_secret = declared.and_then(|(_, it)| it.get("NoEcho")).is_some_and(|it| scalar_text(it) == "true");
    if is_secret { "****" } else { value }
}

/// `ListStacks`, also the deleted ones.
pub(crate) fn list_stacks(world: &World, call: Call<'_>) -> Xml {
    let filter: BTreeSet<String> = call.form.texts("StackStatusFilter").into_iter().collect();
    let all = world.stacks.iter().filter(|stack| stack.region == call.region);
    let all = all.filter(|stack| filter.is_empty() || filter.contains(stack.status)).collect();
    let (stacks, next) = page(all, call, world.account.page);
    let mut xml = Xml::default();
    xml.members("StackSummaries", stacks, |xml, stack: &Stack| {
        xml.text("StackId", &stack.id)
            .text("StackName", &stack.name)
            .text("CreationTime", iso(stack.created))
            .optional("LastUpdatedTime", stack.updated.map(iso))
            .optional("DeletionTime", stack.deleted.map(iso))
            .text("StackStatus", stack.status)
            .optional("StackStatusReason", stack.reason.as_ref());
    });
    xml.optional("NextToken", next);
    xml
}

/// `GetTemplate`: the original text, with `?` for what is not ASCII.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html>
pub(crate) fn template(world: &mut World, call: Call<'_>) -> Outcome {
    let name = call.form.required("StackName")?;
    let index = stacks::get(world, call, name)?;
    let stack = &world.stacks[index];
    if stack.settings.text.is_empty() {
        // The document does not give the words for a stack whose first change set was not executed.
        return Err(invalid(format!("Stack [{}] has no template", stack.id)));
    }
    let text: String = stack.settings.text.chars().map(|it| if it.is_ascii() { it } else { '?' }).collect();
    let mut xml = Xml::default();
    xml.text("TemplateBody", text).texts("StagesAvailable", ["Original", "Processed"]);
    Ok(xml)
}

fn records(stack: &Stack) -> Vec<(&String, &Record)> {
    stack.records.iter().filter(|(_, record)| !record.status.is_empty()).collect()
}

fn write_record(xml: &mut Xml, id: &str, record: &Record, time: &str) {
    xml.text("LogicalResourceId", id)
        .optional("PhysicalResourceId", Some(&record.physical_id).filter(|id| !id.is_empty()))
        .text("ResourceType", &record.resource_type)
        .text(time, iso(record.updated))
        .text("ResourceStatus", record.status)
        .optional("ResourceStatusReason", record.reason.as_ref())
        .within("DriftInformation", |xml| {
            xml.text("StackResourceDriftStatus", "NOT_CHECKED");
        });
}

/// `ListStackResources`: what is deleted stays listed.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html>
pub(crate) fn list_resources(world: &mut World, call: Call<'_>) -> Outcome {
    let index = stacks::get(world, call, call.form.required("StackName")?)?;
    let (records, next) = page(records(&world.stacks[index]), call, world.account.page);
    let mut xml = Xml::default();
    xml.members("StackResourceSummaries", records, |xml, (id, record): (&String, &Record)| {
        write_record(xml, id, record, "LastUpdatedTimestamp");
    });
    xml.optional("NextToken", next);
    Ok(xml)
}

/// `DescribeStackResources`, which has no pages: the first 100 alone.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html>
pub(crate) fn resources(world: &mut World, call: Call<'_>) -> Outcome {
    let physical = call.form.get("PhysicalResourceId");
    let index = match (call.form.get("StackName"), physical) {
        (Some(name), _) => stacks::get(world, call, name)?,
        (None, Some(id)) => {
            let has = |stack: &Stack| stack.records.values().any(|record| record.physical_id == id);
            let found = world.stacks.iter().position(|stack| stack.region == call.region && has(stack));
            found.ok_or_else(|| invalid(format!("Stack for {id} does not exist")))?
        }
        (None, None) => return Err(invalid("Either StackName or PhysicalResourceId must be specified")),
    };
    let stack = &world.stacks[index];
    let logical = call.form.get("LogicalResourceId");
    let all = records(stack).into_iter().filter(|(id, _)| logical.is_none_or(|logical| logical == id.as_str()));
    let mut xml = Xml::default();
    xml.members("StackResources", all.take(100), |xml, (id, record)| {
        xml.text("StackName", &stack.name).text("StackId", &stack.id);
        write_record(xml, id, record, "Timestamp");
    });
    Ok(xml)
}

/// `DescribeStackResource`.
pub(crate) fn resource(world: &mut World, call: Call<'_>) -> Outcome {
    let index = stacks::get(world, call, call.form.required("StackName")?)?;
    let stack = &world.stacks[index];
    let id = call.form.required("LogicalResourceId")?;
    let record = stack.records.get(id).filter(|record| !record.status.is_empty());
    let record = record.ok_or_else(|| invalid(format!("Resource {id} does not exist for stack {}", stack.name)))?;
    let metadata = stack.settings.template.resource(id).and_then(|it| it.get("Metadata")).map(Json::to_string);
    let mut xml = Xml::default();
    xml.within("StackResourceDetail", |xml| {
        xml.text("StackName", &stack.name).text("StackId", &stack.id);
        write_record(xml, id, record, "LastUpdatedTimestamp");
        xml.optional("Metadata", metadata);
    });
    Ok(xml)
}
