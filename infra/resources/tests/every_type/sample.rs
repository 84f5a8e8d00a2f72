//! Values of every type, made from its schema: as the template has them, and as Rust says them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;
use resources::model::{self, Content, Item, Kind, Model, Struct, UnionVariant};
use resources::names::{pascal, written};
use resources::source;
use schemas::{Definition, Object, Relation, Scalar, Schema, Shape};
use serde_json::{Map, Value as Json, json};

use super::text;

/// How much of what may be given is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Only what must be given.
    Minimal,
    /// All that can be given together.
    Full,
}

/// A resource of a type.
#[derive(Debug)]
pub(crate) struct Sample {
    /// Its properties.
    pub(crate) properties: Json,
    /// The same as an expression of Rust, for which the items of the type's module are in scope.
    pub(crate) expression: TokenStream,
    /// The patterns for which no text was found; what has them is left out.
    pub(crate) unmatched: Vec<String>,
}

/// The models of all types, under the names that the macro gives them.
pub(crate) fn models() -> impl Iterator<Item = Model> {
    schemas::types().map(model)
}

pub(crate) fn model(resource_type: &'static str) -> Model {
    let kind = resource_type.rsplit("::").next().unwrap();
    model::build(resource_type, schemas::of(resource_type).unwrap(), &pascal(kind))
}

/// A resource of the type; `None` when something that must be given leads to itself or matches nothing.
pub(crate) fn of(model: &Model, extent: Extent) -> Result<Sample, Missing> {
    let schema = schemas::of(model.resource_type).unwrap();
    let maker = Maker { schema, model, extent, unmatched: RefCell::default() };
    let Some(Item::Struct(resource)) = model.items.first() else { panic!("{} is no struct", model.resource_type) };
    let (properties, expression) = maker.structure(resource, &schema.root, &[])?;
    Ok(Sample { properties, expression, unmatched: maker.unmatched.into_inner() })
}

/// Why there is no value.
#[derive(Debug)]
pub(crate) enum Missing {
    /// What it consists of leads to itself.
    Circle,
    /// No text is known that matches a pattern.
    Text(String),
}

type Made = Result<(Json, TokenStream), Missing>;

struct Maker<'a> {
    schema: &'static Schema,
    model: &'a Model,
    extent: Extent,
    unmatched: RefCell<Vec<String>>,
}

