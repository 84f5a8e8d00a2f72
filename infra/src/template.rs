//! The CloudFormation template of a stack: rendered, byte-stable, and read back.
//!
//! In memory a template is JSON with the long form of intrinsic functions; [`yaml`] knows the short tags.

mod json;
mod origin;
mod read;
mod tree;
mod written;
mod yaml;

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::expression::Path;
use crate::marks::{self, Foreign, Origin};
use crate::reference::Resource;
use crate::stack::{Declared, Stack};
use crate::{lambda, message, parallel};

pub use crate::variant::unrolled;
pub use origin::Origins;
use tree::tree;
pub(crate) use tree::verbatim;
pub use written::{Mark, Note, NoteKind, Spot, Translation, Written, below};
pub use yaml::ParseError;

/// The parameter that names the bucket with the functions' zips.
pub const ARTIFACTS_BUCKET: &str = "ArtifactsBucket";

/// AWS's macro of serverless applications, as `Transform` names it.
pub const SERVERLESS_MACRO: &str = "AWS::Serverless-2016-10-31";

/// A CloudFormation template.
///
/// ```
/// use infra::sqs::StandardQueue;
/// use infra::{Stack, Stage, Template};
///
/// let mut stack = Stack::new("orders", &Stage::default());
/// stack.named("Orders").add(StandardQueue::default());
/// let yaml = Template::render(&stack).to_yaml();
/// assert_eq!(yaml, "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  Orders:\n    Type: AWS::SQS::Queue\n");
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Template {
    json: Map<String, Json>,
    /// By section and name, the ids of other stacks that typed references brought.
    foreign: BTreeMap<&'static str, BTreeMap<String, Vec<Foreign>>>,
}

/// What is in a section, with the ids of other stacks in it.
struct Entry {
    name: String,
    json: Json,
    foreign: Vec<Foreign>,
}

impl Template {
    /// The template of `stack`: the same bytes for the same source.
    #[must_use]
    pub fn render(stack: &Stack) -> Self {
        let mut template = Self::default();
        template.json.insert("AWSTemplateFormatVersion".into(), "2010-09-09".into());
        if let Some(description) = &stack.description {
            template.json.insert("Description".into(), description.as_str().into());
        }
        template.section_of("Parameters", parameters(stack));
        let conditions = stack.conditions.iter().map(|(id, it)| entry(id.to_string(), it, stack.origin));
        let conditions = template.without_foreign("Conditions", conditions);
        template.section_of("Conditions", conditions);
        let mut resources = template.without_foreign("Resources", resources(stack));
        lambda::describe(stack, &mut resources);
        let messages = message::metadata(stack, &resources);
        template.section_of("Resources", resources);
        let outputs = stack.outputs.iter().map(|(name, it)| entry(name.clone(), it, stack.origin));
        let outputs = template.without_foreign("Outputs", outputs);
        template.section_of("Outputs", outputs);
        template.section_of("Metadata", messages.map(|it| (message::KEY.to_owned(), it)).into_iter().collect());
        template
    }

    fn section_of(&mut self, name: &str, entries: Map<String, Json>) {
        if !entries.is_empty() {
            self.json.insert(name.to_owned(), Json::Object(entries));
        }
    }

    /// The entries of a section, of which the ids of other stacks are noted.
    fn without_foreign(
        &mut self,
        section: &'static str,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Map<String, Json> {
        let note = |Entry { name, json, foreign }| {
            if !foreign.is_empty() {
                self.foreign.entry(section).or_default().insert(name.clone(), foreign);
            }
            (name, json)
        };
        entries.into_iter().map(note).collect()
    }

    /// The ids of other stacks in the entry `name` of a section such as `Resources`, each once.
    pub(crate) fn foreign(&self, section: &str, name: &str) -> &[Foreign] {
        self.foreign.get(section).and_then(|entries| entries.get(name)).map_or(&[], Vec::as_slice)
    }

