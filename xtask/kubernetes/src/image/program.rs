//! What an ELF file says of itself.

use object::Endianness;
use object::elf::{self, FileHeader64};
use object::read::elf::{FileHeader as _, ProgramHeader as _};

use super::versions::{self, Versions};
use crate::workload::Architecture;

/// What an ELF file needs in order to run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Needs {
    pub(super) architecture: Architecture,
    /// The dynamic loader, by its path.
    pub(super) interpreter: Option<String>,
    /// Shared libraries, by name.
    pub(super) libraries: Vec<String>,
    /// Folders that the file itself names for its libraries.
    pub(super) search_paths: Vec<String>,
    pub(super) versions: Versions,
    /// Whether it is a program or library at all, not something that is yet to be linked.
    pub(super) is_linked: bool,
}

/// Reads an ELF file of 64 bits.
///
/// # Errors
/// What is wrong with it.
pub(super) fn needs(bytes: &[u8]) -> Result<Needs, String> {
    let wrong = |error: object::Error| error.to_string();
    let header = FileHeader64::<Endianness>::parse(bytes).map_err(wrong)?;
    let endian = header.endian().map_err(wrong)?;
    let architecture = match header.e_machine(endian) {
        elf::EM_X86_64 => Architecture::Amd64,
        elf::EM_AARCH64 => Architecture::Arm64,
        other => return Err(format!("it is for machine {} and not for x86-64 or AArch64", other.0)),
    };
    if endian != Endianness::Little {
        return Err("it is big-endian".to_owned());
    }
    let mut interpreter = None;
    for segment in header.program_headers(endian, bytes).map_err(wrong)? {
        if let Some(path) = segment.interpreter(endian, bytes).map_err(wrong)? {
            interpreter = Some(text(path)?);
        }
    }
    let sections = header.sections(endian, bytes).map_err(wrong)?;
    let table = sections.dynamic_table(endian, bytes).map_err(wrong)?;
    let versions = versions::read(&sections, endian, bytes).map_err(wrong)?;
    let (mut libraries, mut search_paths) = (Vec::new(), Vec::new());
    for entry in &table {
        let list = match entry.tag {
            elf::DT_NEEDED => &mut libraries,
            elf::DT_RPATH | elf::DT_RUNPATH => &mut search_paths,
            _ => continue,
        };
        list.push(text(table.string(entry).map_err(wrong)?)?);
    }
    let is_linked = matches!(header.e_type(endian), elf::ET_EXEC | elf::ET_DYN);
    Ok(Needs { architecture, interpreter, libraries, search_paths, versions, is_linked })
}

fn text(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "a path in it is not UTF-8".to_owned())
}
