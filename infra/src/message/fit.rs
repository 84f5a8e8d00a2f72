//! Whether every value that is sent is one that is taken.

use std::cell::RefCell;

use serde_json::Value as Json;

use super::alternatives::{Plain, alternatives};
use super::mismatch::{Mismatch, Problem, Step};
use super::reduced::ALIASES;

/// Compares what is `sent` with what is `taken`, both JSON Schemas.
///
/// Additional fields are fine unless they are refused. Where one side may be anything nothing is said.
///
/// # Errors
/// The first place where a value that can be sent is not taken.
pub(crate) fn fits(sent: &Json, taken: &Json) -> Result<(), Mismatch> {
    Comparison { sent, taken, under_way: RefCell::default() }.compare(sent, taken)
}

/// Two schemas, to whose definitions their parts refer.
struct Comparison<'a> {
    sent: &'a Json,
    taken: &'a Json,
    /// What of both sides is being compared: types that hold themselves fit when the rest of them does.
    under_way: RefCell<Vec<(Json, Json)>>,
}

impl Comparison<'_> {
    fn compare(&self, sent: &Json, taken: &Json) -> Result<(), Mismatch> {
        let pair = (sent.clone(), taken.clone());
        if self.under_way.borrow().contains(&pair) {
            return Ok(());
        }
        self.under_way.borrow_mut().push(pair);
        let result = self.compare_each(sent, taken);
        self.under_way.borrow_mut().pop();
        result
    }

    /// Each alternative that is sent fits one that is taken.
    fn compare_each(&self, sent: &Json, taken: &Json) -> Result<(), Mismatch> {
        let taken = alternatives(taken, self.taken);
        for sent in alternatives(sent, self.sent) {
            let mut mismatches = Vec::new();
            let fits = taken.iter().any(|taken| match self.plain(&sent, taken) {
                Ok(()) => true,
                Err(mismatch) => {
                    mismatches.push(mismatch);
                    false
                }
            });
            if !fits {
                return Err(nearest(mismatches).unwrap_or_else(|| Mismatch::other(kind(&sent), "nothing")));
            }
        }
        Ok(())
    }

    fn plain(&self, sent: &Plain, taken: &Plain) -> Result<(), Mismatch> {
        let Some(of_type) = type_of(sent) else { return Ok(()) };
        if let Some(expected) = taken.get("const") {
            return if sent.get("const") == Some(expected) { Ok(()) } else { refused(sent, taken) };
        }
        match type_of(taken) {
            None => {}
            Some("number") if of_type == "integer" => {}
            Some(expected) if expected == of_type => {}
            Some(_) => return refused(sent, taken),
        }
        match of_type {
            "integer" if !is_within(range(sent), range(taken)) => refused(sent, taken),
            "string" if !is_text_within(sent, taken) => refused(sent, taken),
            "array" => self.lists(sent, taken),
            "object" => self.objects(sent, taken),
            _ => Ok(()),
        }
    }

    fn lists(&self, sent: &Plain, taken: &Plain) -> Result<(), Mismatch> {
        let length = |of: &Plain, name: &str| of.get(name).and_then(Json::as_u64);
        let shorter = length(taken, "minItems").is_some_and(|least| length(sent, "minItems").unwrap_or(0) < least);
        let longer =
            length(taken, "maxItems").is_some_and(|most| length(sent, "maxItems").is_none_or(|sent| sent > most));
        if shorter || longer {
            return refused(sent, taken);
        }
        let first = |of: &Plain| of.get("prefixItems").and_then(Json::as_array).cloned().unwrap_or_default();
        let (sent_first, taken_first) = (first(sent), first(taken));
        let any = Json::Bool(true);
        let rest = |of: &Plain| of.get("items").cloned().unwrap_or(Json::Bool(true));
        let (sent_rest, taken_rest) = (rest(sent), rest(taken));
        for index in 0..sent_first.len().max(taken_first.len()) {
            let sent = sent_first.get(index).unwrap_or(&sent_rest);
            let taken = taken_first.get(index).unwrap_or(&taken_rest);
            self.compare(sent, taken).map_err(|it| it.below(Step::Item))?;
        }
        let has_rest = length(sent, "maxItems").is_none_or(|most| most > sent_first.len() as u64);
        let (sent, taken) = if has_rest { (&sent_rest, &taken_rest) } else { (&any, &any) };
        self.compare(sent, taken).map_err(|it| it.below(Step::Item))
    }

    fn objects(&self, sent: &Plain, taken: &Plain) -> Result<(), Mismatch> {
        let (sent, taken) = (Fields(sent), Fields(taken));
        let below = |name: &str| Step::Field(name.to_owned());
        // What tells a variant comes first: of another one, all else differs as well.
        let is_tag = |schema: &Json| schema.get("const").is_some();
        for (name, schema) in taken.named().filter(|(_, schema)| is_tag(schema)) {
            if let Some(own) = sent.sent_as(name, schema) {
                self.compare(own, schema).map_err(|it| it.below(below(name)))?;
            }
        }
        let is_known = |name: &str| taken.named().any(|(own, schema)| names(own, schema).any(|it| it == name));
        for (name, schema) in sent.named().filter(|(name, _)| !is_known(name)) {
            match taken.others() {
                Some(Json::Bool(false)) if taken.has_patterns() => {}
                Some(Json::Bool(false)) => return Err(Mismatch::new(Problem::Unknown).below(below(name))),
                Some(others) => self.compare(schema, others).map_err(|it| it.below(below(name)))?,
                None => {}
            }
        }
        for name in taken.required() {
            let schema = taken.get(name).unwrap_or(&Json::Bool(true));
            if !sent.required().any(|it| names(name, schema).any(|name| it == name)) {
                let sometimes = sent.sent_as(name, schema).is_some() || sent.is_map();
                return Err(Mismatch::new(Problem::Missing { sometimes }).below(below(name)));
            }
        }
        for (name, schema) in taken.named() {
            // Of an object that may have more of any kind it is not known whether it has this.
            if let Some(own) = sent.sent_as(name, schema).or_else(|| sent.others().filter(|it| it.is_object())) {
                self.compare(own, schema).map_err(|it| it.below(below(name)))?;
            }
        }
        self.values_of_maps(sent, taken)
    }

    /// Compares what is under keys that no schema names.
    fn values_of_maps(&self, sent: Fields<'_>, taken: Fields<'_>) -> Result<(), Mismatch> {
        for (pattern, own) in sent.patterns() {
            match taken.patterns().find(|(other, _)| *other == pattern) {
                Some((_, schema)) => self.compare(own, schema),
                None => match taken.others() {
                    Some(Json::Bool(false)) => refused(sent.0, taken.0),
                    Some(schema) => self.compare(own, schema),
                    None => Ok(()),
                },
            }
            .map_err(|it| it.below(Step::Value))?;
        }
        match (sent.others().filter(|own| own.is_object()), taken.others()) {
            // Keys of any kind where only some are taken.
            (Some(_), Some(Json::Bool(false))) => refused(sent.0, taken.0),
            (Some(own), Some(schema)) => self.compare(own, schema).map_err(|it| it.below(Step::Value)),
            _ => Ok(()),
        }
    }
}

