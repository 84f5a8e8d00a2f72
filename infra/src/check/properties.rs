//! The properties of a resource against the schema that AWS publishes for its type.

use serde_json::{Map, Value as Json};

use super::{Check, scalar};
use crate::expression::{Expression, Path};
use crate::nearest::did_you_mean;
use crate::schema::{self, Bounds, Definition, Group, Object, Relation, Schema, Shape};

pub(super) fn check(check: &mut Check<'_>, schema: Option<&'static Schema>, properties: &Map<String, Json>) {
    let Some(schema) = schema else {
        let resource_type = check.declared.resource_type();
        check
            .error("unknown-type", format!("CloudFormation has no resource type `{resource_type}`"))
            .maybe_help(schema::nearest_type(resource_type).map(|nearest| format!("did you mean `{nearest}`?")));
        return;
    };
    let mut walk = Walk { check, schema };
    walk.members(&Path::Root, &schema.root, properties);
    for name in properties.keys().filter(|name| schema.read_only(&[name])) {
        walk.check.error("read-only-property", format!("`{name}` is set by AWS and cannot be given")).help("remove it");
    }
}

struct Walk<'w, 'c> {
    check: &'w mut Check<'c>,
    schema: &'static Schema,
}

impl Walk<'_, '_> {
    fn shape(&mut self, path: &Path<'_>, shape: &Shape, value: &Json) {
        match Expression::of(value) {
            Expression::If(_, then, otherwise) => {
                self.shape(path, shape, then);
                self.shape(path, shape, otherwise);
                return;
            }
            expression if expression.is_function() => return,
            _ => {}
        }
        match (shape, value) {
            (Shape::Any, _) | (_, Json::Null) => {}
            (Shape::Named(name), value) => match self.schema.definition(name) {
                Some(Definition::Object(object)) => self.object(path, object, value),
                Some(Definition::Shape(shape)) => self.shape(path, shape, value),
                None => {}
            },
            (Shape::List { count, items, .. }, Json::Array(values)) => {
                self.count(path, *count, values);
                for (index, value) in values.iter().enumerate() {
                    self.shape(&path.item(index), items, value);
                }
            }
            (Shape::Map(values), Json::Object(entries)) => {
                for (name, value) in entries {
                    self.shape(&path.property(name), values, value);
                }
            }
            (Shape::Scalar(expected), value) => scalar::check(self.check, path, expected, value),
            (Shape::List { .. }, value) => scalar::wrong_type(self.check, path, "a list", value),
            (Shape::Map(_), value) => scalar::wrong_type(self.check, path, "an object", value),
        }
    }

    fn object(&mut self, path: &Path<'_>, object: &Object, value: &Json) {
        match value {
            Json::Object(entries) => self.members(path, object, entries),
            value => scalar::wrong_type(self.check, path, "an object", value),
        }
    }

    fn members(&mut self, path: &Path<'_>, object: &Object, entries: &Map<String, Json>) {
        for (name, value) in entries {
            match object.property(name) {
                Some(shape) => self.shape(&path.property(name), shape, value),
                // A macro such as `Fn::Transform` decides only during the deployment what stands in its place.
                None if object.open || name.starts_with("Fn::") => {}
                None => self.unknown(path, object, name),
            }
        }
        let missing = object.required.iter().filter(|name| !is_given(entries, name));
        for name in missing.filter(|_| !entries.keys().any(|name| name.starts_with("Fn::"))) {
            let at = path.property(name);
            self.check.error("missing-property", format!("the required property `{at}` is missing"));
        }
        for group in &object.groups {
            self.group(path, group, entries);
        }
    }

    fn unknown(&mut self, path: &Path<'_>, object: &Object, name: &str) {
        let names = object.properties.iter().map(|(name, _)| *name);
        let help = did_you_mean(name, names.clone()).unwrap_or_else(|| {
            let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
            format!("it has {}", names.join(", "))
        });
        let owner = match path {
            Path::Root => self.check.declared.resource_type().to_owned(),
            path => path.to_string(),
        };
        self.check.error("unknown-property", format!("`{owner}` has no property `{name}`")).help(help);
    }

    fn count(&mut self, path: &Path<'_>, count: Bounds, values: &[Json]) {
        // How many an intrinsic function leaves is known only during the deployment.
        if values.iter().any(|value| matches!(Expression::of(value), Expression::If(..))) {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "no list is that long")]
        let length = values.len() as f64;
        if !count.contains(length) {
            self.check.error("property-count", format!("`{path}` has {length} entries, expected {count}"));
        }
    }

    fn group(&mut self, path: &Path<'_>, group: &Group, entries: &Map<String, Json>) {
        let is_given = |name: &&str| is_given(entries, name);
        let owner = match path {
            Path::Root => String::new(),
            path => format!(" of `{path}`"),
        };
        let given: Vec<_> = group.names().filter(is_given).collect();
        let got = if given.is_empty() { "none".to_owned() } else { list(&given) };
        let complete = group.sets.iter().filter(|set| set.iter().all(is_given)).count();
        let (first, others) =
            group.sets.split_first().map_or((&[][..], &[][..]), |(first, rest)| (first.as_slice(), rest));
        let first_is_given = first.iter().all(is_given);
        let others = || others.iter().flatten().copied();
        let message = match group.relation {
            Relation::ExactlyOne if complete != 1 => {
                format!("exactly one of {}{owner} is expected, got {got}", sets(group))
            }
            Relation::AtLeastOne if complete == 0 => {
                format!("at least one of {}{owner} is expected, got {got}", sets(group))
            }
            Relation::Excludes if first_is_given && others().any(|name| is_given(&name)) => {
                let got: Vec<_> = others().filter(is_given).collect();
                format!("{}{owner} cannot be given together with {}", list(first), list(&got))
            }
            Relation::Needs if first_is_given && !others().all(|name| is_given(&name)) => {
                let missing: Vec<_> = others().filter(|name| !is_given(name)).collect();
                format!("{}{owner} needs {}", list(first), list(&missing))
            }
            _ => return,
        };
        self.check.error("property-group", message);
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The entries of a group, with what is given together.
fn sets(group: &Group) -> String {
    let sets =
        group.sets.iter().map(|set| set.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" with "));
    sets.collect::<Vec<_>>().join(", ")
}

fn is_given(entries: &Map<String, Json>, name: &str) -> bool {
    let is_no_value = |value: &Json| Expression::of(value) == Expression::Ref("AWS::NoValue");
    entries.get(name).is_some_and(|value| !value.is_null() && !is_no_value(value))
}
