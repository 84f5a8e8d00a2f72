//! From the schema of a type to its model.

use std::collections::{BTreeMap, BTreeSet};

use schemas::{Definition, Group, Object, Relation, Scalar, Schema, Shape};

use super::recursion::break_circles;
use super::{Content, Enum, Field, Item, Kind, Model, Struct, Union, UnionVariant};
use crate::docs;
use crate::facts::{self, Arn};
use crate::names::{pascal, snake, unique, variant};

/// Names of more properties than this, of which one is given, make no readable field.
const MOST_NAMES_IN_A_FIELD: usize = 3;

/// Methods that every reference has.
const METHODS_OF_REFERENCES: [&str; 3] = ["arn", "attribute", "id"];

/// The model of a type, whose struct is called `name`.
#[must_use]
pub fn build(resource_type: &'static str, schema: &'static Schema, name: &str) -> Model {
    let mut builder = Builder {
        schema,
        resource: name.to_owned(),
        taken: BTreeSet::from([name.to_owned(), format!("{name}Attributes")]),
        definitions: BTreeMap::new(),
        enums: enums_by_property(schema),
        shared: BTreeSet::new(),
        made: BTreeSet::new(),
        open: Vec::new(),
        items: Vec::new(),
    };
    builder.name_definitions();
    builder.resource();
    while let Some(definition) = builder.open.pop() {
        builder.definition(definition);
    }
    break_circles(&mut builder.items);
    let (attributes, arn) = attributes(resource_type, schema);
    Model { resource_type, name: name.to_owned(), items: builder.items, attributes, arn }
}

fn attributes(resource_type: &str, schema: &'static Schema) -> (Vec<(String, &'static str)>, Option<Arn>) {
    let own_arn = resource_type.rsplit("::").next().map(|kind| format!("{kind}Arn")).unwrap_or_default();
    let mut names: Vec<_> = schema.attributes().collect();
    names.sort_unstable();
    names.dedup();
    let arn = names.iter().find(|it| **it == "Arn").or_else(|| names.iter().find(|it| **it == own_arn));
    let arn = arn.map(|name| Arn::Attribute(name)).or_else(|| facts::arn(resource_type));
    let mut taken: BTreeSet<_> = METHODS_OF_REFERENCES.map(str::to_owned).into();
    let others = names.into_iter().filter(|name| *name != "Arn");
    let method = |name: &'static str| {
        let method = snake(name);
        let method = if taken.contains(&method) { format!("{method}_attribute") } else { method };
        (unique(&method, &mut taken), name)
    };
    (others.map(method).collect(), arn)
}

struct Builder {
    schema: &'static Schema,
    resource: String,
    /// The names of the types that are made.
    taken: BTreeSet<String>,
    /// The names of what definitions become.
    definitions: BTreeMap<&'static str, String>,
    /// The values of the enums that stand at properties of a name; several when they differ.
    enums: BTreeMap<&'static str, BTreeSet<&'static [&'static str]>>,
    /// The properties whose enum has their name.
    shared: BTreeSet<&'static str>,
    /// The definitions that were needed so far.
    made: BTreeSet<&'static str>,
    open: Vec<&'static str>,
    items: Vec<Item>,
}

/// Where a value stands: what an enum there is called.
#[derive(Clone, Copy)]
enum At<'a> {
    /// The definition of this name.
    Definition(&'static str),
    /// A property of an object, by the names of both.
    Property(&'a str, &'static str),
}

impl Builder {
    /// Names all definitions, needed or not, so that a name does not depend on what refers to it.
    fn name_definitions(&mut self) {
        for (definition, _) in self.schema.definitions() {
            let name = pascal(definition);
            let name = if name == self.resource { format!("{name}Property") } else { name };
            let name = unique(&name, &mut self.taken);
            self.definitions.insert(definition, name);
        }
    }

    fn resource(&mut self) {
        let root = &self.schema.root;
        let name = self.resource.clone();
        let is_given = |property: &str| !self.is_set_by_aws(property);
        let properties: Vec<_> = root.properties.iter().filter(|(property, _)| is_given(property)).collect();
        let it = self.structure(name, None, root, &properties);
        self.items.insert(0, Item::Struct(it));
    }

