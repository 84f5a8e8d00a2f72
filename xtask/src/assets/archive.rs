//! Zips of programs: the same program gives the same zip.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result};
use aws_smithy_types::base64;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::bucket::FUNCTIONS;
use super::build::Program;
use crate::failure::Failure;
use crate::hex;

/// The name that Lambda gives the program of a custom runtime.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>
const BOOTSTRAP: &str = "bootstrap";

/// The best level of ordinary deflate: 4.5 MB become 2.1 MB in 0.2 s. Zopfli would save 2 % more and take 8 s.
const LEVEL: i64 = 9;

/// From which size on a program is not compressed: it was built without optimisation, for this machine, and is there
/// sooner as it is.
const LARGE: usize = 16 << 20;

/// A program, packed as Lambda takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The name of the program.
    pub program: String,
    /// The zip, whose only entry is the program.
    pub zip: Vec<u8>,
    /// The program's file.
    pub program_file: PathBuf,
    digest: [u8; 32],
}

/// Packs `programs`, each in its own thread, in their order. A zip is kept in `folder` until its program changes.
///
/// # Errors
/// When a program's file cannot be read, or its zip cannot be written.
pub fn pack(programs: &[Program], folder: &Path) -> Result<Vec<Artifact>> {
    let folder = folder.join("zips");
    fs::create_dir_all(&folder).with_context(|| format!("the folder `{}` cannot be made", folder.display()))?;
    let folder = folder.as_path();
    thread::scope(|scope| {
        let packing: Vec<_> = programs.iter().map(|program| scope.spawn(|| Artifact::of(program, folder))).collect();
        packing
            .into_iter()
            .map(|thread| {
                thread.join().unwrap_or_else(|_| Err(Failure::new("packing a program was interrupted").into()))
            })
            .collect()
    })
}

/// What tells one state of a program from another: its path, size and time of change.
fn state(program: &Path) -> Result<String> {
    let metadata = fs::metadata(program)?;
    let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{} {} {}", program.display(), metadata.len(), changed.as_nanos()))
}

impl Artifact {
    fn of(program: &Program, folder: &Path) -> Result<Self> {
        let unreadable = || format!("`{}` cannot be read", program.path.display());
        let state = state(&program.path).with_context(unreadable)?;
        // Programs of one name differ by what they are built for.
        let name = hex::encode(&Sha256::digest(program.path.as_os_str().as_encoded_bytes())[..8]);
        let (zip, known) = (folder.join(format!("{name}.zip")), folder.join(format!("{name}.state")));
        if let Ok(known) = fs::read_to_string(&known)
            && let Some((digest, of)) = known.split_once(' ')
            && of == state
            && let Some(digest) = hex::decode(digest)
            && let Ok(zip) = fs::read(&zip)
        {
            return Ok(Self { program: program.name.clone(), zip, program_file: program.path.clone(), digest });
        }
        let artifact = Self::new(&program.name, &fs::read(&program.path).with_context(unreadable)?)?;
        let artifact = Self { program_file: program.path.clone(), ..artifact };
        // The state last: a zip that is written in part has none.
        let _ = fs::remove_file(&known);
        fs::write(&zip, &artifact.zip).with_context(|| format!("`{}` cannot be written", zip.display()))?;
        let state = format!("{} {state}", hex::encode(&artifact.digest));
        fs::write(&known, state).with_context(|| format!("`{}` cannot be written", known.display()))?;
        Ok(artifact)
    }

    fn of_zip(program: impl Into<String>, zip: Vec<u8>) -> Self {
        let digest = Sha256::digest(&zip).into();
        Self { program: program.into(), zip, program_file: PathBuf::new(), digest }
    }

    /// Packs the program `program`, of which `bytes` are the file.
    ///
    /// # Errors
    /// When it is larger than a zip can hold, which is 4 GiB.
    pub fn new(program: impl Into<String>, bytes: &[u8]) -> Result<Self> {
        // No date, which would differ from build to build; and the mode of a file that may be run.
        let options = if bytes.len() < LARGE {
            SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(LEVEL))
        } else {
            SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
        };
        let options = options.last_modified_time(DateTime::default()).unix_permissions(0o755);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(BOOTSTRAP, options)?;
        zip.write_all(bytes)?;
        Ok(Self::of_zip(program, zip.finish()?.into_inner()))
    }

    /// Its key in the artifacts bucket, which names its content: `functions/PROGRAM/SHA256.zip`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{FUNCTIONS}{}/{}.zip", self.program, hex::encode(&self.digest))
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
