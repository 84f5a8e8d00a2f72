//! Where a workspace takes the framework from.

use std::path::{Path, PathBuf};

use crate::exit::Exit;
use crate::failure::Failure;

/// The framework's crates that a workspace uses: the short name, the package, and its folder in a checkout.
const CRATES: [(&str, &str, &str); 7] = [
    ("bindings", "stackwright-bindings", "handlers/bindings"),
    ("functions", "stackwright-functions", "handlers/functions"),
    ("infra", "stackwright-infra", "infra"),
    ("parts", "stackwright-parts", "infra/parts"),
    ("policies", "stackwright-policies", "policies"),
    ("stackwright", "stackwright", "infra/app"),
    ("testing", "stackwright-testing", "xtask/testing"),
];

/// Where a workspace takes the framework from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The registry, in the engine's version.
    Registry,
    /// A Git repository.
    Git(String),
    /// A checkout on this machine.
    Path(PathBuf),
}

impl Default for Source {
    /// The checkout that the engine was built from, or the registry when that is gone.
    fn default() -> Self {
        Self::parse(&[]).unwrap_or(Self::Registry)
    }
}

impl Source {
    /// Reads `registry`, `git URL` or `path DIR`; without any it is the checkout that the engine was built from.
    ///
    /// # Errors
    /// When it is none of them, or there is no such checkout.
    pub fn parse(words: &[String]) -> Result<Self, Failure> {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        match words[..] {
            [] => {
                let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(PathBuf::from);
                let checkout = checkout.filter(|it| is_checkout(it)).ok_or_else(|| {
                    Failure::new("the checkout that the engine was built from is gone").exit(Exit::Usage).help(
                        "say where the framework's crates come from: `--source registry`, `--source git URL` or \
                         `--source path DIR`",
                    )
                })?;
                Ok(Self::Path(checkout))
            }
            ["registry"] => Ok(Self::Registry),
            ["git", url] if url.contains([':', '/']) && !url.contains(['"', '\\', '\n']) => {
                Ok(Self::Git(url.to_owned()))
            }
            ["path", folder] => {
                let absolute = std::path::absolute(folder).unwrap_or_else(|_| PathBuf::from(folder));
                if is_checkout(&absolute) {
                    return Ok(Self::Path(absolute));
                }
                Err(Failure::new(format!("`{folder}` is no checkout of Stackwright: it has no `infra/app/Cargo.toml`"))
                    .exit(Exit::Usage))
            }
            _ => Err(Failure::new(format!(
                "`--source {}` is no source, expected `registry`, `git URL` or `path DIR`",
                words.join(" ")
            ))
            .exit(Exit::Usage)
            .help("everything else comes before it: `cargo stackwright init DIR --source registry`")),
        }
    }

    /// The lines of a manifest that name the framework's crates.
    pub(super) fn dependencies(&self) -> Vec<String> {
        CRATES.iter().filter_map(|(name, ..)| self.dependency(name)).collect()
    }

    /// The line of a manifest that names the framework's crate `name`, if it is one.
    pub(super) fn dependency(&self, name: &str) -> Option<String> {
        let (name, package, folder) = CRATES.iter().find(|(short, ..)| *short == name)?;
        let renamed = if name == package { String::new() } else { format!(r#"package = "{package}", "#) };
        let place = match self {
            Self::Registry => format!(r#"version = "{}""#, env!("CARGO_PKG_VERSION")),
            Self::Git(url) => format!(r#"git = "{url}""#),
            Self::Path(checkout) => format!("path = '{}'", checkout.join(folder).display()),
        };
        Some(format!("{name} = {{ {renamed}{place} }}"))
    }

    /// The arguments of `cargo install` that install the engine.
    pub(super) fn install(&self) -> String {
        match self {
            Self::Registry => format!("cargo-stackwright --version {}", env!("CARGO_PKG_VERSION")),
            Self::Git(url) => format!("cargo-stackwright --git {url}"),
            Self::Path(checkout) => format!("--path {}", checkout.join("xtask").display()),
        }
    }
}

fn is_checkout(folder: &Path) -> bool {
    folder.join("infra/app/Cargo.toml").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Source, String> {
        let words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
        Source::parse(&words).map_err(|failure| failure.to_string())
    }

    #[test]
    fn without_a_source_it_is_the_checkout_of_the_engine() {
        let Ok(Source::Path(checkout)) = parse("") else { panic!("it is no checkout") };
        assert_eq!(parse(&format!("path {}", checkout.display())), Ok(Source::Path(checkout)));
    }

    #[test]
    fn each_source_names_the_crates_its_own_way() {
        let line = |words: &str| parse(words).unwrap().dependency("infra").unwrap();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(line("registry"), format!(r#"infra = {{ package = "stackwright-infra", version = "{version}" }}"#));
        let expected = r#"infra = { package = "stackwright-infra", git = "https://example.com/a.git" }"#;
        assert_eq!(line("git https://example.com/a.git"), expected);
        assert_eq!(parse("registry").unwrap().dependency("serde"), None);
    }

    #[test]
    fn what_is_no_source_is_refused() {
        let error = parse("registry shop").unwrap_err();
        assert!(error.starts_with("`--source registry shop` is no source, expected `registry`"), "{error}");
        let error = parse("path /nowhere").unwrap_err();
        assert_eq!(error, "`/nowhere` is no checkout of Stackwright: it has no `infra/app/Cargo.toml`");
        assert!(parse("git").is_err());
    }
}
