//! What a program tells of itself: its language, the SDKs in it, and the operations that they name.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use memchr::memmem;
use object::{Architecture, Object as _};

use crate::audit::linked::{self, Linked};
use crate::failure::Failure;

/// What stands in the programs of a language, wherever they were built.
const RUST: [&str; 4] = ["/rustc/", "library/core/src/", "library/std/src/", "lambda_runtime"];
const GO: &[u8] = b"\xff Go buildinf:";

/// What stands in each program that signs requests to AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>.
const SIGNATURE: &str = "AWS4-HMAC-SHA256";

/// What stands in a program that takes its credentials from the configuration of the SDK.
const CONFIG: &str = "aws_config::";

/// The file of an SDK that makes passwords of databases, as a request that is signed and not sent.
const TOKENS: &str = "auth_token.rs";

/// What the builder of each part of a transaction says when the table is not named: it is there when something builds one.
const TRANSACTED: [(&str, &str); 4] = [
    ("ConditionCheck", "table_name was not specified but it is required when building ConditionCheck"),
    ("Delete", "table_name was not specified but it is required when building Delete"),
    ("Put", "table_name was not specified but it is required when building Put"),
    ("Update", "table_name was not specified but it is required when building Update"),
];

/// The verbs of `PartiQL`, with what follows each in a statement, at once or later: a text that is in the program, also when
/// names are put into it.
const STATEMENTS: [(&str, &str, &str); 5] = [
    ("DELETE", "DELETE FROM ", ""),
    ("INSERT", "INSERT INTO ", ""),
    ("SELECT", "SELECT ", " FROM "),
    ("UPDATE", "UPDATE \"", ""),
    ("UPDATE", "UPDATE ", " SET "),
];

/// No more of a statement is read from its verb on.
const LONGEST_STATEMENT: usize = 256;

/// What a program tells of itself.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Evidence {
    pub architecture: &'static str,
    /// The services whose SDKs are in it, with their versions where they are told.
    pub sdks: BTreeMap<String, Option<String>>,
    /// What it can call.
    pub linked: Linked,
    /// The services whose SDKs make passwords of databases in it.
    pub tokens: BTreeSet<String>,
    /// The parts of transactions that it builds.
    transacted: BTreeSet<&'static str>,
    /// The verbs of the statements in it.
    statements: BTreeSet<&'static str>,
    /// Whether it signs requests to AWS, with an SDK or without.
    pub signs: bool,
    /// Whether `aws-config` is in it.
    pub has_config: bool,
    is_rust: bool,
    is_go: bool,
}

impl Evidence {
    /// What the program with this content tells.
    ///
    /// # Errors
    /// When it is damaged.
    pub(super) fn of(content: &[u8]) -> anyhow::Result<Self> {
        let program = object::File::parse(content).context("it is no whole program")?;
        let loaded = linked::loaded(&program)?;
        let has = |text: &[u8]| loaded.iter().any(|data| memmem::find(data, text).is_some());
        let (mut sdks, mut tokens) = (BTreeMap::new(), BTreeSet::new());
        for data in &loaded {
            add_sdks(data, &mut sdks, &mut tokens);
        }
        let transacted = TRANSACTED.iter().filter(|(_, text)| has(text.as_bytes())).map(|(part, _)| *part).collect();
        let services: BTreeSet<_> = sdks.keys().cloned().collect();
        Ok(Self {
            architecture: match program.architecture() {
                Architecture::X86_64 => "x86_64",
                Architecture::Aarch64 => "arm64",
                _ => "another processor",
            },
            linked: linked::read(content, &services, &[])?,
            sdks,
            tokens,
            transacted,
            statements: STATEMENTS
                .iter()
                .filter(|it| loaded.iter().any(|data| states(data, it)))
                .map(|it| it.0)
                .collect(),
            signs: has(SIGNATURE.as_bytes()),
            has_config: has(CONFIG.as_bytes()),
            is_rust: RUST.iter().any(|text| has(text.as_bytes())),
            is_go: has(GO),
        })
    }