/// What a schema says of an object's fields.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a Plain);

impl<'a> Fields<'a> {
    fn of(self, keyword: &str) -> impl Iterator<Item = (&'a str, &'a Json)> + use<'a> {
        let schemas = self.0.get(keyword).and_then(Json::as_object).into_iter().flatten();
        schemas.map(|(name, schema)| (name.as_str(), schema))
    }

    fn named(self) -> impl Iterator<Item = (&'a str, &'a Json)> {
        self.of("properties")
    }

    fn get(self, name: &str) -> Option<&'a Json> {
        self.0.get("properties")?.get(name)
    }

    /// What is sent of the field that is taken as `name`, or under another name that `schema` says.
    fn sent_as(self, name: &str, schema: &Json) -> Option<&'a Json> {
        names(name, schema).find_map(|name| self.get(name))
    }

    fn patterns(self) -> impl Iterator<Item = (&'a str, &'a Json)> {
        self.of("patternProperties")
    }

    fn has_patterns(self) -> bool {
        self.patterns().next().is_some()
    }

    fn required(self) -> impl Iterator<Item = &'a str> {
        self.0.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
    }

    /// The schema of fields that no other keyword names.
    fn others(self) -> Option<&'a Json> {
        self.0.get("additionalProperties").or_else(|| self.0.get("unevaluatedProperties"))
    }

    /// Whether it has keys that the schema does not name.
    fn is_map(self) -> bool {
        self.has_patterns() || self.others().is_some_and(|it| *it != Json::Bool(false))
    }
}

/// The names under which a field is taken.
fn names<'a>(name: &'a str, schema: &'a Json) -> impl Iterator<Item = &'a str> {
    let aliases = schema.get(ALIASES).and_then(Json::as_array).into_iter().flatten();
    std::iter::once(name).chain(aliases.filter_map(Json::as_str))
}

/// That of several mismatches, one for each alternative, which is of the alternative that was meant.
fn nearest(mismatches: Vec<Mismatch>) -> Option<Mismatch> {
    let rank = |it: &Mismatch| match (it.path.len(), &it.problem) {
        (0, _) => 0,
        (1, Problem::Unknown | Problem::Other { is_value: true, .. }) => 1,
        (depth, _) => depth + 1,
    };
    let best = mismatches.iter().map(rank).max()?;
    let mut best = mismatches.into_iter().filter(|it| rank(it) == best);
    let mut first = best.next()?;
    // Of several that stop at the same place each says what it would have taken.
    for other in best.filter(|other| other.path == first.path).collect::<Vec<_>>() {
        if let (Problem::Other { expected, .. }, Problem::Other { expected: more, .. }) =
            (&mut first.problem, other.problem)
        {
            let new: Vec<_> = more.into_iter().filter(|it| !expected.contains(it)).collect();
            expected.extend(new);
        }
    }
    Some(first)
}

