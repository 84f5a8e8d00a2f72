//! What is made of every type is Rust, and nothing in it has the name of something else.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use resources::model::{self, Content, Item, Model};

use super::sample::models;

fn source(model: &Model) -> TokenStream {
    resources::source::of(model, &quote!(::infra))
}

#[test]
fn every_type_becomes_rust() {
    let mut seen = 0;
    for model in models() {
        let source = source(&model);
        let parsed = syn::parse2::<syn::File>(source);
        assert!(parsed.is_ok(), "{}: {}", model.resource_type, parsed.err().unwrap());
        seen += 1;
    }
    assert!(seen > 1_500, "{seen} types");
}

#[test]
fn no_two_things_of_a_type_have_one_name() {
    for model in models() {
        let attributes = model.attributes_trait();
        assert_unique(&model, "types", model.items.iter().map(Item::name).chain(attributes.as_deref()));
        assert_unique(&model, "attributes", model.attributes.iter().map(|(method, _)| method.as_str()));
        for item in &model.items {
            match item {
                Item::Struct(it) => assert_unique(&model, &it.name, it.fields.iter().map(|field| field.name.as_str())),
                Item::Union(it) => assert_unique(&model, &it.name, it.variants.iter().map(|it| it.name.as_str())),
                Item::Enum(it) => assert_unique(&model, &it.name, it.variants.iter().map(|(name, _)| name.as_str())),
            }
        }
    }
}

fn assert_unique<'a>(model: &Model, what: &str, names: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(seen.insert(name), "{}: `{name}` is twice among {what}", model.resource_type);
    }
}

/// A property that no field has could never be given.
#[test]
fn every_property_that_can_be_given_has_a_field() {
    for model in models() {
        let schema = schemas::of(model.resource_type).unwrap();
        let Some(Item::Struct(resource)) = model.items.first() else { panic!("{}", model.resource_type) };
        let mut given = BTreeSet::new();
        for field in &resource.fields {
            match &field.content {
                Content::Property { name, .. } => drop(given.insert(*name)),
                Content::OneOf(union) => {
                    let union = model.items.iter().find_map(|item| match item {
                        Item::Union(it) if it.name == *union => Some(it),
                        _ => None,
                    });
                    given.extend(union.unwrap().variants.iter().map(|variant| variant.property));
                }
            }
        }
        for property in schema.properties().filter(|property| !schema.read_only(&[property])) {
            let parts_are_set = || schema.attributes().any(|it| it.starts_with(&format!("{property}.")));
            assert!(given.contains(property) || parts_are_set(), "{}: {property}", model.resource_type);
        }
    }
}

/// What a schema says becomes a field, an enum or a union in the same way everywhere, so a few types show all of it.
#[test]
fn what_is_made_is_as_reviewed() {
    let source = |resource_type: &'static str| {
        let kind = resource_type.rsplit("::").next().unwrap();
        let model = model::build(resource_type, schemas::of(resource_type).unwrap(), kind);
        public(&syn::parse2(source(&model)).unwrap())
    };
    insta::assert_snapshot!("stream", source("AWS::Kinesis::Stream"));
    insta::assert_snapshot!("schedule", source("AWS::Scheduler::Schedule"));
    insta::assert_snapshot!("record_set", source("AWS::Route53::RecordSet"));
}

/// The public names with their types and the documentation of fields.
fn public(file: &syn::File) -> String {
    let mut lines = Vec::new();
    for item in &file.items {
        let syn::Item::Mod(module) = item else { continue };
        for item in module.content.iter().flat_map(|(_, items)| items) {
            match item {
                syn::Item::Struct(it) => {
                    lines.push(format!("struct {}", it.ident));
                    for field in &it.fields {
                        let kind = &field.ty;
                        let name = field.ident.as_ref().unwrap();
                        lines.push(format!("    /// {}", doc(&field.attrs)));
                        lines.push(format!("    {name}: {}", quote!(#kind)));
                    }
                }
                syn::Item::Enum(it) => {
                    lines.push(format!("enum {}", it.ident));
                    for variant in &it.variants {
                        let fields = &variant.fields;
                        lines.push(format!("    {}{}", variant.ident, quote!(#fields)));
                    }
                }
                syn::Item::Trait(it) => {
                    lines.push(format!("trait {}", it.ident));
                    for item in &it.items {
                        let syn::TraitItem::Fn(method) = item else { continue };
                        lines.push(format!("    {}", method.sig.ident));
                    }
                }
                syn::Item::Impl(it) if it.trait_.is_none() => {
                    for item in &it.items {
                        let syn::ImplItem::Fn(method) = item else { continue };
                        if !matches!(method.vis, syn::Visibility::Public(_)) {
                            continue;
                        }
                        let kind = &it.self_ty;
                        let (name, inputs) = (&method.sig.ident, &method.sig.inputs);
                        lines.push(format!("fn {}::{name}({})", quote!(#kind), quote!(#inputs)));
                    }
                }
                _ => {}
            }
        }
    }
    let text = lines.join("\n");
    text.replace(":: infra :: ", "")
        .replace(":: core :: primitive :: ", "")
        .replace(":: core :: option :: ", "")
        .replace(":: core :: convert :: ", "")
        .replace(":: std :: collections :: ", "")
        .replace(":: std :: string :: ", "")
}

fn doc(attributes: &[syn::Attribute]) -> String {
    let texts = attributes.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(it) => match &it.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}
