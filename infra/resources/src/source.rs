//! The source of the types of a model.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;
use schemas::Bounds;

use crate::docs;
use crate::facts::{self, Arn};
use crate::model::{Content, Enum, Field, Item, Kind, Model, Struct, Union};
use crate::names::written;

/// The module of a resource type, and the names that are used most from it.
#[must_use]
pub fn of(model: &Model, infra: &TokenStream) -> TokenStream {
    let source = Source { model, infra };
    let name = ident(&model.name);
    let module = ident(&model.module());
    let traits = model.attributes_trait().map(|name| ident(&name));
    let doc =
        format!("[`{0}`]({1}) and what it consists of.", model.resource_type, docs::page(model.resource_type, None));
    let items = model.items.iter().map(|item| source.item(item));
    let resource = source.resource();
    quote! {
        pub use #module::{#name, #traits};

        #[doc = #doc]
        #[allow(
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction, dead_code, missing_docs,
            non_camel_case_types, unreachable_pub, unused_imports, rustdoc::all,
        )]
        pub mod #module {
            #(#items)*
            #resource
        }
    }
}

/// A name of a field, method or module with the `r#` that a keyword needs.
fn ident(name: &str) -> Ident {
    let written = written(name);
    match written.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::mixed_site()),
        None => Ident::new(&written, Span::mixed_site()),
    }
}

struct Source<'a> {
    model: &'a Model,
    infra: &'a TokenStream,
}