    /// Whether calls set `parameter`, as the API names it, where the program tells: a part of a transaction,
    /// `TransactItems.Put`, or the verb of a statement, `Statement (SELECT)`. It tells of no statement that it is given.
    pub(super) fn sets(&self, parameter: &str) -> Option<bool> {
        if let Some(part) = parameter.strip_prefix("TransactItems.") {
            return (!self.transacted.is_empty()).then(|| self.transacted.contains(part));
        }
        let verb = parameter.strip_suffix(')')?.rsplit_once(" (")?.1;
        self.statements.contains(verb).then_some(true)
    }

    /// Refuses a program of another language.
    pub(super) fn require_rust(&self, name: &str) -> anyhow::Result<()> {
        if !self.is_go {
            return Ok(());
        }
        let failure = Failure::new(format!("`{name}` is a program in Go, and the audit reads programs in Rust"));
        Err(failure.help("AWS's IAM Policy Autopilot reads the source of programs in Go").into())
    }

    /// Why it is not known what the program calls, when it is not.
    pub(super) fn obstacle(&self) -> Option<String> {
        if !self.linked.is_empty() {
            return None;
        }
        if !self.sdks.is_empty() {
            let names: Vec<_> = self.sdks.keys().map(String::as_str).collect();
            return Some(format!("the SDK of {} is in it, and no operation was found", names.join(", ")));
        }
        if self.signs {
            return Some("it signs requests to AWS, and not with the AWS SDK for Rust".to_owned());
        }
        (!self.is_rust).then(|| "nothing in it shows that it is a program in Rust, or what it calls".to_owned())
    }
}

/// Adds the SDKs that `data` names: as modules, `aws_sdk_sqs::`, or as packages, `aws-sdk-sqs-1.119.0/src/`; and those that
/// make passwords of databases.
fn add_sdks(data: &[u8], sdks: &mut BTreeMap<String, Option<String>>, tokens: &mut BTreeSet<String>) {
    for start in memmem::find_iter(data, "aws_sdk_") {
        let rest = &data[start + "aws_sdk_".len()..];
        let (name, rest) = word(rest);
        if !name.is_empty() && rest.starts_with(b"::") {
            sdks.entry(name.to_owned()).or_default();
        }
    }
    for start in memmem::find_iter(data, "aws-sdk-") {
        let (name, rest) = word(&data[start + "aws-sdk-".len()..]);
        let Some(rest) = rest.strip_prefix(b"-") else { continue };
        let length = rest.iter().position(|byte| !(byte.is_ascii_digit() || *byte == b'.')).unwrap_or(rest.len());
        let (version, rest) = rest.split_at(length);
        if let Some(file) = rest.strip_prefix(b"/src/")
            && !name.is_empty()
        {
            if file.starts_with(TOKENS.as_bytes()) {
                tokens.insert(name.to_owned());
            }
            sdks.insert(name.to_owned(), std::str::from_utf8(version).ok().map(str::to_owned));
        }
    }
}

/// Whether `data` has a statement that begins with the verb, in capitals or in small letters.
fn states(data: &[u8], (_, begin, later): &(&str, &str, &str)) -> bool {
    [str::to_uppercase as fn(&str) -> String, str::to_lowercase].iter().any(|case| {
        let (begin, later) = (case(begin), case(later));
        memmem::find_iter(data, &begin).any(|at| {
            let rest = &data[at + begin.len()..];
            later.is_empty() || memmem::find(&rest[..rest.len().min(LONGEST_STATEMENT)], later.as_bytes()).is_some()
        })
    })
}

/// The small letters and digits that `data` begins with, and what follows.
fn word(data: &[u8]) -> (&str, &[u8]) {
    let is_part = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let length = data.iter().position(|byte| !is_part(byte)).unwrap_or(data.len());
    let (name, rest) = data.split_at(length);
    (std::str::from_utf8(name).unwrap_or_default(), rest)
}
