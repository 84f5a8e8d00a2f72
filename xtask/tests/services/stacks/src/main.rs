//! What `cargo stackwright` asks about the systems of this workspace.

use std::process::ExitCode;

fn main() -> ExitCode {
    stacks::app().main()
}