impl Maker<'_> {
    fn item(&self, wanted: &str) -> &Item {
        self.model.items.iter().find(|item| item.name() == wanted).unwrap()
    }

    /// `within` has the definitions that are being made.
    fn structure(&self, it: &Struct, object: &'static Object, within: &[&'static str]) -> Made {
        let given = self.given(object);
        let mut json = Map::new();
        let mut required = Vec::new();
        let mut optional = Vec::new();
        for field in &it.fields {
            let expression = match &field.content {
                Content::Property { name: property, kind, .. } => {
                    if !field.is_required && !given.contains(property) {
                        continue;
                    }
                    match self.value(object.property(property).unwrap(), kind, within) {
                        Ok((value, expression)) => {
                            json.insert((*property).to_owned(), value);
                            expression
                        }
                        Err(missing) if field.is_required => return Err(missing),
                        Err(Missing::Circle) => continue,
                        Err(Missing::Text(pattern)) => {
                            self.unmatched.borrow_mut().push(pattern);
                            continue;
                        }
                    }
                }
                Content::OneOf(union) => {
                    let Item::Union(union) = self.item(union) else { panic!("{union} is no union") };
                    // What goes with the rest of the object is first.
                    let (first, others): (Vec<_>, Vec<_>) =
                        union.variants.iter().partition(|it| given.contains(it.property));
                    let variants = [first, others].concat();
                    let (Json::Object(value), expression) = self.union(&union.name, &variants, object, within)? else {
                        panic!("{} is no object", union.name)
                    };
                    json.extend(value);
                    expression
                }
            };
            if field.is_required {
                required.push(expression);
            } else {
                let expression = if field.is_boxed { quote!(::std::boxed::Box::new(#expression)) } else { expression };
                let field = name(&field.name);
                optional.push(quote!(#field: ::core::option::Option::Some(#expression)));
            }
        }
        let kind = name(&it.name);
        let base = if it.fields.iter().any(|field| field.is_required) {
            quote!(#kind::new(#(#required),*))
        } else {
            quote!(<#kind as ::core::default::Default>::default())
        };
        let expression = if optional.is_empty() { base } else { quote!(#kind { #(#optional,)* ..#base }) };
        Ok((json.into(), expression))
    }

    /// What is given of the properties of an object: as much as goes together.
    fn given(&self, object: &'static Object) -> BTreeSet<&'static str> {
        let mut given: BTreeSet<_> = object.required.iter().copied().collect();
        if self.extent == Extent::Full {
            given.extend(object.properties.iter().map(|(name, _)| *name));
        }
        // A group may take away what another needs, so all are looked at until nothing changes.
        for _ in 0..object.groups.len() + 3 {
            for group in &object.groups {
                let is_needed = |name: &&str| object.required.contains(name) || self.extent == Extent::Minimal;
                let complete: Vec<_> =
                    group.sets.iter().filter(|set| set.iter().all(|it| given.contains(it))).collect();
                let (first, others) = (group.sets[0][0], group.sets[1..].concat());
                match group.relation {
                    Relation::ExactlyOne | Relation::AtLeastOne if complete.is_empty() => given.extend(&group.sets[0]),
                    Relation::ExactlyOne => {
                        let is_required = |set: &&&Vec<&str>| set.iter().any(|name| object.required.contains(name));
                        let kept = complete.iter().find(is_required).unwrap_or(&complete[0]);
                        let dropped =
                            group.names().filter(|name| !kept.contains(name) && !object.required.contains(name));
                        let dropped: BTreeSet<_> = dropped.collect();
                        given.retain(|name| !dropped.contains(name));
                    }
                    Relation::Excludes if given.contains(first) && others.iter().any(|it| given.contains(it)) => {
                        if is_needed(&first) {
                            given.retain(|name| !others.contains(name));
                        } else {
                            given.remove(first);
                        }
                    }
                    Relation::Needs if given.contains(first) && !others.iter().all(|it| given.contains(it)) => {
                        if is_needed(&first) {
                            given.extend(&others);
                        } else {
                            given.remove(first);
                        }
                    }
                    _ => {}
                }
            }
        }
        given
    }

    /// The first that does not lead back to what is being made.
    fn union(&self, of: &str, variants: &[&UnionVariant], object: &'static Object, within: &[&'static str]) -> Made {
        let mut missing = Missing::Circle;
        for variant in variants {
            match self.value(object.property(variant.property).unwrap(), &variant.kind, within) {
                Ok((value, expression)) => {
                    let (of, kind) = (name(of), name(&variant.name));
                    let expression =
                        if variant.is_boxed { quote!(::std::boxed::Box::new(#expression)) } else { expression };
                    return Ok((json!({ variant.property: value }), quote!(#of::#kind(#expression))));
                }
                Err(error) => missing = error,
            }
        }
        Err(missing)
    }

    fn value(&self, shape: &'static Shape, kind: &Kind, within: &[&'static str]) -> Made {
        let rust = source::of_kind(kind, &quote!(::infra));
        match (shape, kind) {
            (Shape::Named(definition), _) if within.contains(definition) => Err(Missing::Circle),
            (Shape::Named(definition), _) => self.named(definition, kind, &[within, &[definition]].concat()),
            (Shape::List { count, items, .. }, Kind::List(item)) => {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts are small")]
                let count = count.least.unwrap_or(1.0).max(1.0).min(count.most.unwrap_or(f64::MAX)) as usize;
                let made: Vec<_> = (0..count).map(|_| self.value(items, item, within)).collect::<Result<_, _>>()?;
                let (values, expressions): (Vec<_>, Vec<_>) = made.into_iter().unzip();
                Ok((values.into(), quote!(<#rust>::Literal(::std::vec![#(#expressions),*]))))
            }
            (Shape::Map(values), Kind::Map(kind)) => {
                let (value, expression) = self.value(values, kind, within)?;
                Ok((json!({"key": value}), quote!(<#rust>::from([("key".to_owned(), #expression)]))))
            }
            (Shape::Scalar(scalar), Kind::Text) => {
                let text = matching(scalar)?;
                Ok((json!(text), quote!(<#rust>::from(#text))))
            }
            (Shape::Scalar(_), Kind::Boolean) => Ok((json!(true), quote!(<#rust>::from(true)))),
            (Shape::Scalar(scalar), Kind::Integer(bounds)) => {
                let number = number(scalar);
                let literal = Literal::i64_suffixed(number);
                let is_bounded = *bounds != schemas::Bounds::default();
                let expression =
                    if is_bounded { quote!(<#rust>::of::<{ #literal }>()) } else { quote!(<#rust>::from(#literal)) };
                Ok((json!(number), expression))
            }
            (Shape::Scalar(scalar), Kind::Number) => {
                let number = number(scalar);
                let literal = Literal::i64_suffixed(number);
                Ok((json!(number), quote!(<#rust>::from(#literal))))
            }
            (Shape::Scalar(scalar), Kind::Enum(of)) => {
                let Item::Enum(it) = self.item(of) else { panic!("{of} is no enum") };
                let value = scalar.values[0];
                let (variant, _) = it.variants.iter().find(|(_, known)| *known == value).unwrap();
                let (of, variant) = (name(of), name(variant));
                let json = if it.is_integer { json!(value.parse::<i64>().unwrap()) } else { json!(value) };
                Ok((json, quote!(<#rust>::from(#of::#variant))))
            }
            (shape, Kind::Json) => {
                let value = match shape {
                    Shape::Scalar(scalar) if scalar.kinds.boolean => json!(true),
                    Shape::Scalar(scalar) if !scalar.kinds.object => json!(matching(scalar)?),
                    _ => json!({"Key": "value"}),
                };
                let text = value.to_string();
                Ok((value, quote!(<#rust>::from(::serde_json::from_str::<::serde_json::Value>(#text).unwrap()))))
            }
            (shape, kind) => panic!("{}: {kind:?} for {shape:?}", self.model.resource_type),
        }
    }

    fn named(&self, definition: &'static str, kind: &Kind, within: &[&'static str]) -> Made {
        match (self.schema.definition(definition), kind) {
            (Some(Definition::Shape(shape)), _) => self.value(shape, kind, within),
            (Some(Definition::Object(object)), Kind::Object(of)) => match self.item(of) {
                Item::Struct(it) => self.structure(it, object, within),
                Item::Union(it) => self.union(of, &it.variants.iter().collect::<Vec<_>>(), object, within),
                Item::Enum(_) => panic!("{of} is an enum"),
            },
            (_, _) => Ok((json!({}), quote!(::infra::resources::Json::from(::serde_json::json!({}))))),
        }
    }
}

fn matching(scalar: &Scalar) -> Result<String, Missing> {
    let pattern = || scalar.pattern.as_ref().map(|pattern| pattern.as_str().to_owned()).unwrap_or_default();
    text::matching(scalar).ok_or_else(|| Missing::Text(pattern()))
}

#[expect(clippy::cast_possible_truncation, reason = "the bounds of what is sampled are whole and small")]
fn number(scalar: &Scalar) -> i64 {
    if let Some(value) = scalar.values.first().and_then(|value| value.parse().ok()) {
        return value;
    }
    let least = scalar.range.least.map_or(i64::MIN, |least| least.ceil() as i64);
    let most = scalar.range.most.map_or(i64::MAX, |most| most.floor() as i64);
    1.clamp(least, most.max(least))
}

fn name(text: &str) -> Ident {
    let written = written(text);
    written
        .strip_prefix("r#")
        .map_or_else(|| Ident::new(&written, Span::call_site()), |raw| Ident::new_raw(raw, Span::call_site()))
}