impl Source<'_> {
    fn item(&self, item: &Item) -> TokenStream {
        match item {
            Item::Struct(it) => self.structure(it),
            Item::Union(it) => self.union(it),
            Item::Enum(it) => self.enumeration(it),
        }
    }

    fn page(&self, definition: Option<&str>) -> String {
        format!("<{}>", docs::page(self.model.resource_type, definition))
    }

    /// What makes the first struct a resource.
    fn resource(&self) -> TokenStream {
        let infra = self.infra;
        let name = ident(&self.model.name);
        let resource_type = self.model.resource_type;
        let arn = self.model.arn.map(|arn| {
            let intrinsic = match arn {
                Arn::Attribute(attribute) => quote!(GetAtt(id, #attribute)),
                Arn::Text(text) => quote!(Sub(#infra::value::Text::of(#text, id))),
            };
            quote! {
                impl #infra::reference::HasArn for #name {
                    fn arn(id: #infra::LogicalId) -> #infra::value::Intrinsic { #infra::value::Intrinsic::#intrinsic }
                }
            }
        });
        let binding = facts::binding(self.model.resource_type).map(|(module, binding)| {
            let (module, binding) = (ident(module), ident(binding));
            quote!(impl #infra::binding::BindsAs<#infra::resources::bindings::#module::#binding<()>> for #name {})
        });
        let attributes = self.model.attributes_trait().map(|trait_name| {
            let trait_name = ident(&trait_name);
            let doc = format!("What `Fn::GetAtt` gives of `{resource_type}`, beside its ARN.");
            let methods: Vec<_> = self.model.attributes.iter().map(|(method, _)| ident(method)).collect();
            let docs = self.model.attributes.iter().map(|(_, attribute)| format!("`!GetAtt` of `{attribute}`."));
            let names = self.model.attributes.iter().map(|(_, attribute)| attribute);
            quote! {
                #[doc = #doc]
                pub trait #trait_name {
                    #(#[doc = #docs] fn #methods(self) -> #infra::value::Intrinsic;)*
                }

                impl #trait_name for #infra::Ref<#name> {
                    #(fn #methods(self) -> #infra::value::Intrinsic { self.attribute(#names) })*
                }
            }
        });
        quote! {
            impl #infra::Resource for #name {
                const TYPE: &'static str = #resource_type;
            }
            #arn
            #binding
            #attributes
        }
    }

    fn structure(&self, it: &Struct) -> TokenStream {
        let infra = self.infra;
        let name = ident(&it.name);
        let page = self.page(it.definition);
        let rules = it.rules.iter().map(|rule| quote!(#[doc = ""] #[doc = #rule]));
        let fields = it.fields.iter().map(|field| self.field(field));
        let other = it.is_open.then(|| {
            quote! {
                /// Properties that AWS's schema does not name.
                pub other_properties: ::std::collections::BTreeMap<::std::string::String, #infra::resources::Json>,
            }
        });
        let parts = it.fields.iter().map(write);
        let other_parts = it.is_open.then(|| quote!(to.others(&self.other_properties);));
        let what = it.definition.map_or(self.model.resource_type, |definition| definition);
        let summary = format!("`{what}`.");
        let is_default = it.fields.iter().all(|field| !field.is_required);
        let default = is_default.then(|| quote!(#[derive(::core::default::Default)]));
        let new = (!is_default).then(|| self.constructor(it));
        quote! {
            #[doc = #summary]
            #[doc = ""]
            #[doc = #page]
            #(#rules)*
            #[derive(::core::fmt::Debug, ::core::clone::Clone)]
            #default
            pub struct #name { #(#fields)* #other }

            #new

            impl #infra::resources::Write for #name {
                fn write(&self, to: &mut #infra::resources::Properties) { #(#parts)* #other_parts }
            }

            #infra::resources::serialize!(#name, #infra::resources::serialize);
        }
    }

    fn field(&self, field: &Field) -> TokenStream {
        let name = ident(&field.name);
        let kind = self.field_type(field);
        let kind = if field.is_required { kind } else { quote!(::core::option::Option<#kind>) };
        let doc = match &field.content {
            Content::Property { doc, .. } => doc.clone(),
            Content::OneOf(union) => format!("Exactly one of them: see [`{union}`]."),
        };
        quote!(#[doc = #doc] pub #name: #kind,)
    }

    fn field_type(&self, field: &Field) -> TokenStream {
        let kind = match &field.content {
            Content::Property { kind, .. } => self.kind(kind),
            Content::OneOf(union) => {
                let union = ident(union);
                quote!(#union)
            }
        };
        if field.is_boxed { quote!(::std::boxed::Box<#kind>) } else { kind }
    }

    /// The constructor, which takes what is required.
    fn constructor(&self, it: &Struct) -> TokenStream {
        let name = ident(&it.name);
        let required = || it.fields.iter().filter(|field| field.is_required);
        let parameters = required().map(|field| {
            let name = ident(&field.name);
            let unboxed = match &field.content {
                Content::Property { kind, .. } => self.kind(kind),
                Content::OneOf(union) => {
                    let union = ident(union);
                    quote!(#union)
                }
            };
            quote!(#name: impl ::core::convert::Into<#unboxed>)
        });
        let values = it.fields.iter().map(|field| {
            let name = ident(&field.name);
            let value = match (field.is_required, field.is_boxed) {
                (false, _) => quote!(::core::option::Option::None),
                (true, false) => quote!(#name.into()),
                (true, true) => quote!(::std::boxed::Box::new(#name.into())),
            };
            quote!(#name: #value,)
        });
        let others = it.is_open.then(|| quote!(other_properties: ::std::collections::BTreeMap::new(),));
        quote! {
            impl #name {
                /// With what is required; the rest is not said.
                #[must_use]
                pub fn new(#(#parameters),*) -> Self { Self { #(#values)* #others } }
            }
        }
    }

    fn union(&self, it: &Union) -> TokenStream {
        let infra = self.infra;
        let name = ident(&it.name);
        let doc = match it.definition {
            Some(definition) => {
                format!("`{definition}`: exactly one of its properties is given.\n\n{}", self.page(Some(definition)))
            }
            None => "Exactly one of these properties.".to_owned(),
        };
        let names: Vec<_> = it.variants.iter().map(|variant| ident(&variant.name)).collect();
        let docs = it.variants.iter().map(|variant| &variant.doc);
        let properties = it.variants.iter().map(|variant| variant.property);
        let kinds = it.variants.iter().map(|variant| {
            let kind = self.kind(&variant.kind);
            if variant.is_boxed { quote!(::std::boxed::Box<#kind>) } else { kind }
        });
        quote! {
            #[doc = #doc]
            #[derive(::core::fmt::Debug, ::core::clone::Clone)]
            pub enum #name { #(#[doc = #docs] #names(#kinds),)* }

            impl #infra::resources::Write for #name {
                fn write(&self, to: &mut #infra::resources::Properties) {
                    match self { #(Self::#names(it) => to.add(#properties, it),)* }
                }
            }

            #infra::resources::serialize!(#name, #infra::resources::serialize);
        }
    }

    fn enumeration(&self, it: &Enum) -> TokenStream {
        let infra = self.infra;
        let name = ident(&it.name);
        let names: Vec<_> = it.variants.iter().map(|(variant, _)| ident(variant)).collect();
        let docs = it.variants.iter().map(|(_, value)| format!("`{value}`."));
        let values = it.variants.iter().map(|(_, value)| {
            let number = value.parse().ok().filter(|_| it.is_integer).map(Literal::i64_unsuffixed);
            number.map_or_else(|| quote!(#value), |number| quote!(#number))
        });
        let kind = if it.is_integer { quote!(::core::primitive::i64) } else { quote!(&'static ::core::primitive::str) };
        quote! {
            /// One of the values that the property takes.
            #[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::marker::Copy, ::core::cmp::PartialEq, ::core::cmp::Eq)]
            pub enum #name { #(#[doc = #docs] #names,)* }

            impl #name {
                const fn value(self) -> #kind { match self { #(Self::#names => #values,)* } }
            }

            #infra::resources::serialize!(#name, |it: &#name, to| #infra::resources::serde::Serialize::serialize(&it.value(), to));
        }
    }

    fn kind(&self, kind: &Kind) -> TokenStream {
        of_kind(kind, self.infra)
    }
}

/// The Rust type of a value, where the types of the model are in scope.
#[must_use]
pub fn of_kind(kind: &Kind, infra: &TokenStream) -> TokenStream {
    match kind {
        Kind::Text => quote!(#infra::Value),
        Kind::Boolean => quote!(#infra::Value<::core::primitive::bool>),
        Kind::Integer(bounds) => {
            let integer = integer(infra, *bounds);
            quote!(#infra::Value<#integer>)
        }
        Kind::Number => quote!(#infra::Value<#infra::resources::Number>),
        Kind::Enum(name) => {
            let name = ident(name);
            quote!(#infra::Value<#name>)
        }
        Kind::Object(name) => {
            let name = ident(name);
            quote!(#name)
        }
        Kind::List(items) => {
            let items = of_kind(items, infra);
            quote!(#infra::resources::List<#items>)
        }
        Kind::Map(values) => {
            let values = of_kind(values, infra);
            quote!(::std::collections::BTreeMap<::std::string::String, #values>)
        }
        Kind::Json => quote!(#infra::resources::Json),
    }
}

fn integer(infra: &TokenStream, bounds: Bounds) -> TokenStream {
    if bounds == Bounds::default() {
        return quote!(#infra::resources::Integer);
    }
    let bound = |bound: Option<f64>, none: TokenStream| match bound {
        #[expect(clippy::cast_possible_truncation, reason = "the bounds of integers are integers that a float holds")]
        Some(bound) => {
            let bound = Literal::i64_unsuffixed(bound as i64);
            quote!(#bound)
        }
        None => none,
    };
    let least = bound(bounds.least, quote!({ ::core::primitive::i64::MIN }));
    let most = bound(bounds.most, quote!({ ::core::primitive::i64::MAX }));
    quote!(#infra::resources::Integer<#least, #most>)
}

/// The line that writes a field.
fn write(field: &Field) -> TokenStream {
    let name = ident(&field.name);
    match (&field.content, field.is_required) {
        (Content::OneOf(_), _) => quote!(to.add_all(&self.#name);),
        (Content::Property { name: property, .. }, true) => quote!(to.add(#property, &self.#name);),
        (Content::Property { name: property, .. }, false) => quote!(to.add_given(#property, &self.#name);),
    }
}