    /// The template that `json` is, with the long form of intrinsic functions.
    #[must_use]
    pub const fn from_json(json: Map<String, Json>) -> Self {
        Self { json, foreign: BTreeMap::new() }
    }

    /// The template as JSON, with the long form of intrinsic functions.
    #[must_use]
    pub fn into_json(self) -> Map<String, Json> {
        self.json
    }

    /// Reads a template written as JSON or as YAML, with long or short intrinsic functions.
    ///
    /// # Errors
    /// When the text is neither, or its top level is not a mapping.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Written::parse(text).map(|written| written.template)
    }

    /// YAML with short tags, for people.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        yaml::to_string(&self.json)
    }

    /// JSON on indented lines, for people.
    #[must_use]
    pub fn to_json(&self) -> String {
        format!("{:#}", Json::Object(self.json.clone()))
    }

    /// JSON without white space: what is deployed, since the size of a template is limited.
    #[must_use]
    pub fn to_compact_json(&self) -> String {
        serde_json::to_string(&self.json).unwrap_or_default()
    }

    /// The same in ASCII: CloudFormation gives a template back with `?` for every other character.
    #[must_use]
    pub fn to_ascii_json(&self) -> String {
        let mut text = String::new();
        for letter in self.to_compact_json().chars() {
            if letter.is_ascii() {
                text.push(letter);
            } else {
                text.extend(letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
        text
    }

    pub(crate) fn write_compact_json(&self, to: impl io::Write) -> serde_json::Result<()> {
        serde_json::to_writer(to, &self.json)
    }

    /// Gives each role and user that has none the permissions boundary `arn`.
    ///
    /// ```
    /// let mut template = infra::Template::parse("Resources: {Role: {Type: AWS::IAM::Role}}").unwrap();
    /// template.set_permissions_boundary("arn:aws:iam::123456789012:policy/boundary");
    /// let role = &template.resource("Role").unwrap()["Properties"];
    /// assert_eq!(role["PermissionsBoundary"], "arn:aws:iam::123456789012:policy/boundary");
    /// ```
    pub fn set_permissions_boundary(&mut self, arn: &str) {
        let resources = self.json.get_mut("Resources").and_then(Json::as_object_mut).into_iter().flatten();
        for (_, resource) in resources {
            if !matches!(resource["Type"].as_str(), Some("AWS::IAM::Role" | "AWS::IAM::User")) {
                continue;
            }
            let Some(resource) = resource.as_object_mut() else { continue };
            let properties = resource.entry("Properties").or_insert_with(|| Json::Object(Map::new()));
            if let Some(properties) = properties.as_object_mut() {
                properties.entry("PermissionsBoundary").or_insert_with(|| arn.into());
            }
        }
    }

    /// A section such as `Resources`: its entries by name, in order.
    pub fn section(&self, name: &str) -> impl Iterator<Item = (&str, &Json)> {
        self.entries(name).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    /// Its JSON, with the long form of intrinsic functions.
    #[must_use]
    pub const fn as_json(&self) -> &Map<String, Json> {
        &self.json
    }

    /// Sets an entry of the template's metadata.
    pub(crate) fn set_metadata(&mut self, key: &str, value: Json) {
        let metadata = self.json.entry("Metadata").or_insert_with(|| Json::Object(Map::new()));
        metadata[key] = value;
    }

    /// The names of the sections, in order.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.json.keys().map(String::as_str)
    }

    /// A section such as `Resources`, whole.
    #[must_use]
    pub fn get(&self, section: &str) -> Option<&Json> {
        self.json.get(section)
    }

    /// The entries of a section such as `Resources`.
    #[must_use]
    pub fn entries(&self, section: &str) -> Option<&Map<String, Json>> {
        self.json.get(section)?.as_object()
    }

    /// The resource `id` as the template has it.
    #[must_use]
    pub fn resource(&self, id: &str) -> Option<&Map<String, Json>> {
        self.json.get("Resources")?.get(id)?.as_object()
    }
}

/// The parameter that carries the S3 key of `program`'s zip.
///
/// ```
/// assert_eq!(infra::template::code_parameter("spaceships-consumer"), "SpaceshipsConsumerCode");
/// ```
#[must_use]
pub fn code_parameter(program: &str) -> String {
    let words = program.split(|c: char| !c.is_ascii_alphanumeric());
    let capitalized = words.flat_map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
    });
    capitalized.chain("Code".chars()).collect()
}

