//! From handlers to zips in a bucket: found, built, packed and uploaded by the hash of their content.
//!
//! The same source gives the same zip on any machine and day, so a function whose source did not change is neither
//! uploaded nor deployed again.

pub mod archive;
pub mod bucket;
pub mod build;
mod programs;
pub mod provenance;
pub mod target;
mod toolchain;
pub mod unused;
pub mod upload;
mod worker;
pub mod workspace;

pub use archive::{Artifact, code_sha256_of, pack};
pub use build::{Program, Selection, build};
pub use programs::Programs;
pub use target::{Host, Target};
pub use upload::upload;
pub use worker::set_aside;
pub use workspace::Workspace;
