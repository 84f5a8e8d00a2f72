//! Zips of programs: the same program gives the same zip.

use std::io::{Cursor, Write as _};
use std::thread;

use anyhow::{Context as _, Result};
use aws_smithy_types::base64;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::build::Program;
use crate::failure::Failure;

/// The name that Lambda gives the program of a custom runtime.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>
const BOOTSTRAP: &str = "bootstrap";

/// The best level of ordinary deflate: 4.5 MB become 2.1 MB in 0.2 s. Zopfli would save 2 % more and take 8 s.
const LEVEL: i64 = 9;

/// A program, packed as Lambda takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The name of the program.
    pub program: String,
    /// The zip, whose only entry is the program.
    pub zip: Vec<u8>,
    digest: [u8; 32],
}

/// Packs `programs`, each in its own thread, in their order.
///
/// Nothing is kept from run to run: telling whether a zip is still that of its program takes about as long as packing.
///
/// # Errors
/// When a program's file cannot be read.
pub fn pack(programs: &[Program]) -> Result<Vec<Artifact>> {
    thread::scope(|scope| {
        let packing: Vec<_> = programs.iter().map(|program| scope.spawn(|| Artifact::of(program))).collect();
        packing
            .into_iter()
            .map(|thread| {
                thread.join().unwrap_or_else(|_| Err(Failure::new("packing a program was interrupted").into()))
            })
            .collect()
    })
}

impl Artifact {
    fn of(program: &Program) -> Result<Self> {
        let read = || std::fs::read(&program.path);
        let bytes = read().with_context(|| format!("`{}` cannot be read", program.path.display()))?;
        Self::new(&program.name, &bytes)
    }

    /// Packs the program `program`, of which `bytes` are the file.
    ///
    /// # Errors
    /// When it is larger than a zip can hold, which is 4 GiB.
    pub fn new(program: impl Into<String>, bytes: &[u8]) -> Result<Self> {
        // No date, which would differ from build to build; and the mode of a file that may be run.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .last_modified_time(DateTime::default())
            .unix_permissions(0o755);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(BOOTSTRAP, options)?;
        zip.write_all(bytes)?;
        let zip = zip.finish()?.into_inner();
        let digest = Sha256::digest(&zip).into();
        Ok(Self { program: program.into(), zip, digest })
    }

    /// Its key in the artifacts bucket, which names its content: `functions/PROGRAM/SHA256.zip`.
    #[must_use]
    pub fn key(&self) -> String {
        use std::fmt::Write as _;
        let mut key = format!("functions/{}/", self.program);
        for byte in self.digest {
            // Writing to a string cannot fail.
            let _ = write!(key, "{byte:02x}");
        }
        key + ".zip"
    }

    /// Its SHA-256 in base64: the `CodeSha256` that Lambda reports of a function with this code.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html>
    #[must_use]
    pub fn code_sha256(&self) -> String {
        base64::encode(self.digest)
    }
}
/// The `CodeSha256` that Lambda reports of a function whose code is at `key`; `None` when it is no artifact's key.
#[must_use]
pub fn code_sha256_of(key: &str) -> Option<String> {
    let digits = key.rsplit('/').next()?.strip_suffix(".zip").filter(|digits| digits.len() == 64)?;
    let bytes = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok());
    Some(base64::encode(bytes.collect::<Option<Vec<_>>>()?))
}
