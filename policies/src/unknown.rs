//! What is not known of a policy yet, such as what CloudFormation fills in when it deploys.
//!
//! It is a policy variable of its own, `${cfn:...}`: it is only itself, and `*` covers it. So policies of templates can be
//! read, evaluated and compared as any others. No message shows the variables: [`named`] puts their names in their place.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What the variables start with.
pub const PREFIX: &str = "${cfn:";

/// What tells a variable of which something is known: it is a name, an id or a URL, and no ARN.
const NO_ARN: char = '=';

/// A variable for the value that is called `name`; variables have no case, and names do.
#[must_use]
pub fn variable(name: &str) -> String {
    format!("{PREFIX}{}}}", encoded(name))
}

/// The same of a value that is a name, an id or a URL: it is no ARN, and has no colon unless it is a URL.
#[must_use]
pub fn name_variable(name: &str) -> String {
    format!("{PREFIX}{NO_ARN}{}}}", encoded(name))
}

/// Whether the text has such a variable.
#[must_use]
pub fn is_in(text: &str) -> bool {
    text.contains(PREFIX)
}

/// Whether the text is such a variable and nothing else.
#[must_use]
pub fn is_all(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| rest.find('}') == Some(rest.len() - 1))
}

/// Whether the text starts with a value that is no ARN.
#[must_use]
pub fn starts_with_name(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with(NO_ARN))
}

/// The text with names in place of its variables: `${Sightings.Arn}`.
///
/// ```
/// use policies::unknown::{named, variable};
///
/// assert_eq!(named(&format!("{}/*", variable("Sightings.Arn"))), "${Sightings.Arn}/*");
/// ```
#[must_use]
pub fn named(text: &str) -> Cow<'_, str> {
    if !is_in(text) && !text.contains("${$}{") {
        return Cow::Borrowed(text);
    }
    let named = each(text, |name| {
        // A dynamic reference has its own braces.
        if name.starts_with("{{") { name } else { format!("${{{name}}}") }
    });
    Cow::Owned(named.replace("${$}{", "${"))
}

/// What the pseudo parameters of CloudFormation give in some place: enough to tell whether a text has the right form.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>
const SAMPLES: [(&str, &str); 4] = [
    ("AWS::AccountId", "123456789012"),
    ("AWS::Partition", "aws"),
    ("AWS::Region", "us-east-1"),
    ("AWS::URLSuffix", "amazonaws.com"),
];

/// Whether the value of a variable, of which this is the key, has no `:` and no `/`: it is a name, or what a pseudo
/// parameter gives.
pub(crate) fn is_plain(key: &str) -> bool {
    let name = key.strip_prefix("cfn:");
    name.is_some_and(|name| name.starts_with(NO_ARN) || SAMPLES.iter().any(|(known, _)| *known == decoded(name)))
}

/// The text as it is in some place where it may be deployed: values of which the form is known have one of that form.
#[must_use]
pub fn sample(text: &str) -> Cow<'_, str> {
    if !is_in(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(each(text, |name| {
        let found = SAMPLES.iter().find(|(known, _)| *known == name);
        found.map_or_else(|| variable(&name), |(_, sample)| (*sample).to_owned())
    }))
}

/// The text with what `fill` makes of each variable's name.
fn each(text: &str, fill: impl Fn(String) -> String) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(PREFIX) {
        let Some((name, after)) = after.split_once('}') else { break };
        filled += before;
        filled += &fill(decoded(name));
        rest = after;
    }
    filled + rest
}

fn encoded(name: &str) -> String {
    let mut encoded = String::new();
    for char in name.chars() {
        if char.is_ascii_lowercase() || char.is_ascii_digit() || char == '.' {
            encoded.push(char);
        } else {
            // A `String` takes all that is written.
            let _ = write!(encoded, "+{:x}+", u32::from(char));
        }
    }
    encoded
}

fn decoded(name: &str) -> String {
    let mut decoded = String::new();
    for (index, part) in name.trim_start_matches(NO_ARN).split('+').enumerate() {
        let code = || u32::from_str_radix(part, 16).ok().and_then(char::from_u32);
        match code().filter(|_| index % 2 == 1) {
            Some(char) => decoded.push(char),
            None => decoded += part,
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back() {
        for name in ["Queue.Arn", "AWS::AccountId", "!Select [0, !Ref Zones]", "{{resolve:ssm:/maps}}", "a+b=c"] {
            let shown = if name.starts_with("{{") { name.to_owned() } else { format!("${{{name}}}") };
            assert_eq!(named(&variable(name)), shown);
            assert_eq!(named(&name_variable(name)), shown);
            assert!(is_all(&variable(name)) && !is_all(&format!("{}x", variable(name))));
        }
        assert!(starts_with_name(&name_variable("Bucket")) && !starts_with_name(&variable("Bucket")));
    }

    #[test]
    fn what_a_template_is_deployed_in_has_a_sample() {
        let arn = format!("arn:{}:iam::{}:root", variable("AWS::Partition"), variable("Account"));
        assert_eq!(sample(&arn), format!("arn:aws:iam::{}:root", variable("Account")));
    }
}
