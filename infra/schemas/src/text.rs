//! The notation of the schema file.
//!
//! After comments (`#`) comes the index, a line `TYPE LENGTH` for each type with the length of its block in bytes, then
//! an empty line, then the blocks in the same order. A block starts with the type's name and is made of lines:
//!
//! ```text
//! <id QueueUrl             facts: id, read (read-only), write (write-only), create (create-only), maybe (conditionally
//!                          create-only), rewritten (not read as it was given), reading (the actions that reading a
//!                          resource needs), attribute (what Fn::GetAtt gives beside the read-only), tags
//! +                        the object takes other properties too
//! ~xor A B+C               exactly one, where B and C are given together; or: at least one; not: A excludes B; with: A needs B
//!  DelaySeconds i =0..900  a property and its shape
//! !Tags [..50 @Tag         a required property
//! @Tag                     the start of a definition that is an object: its lines follow
//! @Name s #1..80 /^[a-z]+$ a definition that is a shape
//! ```
//!
//! A shape is `*` (anything), `@Name` (a definition), `[1..5 SHAPE` (a list with its count), `(1..5 SHAPE` (one
//! whose order says nothing), `{ SHAPE` (a map with any names), or letters for the kinds of JSON accepted (`s`tring, `i`nteger, `n`umber, `b`oolean, `o`bject), then `#` and
//! the bounds of the length, `=` and the bounds of the value, and last `|A|B` (the values allowed), `?A|B` (the same
//! in any case) or `/` and a pattern.

use super::{Bounds, Definition, Group, Kinds, Object, Pattern, Relation, Scalar, Schema, Shape};

/// The blocks of the file by type.
pub(super) fn blocks(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let (index, mut rest) = file.split_once("\n\n").unwrap_or_default();
    index.lines().filter(|line| !line.starts_with('#')).filter_map(move |line| {
        let (name, length) = line.split_once(' ')?;
        let (block, after) = rest.split_at_checked(length.parse().ok()?)?;
        rest = after;
        Some((name, block))
    })
}

/// The schema that a block describes.
pub(super) fn schema(block: &'static str) -> Schema {
    let mut schema = Schema {
        root: Object::default(),
        definitions: Vec::new(),
        identifier: Vec::new(),
        read_only: Vec::new(),
        write_only: Vec::new(),
        rewritten: Vec::new(),
        reading: None,
        create_only: Vec::new(),
        conditionally_create_only: Vec::new(),
        more_attributes: Vec::new(),
        tags: None,
    };
    for line in block.lines().skip(1) {
        let (mark, rest) = line.split_at_checked(1).unwrap_or_default();
        if mark == "<" {
            fact(&mut schema, rest);
        } else if mark == "@" {
            schema.definitions.push(match rest.split_once(' ') {
                Some((name, text)) => (name, Definition::Shape(shape(text))),
                None => (rest, Definition::Object(Object::default())),
            });
        } else if let Some((_, Definition::Object(object))) = schema.definitions.last_mut() {
            member(object, mark, rest);
        } else {
            member(&mut schema.root, mark, rest);
        }
    }
    schema
}

fn fact(schema: &mut Schema, line: &'static str) {
    let (name, values) = line.split_once(' ').unwrap_or((line, ""));
    let mut values = values.split(' ').filter(|value| !value.is_empty());
    match name {
        "id" => schema.identifier = values.collect(),
        "read" => schema.read_only = values.collect(),
        "write" => schema.write_only = values.collect(),
        "rewritten" => schema.rewritten = values.collect(),
        "reading" => schema.reading = Some(values.collect()),
        "create" => schema.create_only = values.collect(),
        "maybe" => schema.conditionally_create_only = values.collect(),
        "attribute" => schema.more_attributes = values.collect(),
        "tags" => schema.tags = values.next(),
        _ => {}
    }
}

fn member(object: &mut Object, mark: &str, line: &'static str) {
    match mark {
        "+" => object.open = true,
        "~" => {
            let mut words = line.split(' ');
            let relation = match words.next() {
                Some("xor") => Relation::ExactlyOne,
                Some("or") => Relation::AtLeastOne,
                Some("not") => Relation::Excludes,
                _ => Relation::Needs,
            };
            object.groups.push(Group { relation, sets: words.map(|word| word.split('+').collect()).collect() });
        }
        _ => {
            let (name, text) = line.split_once(' ').unwrap_or((line, "*"));
            if mark == "!" {
                object.required.push(name);
            }
            object.properties.push((name, shape(text)));
        }
    }
}

fn shape(text: &'static str) -> Shape {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match word.split_at_checked(1).unwrap_or_default() {
        ("@", name) => Shape::Named(name),
        (mark @ ("[" | "("), count) => {
            Shape::List { count: bounds(count), items: Box::new(shape(rest)), is_ordered: mark == "[" }
        }
        ("{", _) => Shape::Map(Box::new(shape(rest))),
        ("*" | "", _) => Shape::Any,
        _ => Shape::Scalar(Box::new(scalar(word, rest))),
    }
}

fn scalar(letters: &str, mut rest: &'static str) -> Scalar {
    let has = |letter| letters.contains(letter);
    let kinds = Kinds { string: has('s'), integer: has('i'), number: has('n'), boolean: has('b'), object: has('o') };
    let mut scalar = Scalar { kinds, ..Scalar::default() };
    while let Some((mark, text)) = rest.split_at_checked(1) {
        let (word, after) = text.split_once(' ').unwrap_or((text, ""));
        match mark {
            "#" => scalar.length = bounds(word),
            "=" => scalar.range = bounds(word),
            "/" => scalar.pattern = Some(Pattern::new(text)),
            _ => {
                scalar.values = text.split('|').collect();
                scalar.ignores_case = mark == "?";
            }
        }
        rest = if matches!(mark, "#" | "=") { after } else { "" };
    }
    scalar
}

fn bounds(text: &str) -> Bounds {
    let (least, most) = text.split_once("..").unwrap_or_default();
    Bounds { least: least.parse().ok(), most: most.parse().ok() }
}
