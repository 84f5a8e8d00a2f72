//! The versions of symbols that an ELF file wants of libraries, and those that it has.

use std::collections::BTreeSet;

use object::Endianness;
use object::elf::{FileHeader64, VER_FLG_WEAK, VersionFlags};
use object::read::elf::SectionTable;

/// Versions like `GLIBC_2.34`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Versions {
    /// Each with the library that must have it.
    pub(super) wanted: Vec<(String, String)>,
    pub(super) present: BTreeSet<String>,
}

type Sections<'a> = SectionTable<'a, FileHeader64<Endianness>>;

pub(super) fn read(sections: &Sections<'_>, endian: Endianness, bytes: &[u8]) -> object::Result<Versions> {
    let mut versions = Versions::default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if let Some((needs, strings)) = sections.gnu_verneed(endian, bytes)? {
        let strings = sections.strings(endian, bytes, strings)?;
        for need in needs {
            let (library, entries) = need?;
            let library = text(library.file(endian, strings)?);
            for entry in entries {
                let entry = entry?;
                // Without a weak one the program starts all the same.
                if entry.vna_flags.get(endian) & VER_FLG_WEAK == VersionFlags(0) {
                    versions.wanted.push((library.clone(), text(entry.name(endian, strings)?)));
                }
            }
        }
    }
    if let Some((definitions, strings)) = sections.gnu_verdef(endian, bytes)? {
        let strings = sections.strings(endian, bytes, strings)?;
        for definition in definitions {
            // The first entry is its name, others are its parents.
            if let Some(entry) = definition?.1.next()? {
                versions.present.insert(text(entry.name(endian, strings)?));
            }
        }
    }
    Ok(versions)
}
