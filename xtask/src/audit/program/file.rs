//! The program in a file: the file itself, or `bootstrap` in a zip.

use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;

use zip::ZipArchive;

use crate::failure::Failure;

/// What Lambda runs of a zip: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>.
const BOOTSTRAP: &str = "bootstrap";

/// How large the content of a zip may be, in bytes:
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html> allows 250 MB; programs with symbols are larger.
const LARGEST: u64 = 2 << 30;

/// The languages by the suffixes of their files.
const LANGUAGES: [(&str, &str); 8] = [
    (".py", "Python"),
    (".js", "JavaScript"),
    (".mjs", "JavaScript"),
    (".cjs", "JavaScript"),
    (".ts", "TypeScript"),
    (".rb", "Ruby"),
    (".class", "Java"),
    (".dll", ".NET"),
];

/// The program in `file`.
///
/// # Errors
/// When the file cannot be read, or there is no program in it.
pub(super) fn program(file: &Path) -> anyhow::Result<Vec<u8>> {
    let name = file.display();
    let content = fs::read(file).map_err(|error| {
        let failure = Failure::new(format!("`{name}` cannot be read: {error}"));
        if file.is_dir() {
            failure.help("`--program` takes a program or a zip; a folder with source is for `--source`")
        } else {
            failure
        }
    })?;
    let program = if content.starts_with(b"PK") { unpacked(&name.to_string(), &content)? } else { content };
    if is_script(&program) {
        return Err(Failure::new(format!("`{name}` is a script: what it runs is not in it"))
            .help("pass the program that the script starts")
            .into());
    }
    if object::FileKind::parse(&*program).is_err() {
        return Err(Failure::new(format!(
            "`{name}` is no program: expected an ELF or Mach-O file, or a zip with `bootstrap`"
        ))
        .help("`cargo lambda build` writes `target/lambda/NAME/bootstrap`")
        .into());
    }
    Ok(program)
}

/// The failure of a program that is damaged.
pub(super) fn not_read(name: &str, error: &anyhow::Error) -> Failure {
    Failure::new(format!("the program of `{name}` cannot be read: {error:#}"))
        .help("build it again; perhaps it is cut off")
}

fn is_script(program: &[u8]) -> bool {
    program.starts_with(b"#!")
}

fn unpacked(name: &str, content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let damaged = |error: &dyn std::fmt::Display| Failure::new(format!("the zip `{name}` cannot be read: {error}"));
    let mut zip = ZipArchive::new(Cursor::new(content)).map_err(|error| damaged(&error))?;
    let files: Vec<String> = zip.file_names().map(str::to_owned).collect();
    let Ok(mut entry) = zip.by_name(BOOTSTRAP) else {
        let failure = Failure::new(format!("the zip `{name}` has no `{BOOTSTRAP}`, which Lambda would run"));
        return Err(match language(&files) {
            Some(language) => failure.help(format!("it is a program in {language}, and the audit reads programs in Rust")),
            None => failure.help("the program is `bootstrap` at the top of the zip; `cargo lambda build --output-format zip` packs it so"),
        }
        .into());
    };
    if entry.size() > LARGEST {
        return Err(damaged(&"its `bootstrap` is larger than 2 GiB").into());
    }
    let mut program = Vec::new();
    let read = entry.by_ref().take(LARGEST).read_to_end(&mut program);
    read.map_err(|error| damaged(&error))?;
    Ok(program)
}

/// The language of most of `files` that are source or code of one.
fn language(files: &[String]) -> Option<&'static str> {
    let of = |file: &String| LANGUAGES.iter().find(|(suffix, _)| file.ends_with(suffix)).map(|(_, language)| *language);
    let found: Vec<_> = files.iter().filter_map(of).collect();
    found.iter().copied().max_by_key(|language| found.iter().filter(|it| *it == language).count())
}