    /// Whether a template cannot give the property of the resource, or any part of it.
    fn is_set_by_aws(&self, property: &str) -> bool {
        if self.schema.read_only(&[property]) {
            return true;
        }
        let Some(Shape::Named(name)) = self.schema.root.property(property) else { return false };
        let Some(Definition::Object(object)) = self.schema.definition(name) else { return false };
        let is_part_set = |part: &str| self.schema.read_only(&[property, part]);
        !object.properties.is_empty() && object.properties.iter().all(|(part, _)| is_part_set(part))
    }

    fn definition(&mut self, definition: &'static str) {
        let name = self.definitions.get(definition).cloned().unwrap_or_default();
        let Some(Definition::Object(object)) = self.schema.definition(definition) else { return };
        let properties: Vec<_> = object.properties.iter().collect();
        let is_union =
            |group: &Group| properties.len() > 1 && group.one_of().is_some_and(|names| names.len() == properties.len());
        let item = if !object.open && object.groups.iter().any(is_union) {
            Item::Union(self.union(name, Some(definition), &properties))
        } else {
            Item::Struct(self.structure(name, Some(definition), object, &properties))
        };
        self.items.push(item);
    }

    fn structure(
        &mut self,
        name: String,
        definition: Option<&'static str>,
        object: &'static Object,
        properties: &[&'static (&'static str, Shape)],
    ) -> Struct {
        let groups = one_of_fields(object, properties);
        let mut fields = Vec::new();
        let mut taken = BTreeSet::from(["other_properties".to_owned()]);
        for (property, shape) in properties {
            if let Some(group) = groups.iter().find(|group| group.contains(property)) {
                if group.first() == Some(property) {
                    fields.push(self.one_of(&name, group, properties, &mut taken));
                }
                continue;
            }
            let kind = self.kind(shape, At::Property(&name, property), &mut Vec::new());
            let doc = docs::property(self.schema, property, shape, definition.is_none());
            fields.push(Field {
                name: unique(&snake(property), &mut taken),
                is_required: object.required.contains(property),
                content: Content::Property { name: property, kind, doc },
                is_boxed: false,
            });
        }
        Struct { name, definition, fields, is_open: object.open, rules: docs::rules(object, &groups) }
    }

    /// The field for properties of which exactly one is given.
    fn one_of(
        &mut self,
        owner: &str,
        names: &[&'static str],
        properties: &[&'static (&'static str, Shape)],
        taken: &mut BTreeSet<String>,
    ) -> Field {
        let of_group: Vec<_> = properties.iter().filter(|(name, _)| names.contains(name)).copied().collect();
        let name = unique(&format!("{owner}OneOf"), &mut self.taken);
        let union = self.union(name.clone(), None, &of_group);
        self.items.push(Item::Union(union));
        let field = of_group.iter().map(|(name, _)| snake(name)).collect::<Vec<_>>().join("_or_");
        Field { name: unique(&field, taken), content: Content::OneOf(name), is_required: true, is_boxed: false }
    }

