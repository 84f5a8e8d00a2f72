//! How names of AWS are spelt in Rust: fields and modules in snake case, types as AWS spells them, values of enums in
//! Pascal case.

use std::collections::BTreeSet;

/// Words that have capital letters inside.
const WORDS: [&str; 10] = ["MiBps", "KiB", "MiB", "GiB", "TiB", "IPv4", "IPv6", "IoT", "GraphQL", "OAuth"];

/// Words that Rust takes for itself, and that a `r#` makes names of.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Words that Rust takes for itself even after a `r#`.
const UNUSABLE: [&str; 4] = ["crate", "self", "super", "Self"];

/// `KmsKeyId` as `kms_key_id`, `Type` as `type`. A name of one of these is written with [`written`].
#[must_use]
pub fn snake(name: &str) -> String {
    usable(&words(name).iter().map(|word| word.to_lowercase()).collect::<Vec<_>>().join("_"))
}

/// A name of AWS's for a type, without what Rust does not allow in one: `Dataset.Tags.*` is `DatasetTagsItem`.
#[must_use]
pub fn pascal(name: &str) -> String {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '*');
    usable(&parts.map(|part| if part == "*" { "Item".to_owned() } else { capitalized(part) }).collect::<String>())
}

/// A value of an enum: `ON_DEMAND` is `OnDemand`, `aws:kms` is `AwsKms`, `1` is `_1`.
#[must_use]
pub fn variant(value: &str) -> String {
    let in_words: String = words(value).iter().map(|word| capitalized(&lowered(word))).collect();
    if in_words.is_empty() {
        return if value.is_empty() { "Empty".to_owned() } else { value.chars().map(spelt).collect() };
    }
    usable(&in_words)
}

/// The name as it stands in a source: keywords with `r#`.
#[must_use]
pub fn written(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// `name`, with the least number after it that makes it another than those in `taken`, to which it is added.
pub fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut found = name.to_owned();
    let mut number = 1;
    while !taken.insert(found.clone()) {
        number += 1;
        found = format!("{name}{number}");
    }
    found
}

fn usable(name: &str) -> String {
    if name.starts_with(|letter: char| letter.is_ascii_digit()) {
        format!("_{name}")
    } else if UNUSABLE.contains(&name) {
        format!("{name}_")
    } else {
        name.to_owned()
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn lowered(word: &str) -> String {
    let is_shouted = word.len() > 1 && !word.bytes().any(|letter| letter.is_ascii_lowercase());
    if is_shouted { word.to_ascii_lowercase() } else { word.to_owned() }
}

fn spelt(sign: char) -> &'static str {
    match sign {
        '*' => "Asterisk",
        '+' => "Plus",
        '-' => "Minus",
        '=' => "Equals",
        '<' => "Less",
        '>' => "Greater",
        '!' => "Not",
        '/' => "Slash",
        '.' => "Dot",
        ',' => "Comma",
        ':' => "Colon",
        ';' => "Semicolon",
        '|' => "Bar",
        ' ' => "Space",
        '\t' => "Tab",
        _ => "Sign",
    }
}

/// The words of a name: they end before a capital letter, and where something else than letters and digits stands.
fn words(name: &str) -> Vec<&str> {
    let is_separator = |letter: char| !letter.is_ascii_alphanumeric();
    name.split(is_separator).filter(|part| !part.is_empty()).flat_map(words_of_part).collect()
}

fn words_of_part(mut part: &str) -> Vec<&str> {
    let mut words = Vec::new();
    while !part.is_empty() {
        let (word, rest) = part.split_at(end_of_word(part));
        words.push(word);
        part = rest;
    }
    words
}

fn end_of_word(part: &str) -> usize {
    if let Some(known) = WORDS.iter().find(|word| part.starts_with(**word)) {
        // A plural, or the end: `IoThing` is none.
        let after = part.get(known.len()..).unwrap_or_default();
        if !after.starts_with(|letter: char| letter.is_ascii_lowercase()) {
            return known.len();
        }
    }
    let bytes = part.as_bytes();
    let upper = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_uppercase);
    let lower = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let capitals = (0..bytes.len()).take_while(|at| upper(*at)).count();
    if capitals > 1 {
        // What follows the last capital letter may be a plural's `s`, a digit, or the rest of a new word.
        let is_plural = bytes.get(capitals) == Some(&b's') && !lower(capitals + 1);
        if is_plural {
            return capitals + 1;
        }
        if lower(capitals) {
            return capitals - 1;
        }
    }
    let start = capitals.max(1);
    (start..bytes.len()).find(|at| upper(*at)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_in_snake_case() {
        for (name, expected) in [
            ("KmsKeyId", "kms_key_id"),
            ("DBInstanceIdentifier", "db_instance_identifier"),
            ("S3BucketName", "s3_bucket_name"),
            ("VPCId", "vpc_id"),
            ("SecurityGroupARNs", "security_group_arns"),
            ("TargetIDsList", "target_ids_list"),
            ("MaxRecordSizeInKiB", "max_record_size_in_kib"),
            ("WarmThroughputMiBps", "warm_throughput_mibps"),
            ("IPv6CidrBlock", "ipv6_cidr_block"),
            ("EnableDnsSupport", "enable_dns_support"),
            ("HTTPSOnly", "https_only"),
            ("Base64Key", "base64_key"),
            ("kinesisStreamArn", "kinesis_stream_arn"),
            ("aws:x-y", "aws_x_y"),
            ("Type", "type"),
            ("Self", "self_"),
            ("2FA", "_2_fa"),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
        for word in KEYWORDS {
            // A keyword since the edition of 2024, which `syn` does not know.
            assert_eq!(syn::parse_str::<syn::Ident>(word).is_ok(), word == "gen", "{word}");
            assert!(syn::parse_str::<syn::Ident>(&written(word)).is_ok(), "{word}");
        }
    }

    #[test]
    fn types_are_spelt_as_aws_does() {
        for (name, expected) in [
            ("DBInstance", "DBInstance"),
            ("S3Location", "S3Location"),
            ("Cluster.MultiRegionProperties", "ClusterMultiRegionProperties"),
            ("Dataset.Tags.*", "DatasetTagsItem"),
            ("arnOrId", "ArnOrId"),
        ] {
            assert_eq!(pascal(name), expected, "{name}");
        }
    }

    #[test]
    fn values_are_in_pascal_case() {
        for (value, expected) in [
            ("ON_DEMAND", "OnDemand"),
            ("INSTANCE", "Instance"),
            ("AES256", "Aes256"),
            ("aws:kms:dsse", "AwsKmsDsse"),
            ("Intelligent-Tiering", "IntelligentTiering"),
            ("distinctInstance", "DistinctInstance"),
            ("30", "_30"),
            ("t3.micro", "T3Micro"),
            ("Self", "Self_"),
            ("", "Empty"),
            ("*", "Asterisk"),
            ("<=", "LessEquals"),
        ] {
            assert_eq!(variant(value), expected, "{value}");
        }
    }

    #[test]
    fn what_is_taken_gets_a_number() {
        let mut taken = BTreeSet::new();
        let names = ["Tag", "Tag", "Tag"].map(|name| unique(name, &mut taken));
        assert_eq!(names, ["Tag", "Tag2", "Tag3"]);
    }
}