fn parameters(stack: &Stack) -> Map<String, Json> {
    let mut parameters: Map<_, _> =
        stack.parameters().map(|(id, declared)| (id.to_string(), tree(&declared.parameter))).collect();
    let mut programs = stack.programs().peekable();
    if programs.peek().is_some() {
        let description = "the bucket with the functions' zips";
        parameters.insert(ARTIFACTS_BUCKET.to_owned(), json!({"Type": "String", "Description": description}));
    }
    for program in programs {
        let description = format!("the S3 key of {program}'s zip, which is its content hash");
        parameters.insert(code_parameter(program), json!({"Type": "String", "Description": description}));
    }
    parameters
}

fn entry(name: String, value: &impl Serialize, own: Origin) -> Entry {
    let (json, foreign) = without_marks(value, own);
    Entry { name, json, foreign }
}

/// What the stack `own` says with `value`, and the ids of other stacks in it.
pub(crate) fn without_marks(value: &impl Serialize, own: Origin) -> (Json, Vec<Foreign>) {
    let mut foreign = Vec::new();
    let (mut json, has_marks) = marks::all_but(own, || tree(value));
    if has_marks {
        marks::take_out(&Path::Root, &mut json, own, &mut foreign);
    }
    (json, foreign)
}

fn resources(stack: &Stack) -> Vec<Entry> {
    let declared: Vec<_> = stack.resources().collect();
    let render =
        |part: &[&Declared]| -> Vec<_> { part.iter().map(|declared| resource(declared, stack.origin)).collect() };
    parallel::parts(&declared, render).into_iter().flatten().collect()
}

fn resource(declared: &Declared, own: Origin) -> Entry {
    let ((mut resource, properties), has_marks) =
        marks::all_but(own, || (attributes(declared), declared.marked_properties()));
    let mut properties = Json::Object(properties);
    let mut foreign = Vec::new();
    if has_marks {
        for (name, attribute) in &mut resource {
            marks::take_out_within(&Path::Root.property(name), attribute, own, &mut foreign);
        }
        marks::take_out(&Path::Root, &mut properties, own, &mut foreign);
    }
    if properties.as_object().is_some_and(|it| !it.is_empty()) {
        resource.insert("Properties".to_owned(), properties);
    }
    Entry { name: declared.id.to_string(), json: Json::Object(resource), foreign }
}

/// What a resource has beside its properties.
fn attributes(declared: &Declared) -> Map<String, Json> {
    let mut resource = Map::new();
    resource.insert("Type".to_owned(), declared.resource_type().into());
    if let Json::Object(attributes) = tree(&declared.attributes) {
        resource.extend(attributes);
    }
    if let Some(policy) = declared.resource.update_policy() {
        resource.insert("UpdatePolicy".to_owned(), tree(&policy));
    }
    resource
}

/// The properties of a resource, with those its Rust type fixes.
pub(crate) fn properties<R: Resource>(resource: &R) -> Map<String, Json> {
    let own = match tree(resource) {
        Json::Object(own) => own,
        _ => Map::new(),
    };
    if R::discriminator().is_empty() {
        return own;
    }
    let fixed = R::discriminator().iter().map(|(name, value)| ((*name).to_owned(), Json::Bool(*value)));
    fixed.chain(own).collect()
}

/// Sets the property at a path such as `LoggingConfig.LogFormat`, making the mappings on the way.
pub(crate) fn set(properties: &mut Map<String, Json>, path: &str, value: Json) {
    match path.split_once('.') {
        None => {
            properties.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = properties.entry(first).or_insert_with(|| Json::Object(Map::new()));
            if !inner.is_object() {
                *inner = Json::Object(Map::new());
            }
            if let Json::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}