    fn union(
        &mut self,
        name: String,
        definition: Option<&'static str>,
        properties: &[&'static (&'static str, Shape)],
    ) -> Union {
        let mut taken = BTreeSet::new();
        let mut variants = Vec::new();
        for (property, shape) in properties {
            let kind = self.kind(shape, At::Property(&name, property), &mut Vec::new());
            let doc = docs::property(self.schema, property, shape, false);
            let variant = unique(&pascal(property), &mut taken);
            variants.push(UnionVariant { name: variant, property, kind, doc, is_boxed: false });
        }
        Union { name, definition, variants }
    }

    fn kind(&mut self, shape: &'static Shape, at: At<'_>, within: &mut Vec<&'static str>) -> Kind {
        match shape {
            Shape::Any => Kind::Json,
            Shape::List { items, .. } => Kind::List(Box::new(self.kind(items, at, within))),
            Shape::Map(values) => Kind::Map(Box::new(self.kind(values, at, within))),
            Shape::Scalar(scalar) => self.scalar(scalar, at),
            // A definition that leads to itself by lists alone is JSON of any depth.
            Shape::Named(name) if within.contains(name) => Kind::Json,
            Shape::Named(name) => match self.schema.definition(name) {
                None => Kind::Json,
                Some(Definition::Object(object)) if object.properties.is_empty() => Kind::Json,
                Some(Definition::Object(_)) => {
                    if self.made.insert(name) {
                        self.open.push(name);
                    }
                    Kind::Object(self.definitions.get(name).cloned().unwrap_or_default())
                }
                Some(Definition::Shape(shape)) => {
                    within.push(name);
                    let kind = self.kind(shape, At::Definition(name), within);
                    within.pop();
                    kind
                }
            },
        }
    }

    fn scalar(&mut self, scalar: &'static Scalar, at: At<'_>) -> Kind {
        let kinds = scalar.kinds;
        match (kinds.string, kinds.integer, kinds.number, kinds.boolean, kinds.object) {
            (true, false, false, false, false) if scalar.values.is_empty() => Kind::Text,
            (true, false, false, false, false) => self.enumeration(scalar, at, false),
            (false, true, false, false, false) if scalar.values.is_empty() => Kind::Integer(scalar.range),
            (false, true, false, false, false) => self.enumeration(scalar, at, true),
            (false, _, true, false, false) => Kind::Number,
            (false, false, false, true, false) => Kind::Boolean,
            _ => Kind::Json,
        }
    }

    /// The name of the enum that stands there, and whether it was made before.
    ///
    /// It is the property's name where that means one thing in the whole type, else the object's and the property's.
    fn enum_name(&mut self, at: At<'_>) -> (String, bool) {
        let (owner, property) = match at {
            At::Definition(definition) => {
                let name = self.definitions.get(definition).cloned().unwrap_or_default();
                return (name, !self.made.insert(definition));
            }
            At::Property(owner, property) => (owner, property),
        };
        let name = pascal(property);
        if self.enums.get(property).is_some_and(|enums| enums.len() == 1) {
            if self.shared.contains(property) {
                return (name, true);
            }
            if self.taken.insert(name.clone()) {
                self.shared.insert(property);
                return (name, false);
            }
        }
        (unique(&format!("{owner}{name}"), &mut self.taken), false)
    }

    fn enumeration(&mut self, scalar: &'static Scalar, at: At<'_>, is_integer: bool) -> Kind {
        let (name, is_made) = self.enum_name(at);
        if is_made {
            return Kind::Enum(name);
        }
        let mut taken = BTreeSet::new();
        let variants = scalar.values.iter().map(|value| (unique(&variant(value), &mut taken), *value)).collect();
        self.items.push(Item::Enum(Enum { name: name.clone(), variants, is_integer }));
        Kind::Enum(name)
    }
}

/// The groups of properties of which exactly one is given, and that share none.
fn one_of_fields(object: &Object, properties: &[&'static (&'static str, Shape)]) -> Vec<Vec<&'static str>> {
    let is_property = |name: &&str| properties.iter().any(|(property, _)| property == name);
    let is_alone = |name: &&'static str| {
        let groups = object.groups.iter().filter(|group| group.relation == Relation::ExactlyOne);
        groups.filter(|group| group.names().any(|it| it == *name)).count() == 1
    };
    let readable = object.groups.iter().filter_map(Group::one_of).filter(|names| {
        names.len() <= MOST_NAMES_IN_A_FIELD
            && names.iter().all(|name| is_property(name) && is_alone(name) && !object.required.contains(name))
    });
    let mut found: Vec<_> = readable.collect();
    for names in &mut found {
        names.sort_unstable();
    }
    found
}

/// The values of all enums that stand at a property, by the property's name.
fn enums_by_property(schema: &'static Schema) -> BTreeMap<&'static str, BTreeSet<&'static [&'static str]>> {
    let of_definitions = schema.definitions().filter_map(|(_, definition)| match definition {
        Definition::Object(object) => Some(object),
        Definition::Shape(_) => None,
    });
    let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (property, shape) in of_definitions.chain([&schema.root]).flat_map(|object| &object.properties) {
        if let Some(values) = values_of(shape) {
            found.entry(*property).or_default().insert(values);
        }
    }
    found
}

fn values_of(shape: &'static Shape) -> Option<&'static [&'static str]> {
    match shape {
        Shape::List { items, .. } => values_of(items),
        Shape::Map(values) => values_of(values),
        Shape::Scalar(scalar) if !scalar.values.is_empty() => Some(&scalar.values),
        Shape::Any | Shape::Named(_) | Shape::Scalar(_) => None,
    }
}
