//! EventBridge: buses and rules.

use futures::future::FutureExt as _;
use serde_json::Value as Json;

use super::deviation::{Deviation, Live};
use super::existence::{found, unless_missing};
use super::{Answer, ResourceType};
use crate::cloud::{Cloud, explain};

pub(super) const TYPES: &[(&str, &dyn ResourceType)] =
    &[("AWS::Events::EventBus", &EventBus), ("AWS::Events::Rule", &Rule)];

struct EventBus;

impl ResourceType for EventBus {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        async move { found(cloud.eventbridge.describe_event_bus().name(id).send().await) }.boxed()
    }
}

struct Rule;

/// The physical id of a rule is its name, after that of its bus unless it is the default one.
fn bus_and_name(id: &str) -> (&str, &str) {
    id.split_once('|').unwrap_or(("default", id))
}

impl ResourceType for Rule {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        let (bus, name) = bus_and_name(id);
        async move { found(cloud.eventbridge.describe_rule().event_bus_name(bus).name(name).send().await) }.boxed()
    }

    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(rule_deviations(live).boxed())
    }
}

async fn rule_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let (bus, name) = bus_and_name(live.physical_id());
    let events = &live.cloud.eventbridge;
    let answer = events.describe_rule().event_bus_name(bus).name(name).send().await;
    let Some(rule) = unless_missing(answer)? else { return Ok(live.missing()) };
    let mut deviations = Vec::new();
    let state = rule.state().map(|state| state.as_str().to_owned());
    if let Some(deviation) = live.compare("State", state) {
        let (events, bus, name) = (events.clone(), bus.to_owned(), name.to_owned());
        let is_enabled = deviation.expected == "ENABLED";
        deviations.push(deviation.repaired_by(async move {
            if is_enabled {
                events.enable_rule().event_bus_name(bus).name(name).send().await.map(|_| ()).map_err(explain)
            } else {
                events.disable_rule().event_bus_name(bus).name(name).send().await.map(|_| ()).map_err(explain)
            }
        }));
    }
    deviations.extend(live.compare("ScheduleExpression", rule.schedule_expression().map(str::to_owned)));
    if let Some(expected) = live.property("EventPattern") {
        let actual = rule.event_pattern().and_then(|text| serde_json::from_str::<Json>(text).ok());
        if actual.as_ref() != Some(expected) && !infra::expression::has_function(expected) {
            let actual = rule.event_pattern().map(str::to_owned);
            deviations.push(live.deviation("EventPattern", expected.to_string(), actual));
        }
    }
    Ok(deviations)
}