fn refused(sent: &Plain, taken: &Plain) -> Result<(), Mismatch> {
    let (mut got, expected) = (kind(sent), kind(taken));
    if sent.contains_key("const") {
        return Err(Mismatch::value(got, expected));
    }
    if got == expected {
        got.push_str(" of other values");
    }
    Err(Mismatch::other(got, expected))
}

fn type_of(plain: &Plain) -> Option<&str> {
    plain.get("type").and_then(Json::as_str).or_else(|| match plain.get("const")? {
        Json::Null => Some("null"),
        Json::Bool(_) => Some("boolean"),
        Json::Number(number) => Some(if number.is_f64() { "number" } else { "integer" }),
        Json::String(_) => Some("string"),
        Json::Array(_) => Some("array"),
        Json::Object(_) => Some("object"),
    })
}

/// The values of a schema in words.
fn kind(plain: &Plain) -> String {
    if let Some(value) = plain.get("const") {
        return match value {
            Json::String(text) => format!("`{text}`"),
            other => format!("`{other}`"),
        };
    }
    let number = |name: &str| plain.get(name).and_then(Json::as_u64);
    match type_of(plain) {
        None => "anything".to_owned(),
        Some("null") => "null".to_owned(),
        Some("boolean") => "a truth value".to_owned(),
        Some("number") => "a number".to_owned(),
        Some("integer") => match range(plain) {
            (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
            (Some(least), None) => format!("a whole number from {least}"),
            (None, Some(most)) => format!("a whole number up to {most}"),
            (None, None) => "a whole number".to_owned(),
        },
        Some("string") => match plain.get("format").or_else(|| plain.get("pattern")).and_then(Json::as_str) {
            Some(format) => format!("a text of the form `{format}`"),
            None => match (number("minLength"), number("maxLength")) {
                (Some(1), Some(1)) => "a single character".to_owned(),
                (None | Some(0), None) => "a text".to_owned(),
                (least, Some(most)) => format!("a text of {} to {most} characters", least.unwrap_or(0)),
                (Some(least), None) => format!("a text of at least {least} characters"),
            },
        },
        Some("array") => match (number("minItems"), number("maxItems")) {
            (Some(least), Some(most)) if least == most => format!("a list of {most}"),
            (None | Some(0), None) => "a list".to_owned(),
            (least, Some(most)) => format!("a list of {} to {most}", least.unwrap_or(0)),
            (Some(least), None) => format!("a list of at least {least}"),
        },
        Some("object") => match Fields(plain).patterns().next() {
            Some((pattern, _)) => format!("an object with keys of the form `{pattern}`"),
            None => "an object".to_owned(),
        },
        Some(other) => format!("`{other}`"),
    }
}

/// The formats that schemars has for the integers of Rust, with their bounds.
const INTEGERS: [(&str, i128, i128); 10] = [
    ("int8", i8::MIN as i128, i8::MAX as i128),
    ("int16", i16::MIN as i128, i16::MAX as i128),
    ("int32", i32::MIN as i128, i32::MAX as i128),
    ("int64", i64::MIN as i128, i64::MAX as i128),
    ("int", i64::MIN as i128, i64::MAX as i128),
    ("uint8", 0, u8::MAX as i128),
    ("uint16", 0, u16::MAX as i128),
    ("uint32", 0, u32::MAX as i128),
    ("uint64", 0, u64::MAX as i128),
    ("uint", 0, u64::MAX as i128),
];

/// The least and the greatest integer of a schema.
fn range(plain: &Plain) -> (Option<i128>, Option<i128>) {
    let bound = |name: &str| {
        let number = plain.get(name)?;
        number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
    };
    let constant = bound("const");
    let format = plain.get("format").and_then(Json::as_str);
    let known = INTEGERS.iter().find(|(name, ..)| Some(*name) == format);
    let least = [bound("minimum"), constant, known.map(|(_, least, _)| *least)].into_iter().flatten().max();
    let most = [bound("maximum"), constant, known.map(|(.., most)| *most)].into_iter().flatten().min();
    (least, most)
}

fn is_within(sent: (Option<i128>, Option<i128>), taken: (Option<i128>, Option<i128>)) -> bool {
    let above = taken.0.is_none_or(|least| sent.0.is_some_and(|sent| sent >= least));
    let below = taken.1.is_none_or(|most| sent.1.is_some_and(|sent| sent <= most));
    above && below
}

fn is_text_within(sent: &Plain, taken: &Plain) -> bool {
    let constant = sent.get("const").and_then(Json::as_str).map(|text| text.chars().count() as u64);
    // Whether one text has a form is not looked at, so that what may fit is never called wrong.
    let is_same =
        |name: &str| constant.is_some() || taken.get(name).is_none_or(|expected| sent.get(name) == Some(expected));
    let length = |of: &Plain, name: &str| of.get(name).and_then(Json::as_u64);
    let least = constant.or_else(|| length(sent, "minLength")).unwrap_or(0);
    let most = constant.or_else(|| length(sent, "maxLength"));
    is_same("format")
        && is_same("pattern")
        && length(taken, "minLength").is_none_or(|taken| least >= taken)
        && length(taken, "maxLength").is_none_or(|taken| most.is_some_and(|most| most <= taken))
}

#[cfg(test)]
mod tests;
