//! The parts of an API's paths.

use serde::{Serialize, Serializer};

use super::RestApi;
use crate::check::Check;
use crate::reference::{Ref, Resource};
use crate::stack::Stack;
use crate::value::Intrinsic;

/// One part of a path. The path `/` needs none: every API has it.
///
/// CloudFormation calls it `Resource`, which here is what everything in a stack is.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-resource.html>
#[derive(Debug, Clone)]
pub struct ApiResource {
    /// The API. Changing it replaces the resource.
    pub rest_api_id: Ref<RestApi>,
    /// The part before this one; `None` when it is the first. Changing it replaces the resource.
    pub parent_id: Option<Ref<ApiResource>>,
    /// Letters, digits and `-._:`, or a parameter: `{orderId}` for one part, `{proxy+}` for all that follow. Changing
    /// it replaces the resource.
    pub path_part: String,
}

impl ApiResource {
    /// The names of the parameters in the path that ends in `resource`, the last first.
    pub(super) fn path_parameters(stack: &Stack, resource: Option<Ref<Self>>) -> Vec<&str> {
        let parts = std::iter::successors(resource.and_then(|part| stack.get(part)), |part| {
            part.parent_id.and_then(|parent| stack.get(parent))
        });
        // A path of an API cannot be deeper, while a stack that is wrong may hold a loop.
        let parts = parts.take(stack.resources().count());
        parts
            .filter_map(|part| part.path_part.strip_prefix('{'))
            .map(|part| part.trim_end_matches(['+', '}']))
            .collect()
    }
}

impl Resource for ApiResource {
    const TYPE: &'static str = "AWS::ApiGateway::Resource";

    fn check(&self, check: &mut Check<'_>) {
        let part = &self.path_part;
        let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')).unwrap_or(part);
        let name = if name.len() < part.len() { name.trim_end_matches('+') } else { name };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-._:".contains(c)) {
            check
                .error("path-part", format!("`{part}` is not one part of a path"))
                .help("use letters, digits and `-._:`, or `{name}`, or `{name+}`, without `/`");
        }
        if let Some(parent) = self.parent_id.and_then(|parent| check.stack.get(parent))
            && parent.rest_api_id != self.rest_api_id
        {
            let (own, other) = (self.rest_api_id.id(), parent.rest_api_id.id());
            check.error("other-api", format!("its path starts in `{other}`, while it belongs to `{own}`"));
        }
    }
}

/// What CloudFormation calls the resource at `path`, where `None` is `/`.
pub(super) fn id(api: Ref<RestApi>, path: Option<Ref<ApiResource>>) -> Intrinsic {
    path.map_or(api.root_resource_id(), |resource| Intrinsic::Ref(resource.id()))
}

impl Serialize for ApiResource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            rest_api_id: Ref<RestApi>,
            parent_id: Intrinsic,
            path_part: &'a str,
        }
        Wire {
            rest_api_id: self.rest_api_id,
            parent_id: id(self.rest_api_id, self.parent_id),
            path_part: &self.path_part,
        }
        .serialize(serializer)
    }
}
