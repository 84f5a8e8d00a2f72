//! The routes of a REST API.

use infra::expression::referenced;

use super::running_stack::RunningStack;

/// How deep a path may be, so that a template with a loop ends.
const DEEPEST: usize = 100;

/// The stage of the API with the id `api`.
#[must_use]
pub fn stage<'a>(running: &'a RunningStack, api: &str) -> Option<&'a str> {
    let mut stages = running.of_type("AWS::ApiGateway::Stage").filter(|(_, it)| it["RestApiId"] == api);
    stages.find_map(|(_, it)| it["StageName"].as_str())
}

/// The path of the method `id`, such as `/orders/{id}`.
#[must_use]
pub fn path(running: &RunningStack, id: &str) -> String {
    let above = |id: &str, property: &str| {
        let parent = referenced(running.written(id)?.get(property)?)?;
        // The root is an attribute of the API itself.
        running.written(parent)?.get("PathPart")?;
        Some(parent.to_owned())
    };
    let parts = std::iter::successors(above(id, "ResourceId"), |id| above(id, "ParentId")).take(DEEPEST);
    let parts = parts.map(|id| running.properties(&id)["PathPart"].as_str().unwrap_or_default().to_owned());
    let mut parts: Vec<_> = parts.collect();
    parts.reverse();
    format!("/{}", parts.join("/"))
}
