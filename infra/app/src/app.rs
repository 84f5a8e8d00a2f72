//! The systems of a workspace, and the document that the engine reads of them.

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use assembly::{Assembly, Failure, Location, Outcome};
use infra::Stage;

use crate::command_line;
use crate::options::Options;
use crate::system::System;

/// The systems of a workspace.
#[derive(Debug, Clone)]
pub struct App {
    systems: Vec<System>,
}

/// Held while the panic hook is another.
static HOOK: Mutex<()> = Mutex::new(());

impl App {
    /// An app of these systems, in the order in which they are listed.
    pub fn new(systems: impl IntoIterator<Item = System>) -> Self {
        Self { systems: systems.into_iter().collect() }
    }

    /// The systems.
    #[must_use]
    pub fn systems(&self) -> &[System] {
        &self.systems
    }

    /// Does what the engine asks of the app on the command line.
    #[must_use]
    pub fn main(&self) -> ExitCode {
        command_line::run(self, std::env::args().skip(1))
    }

    /// What the engine reads: each system in `stage`, built with those of the `given` options that it has.
    ///
    /// A system whose code panics is reported in the document with the place of the panic; the others are there all the
    /// same.
    #[must_use]
    pub fn assembly(&self, stage: &Stage, given: &[(String, String)]) -> Assembly {
        let panicked = Arc::new(Mutex::new(None));
        let record = Arc::clone(&panicked);
        // The hook is the process's: two assemblies at once would take each other's.
        let _alone = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let message = info.payload_as_str().unwrap_or("it panicked without a message").to_owned();
            let failure = Failure { message, location: info.location().map(Location::from) };
            *record.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        }));
        let systems = self.systems.iter().map(|system| {
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| outcome(system, stage, given)));
            let failed = || panicked.lock().unwrap_or_else(PoisonError::into_inner).take();
            let outcome = outcome.unwrap_or_else(|_| {
                let unknown = || Failure { message: "it panicked".to_owned(), location: None };
                Outcome::Failed(failed().unwrap_or_else(unknown))
            });
            describe(system, outcome)
        });
        let systems = systems.collect();
        panic::set_hook(usual);
        Assembly {
            version: assembly::VERSION,
            stackwright: env!("CARGO_PKG_VERSION").to_owned(),
            stage: stage.to_string(),
            systems,
        }
    }
}

fn outcome(system: &System, stage: &Stage, given: &[(String, String)]) -> Outcome {
    match Options::choose(system.options, given) {
        Ok(options) => Outcome::Stack(Box::new(system.assemble(stage, &options))),
        Err(error) => Outcome::Failed(Failure { message: error.to_string(), location: None }),
    }
}

fn describe(system: &System, outcome: Outcome) -> assembly::System {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let options = system.options.iter().map(|option| assembly::OptionSpec {
        name: option.name.to_owned(),
        description: option.description.to_owned(),
        values: texts(option.values),
    });
    assembly::System {
        name: system.name.to_owned(),
        description: system.description.to_owned(),
        options: options.collect(),
        outcome,
    }
}

#[cfg(test)]
mod tests {
    use infra::Stack;

    use super::*;

    fn fine(stage: &Stage, _: &Options) -> Stack {
        Stack::new("fine", stage)
    }

    fn broken(_: &Stage, _: &Options) -> Stack {
        panic!("no such table")
    }

    #[test]
    fn a_system_that_panics_is_told_with_its_place_and_hides_no_other() {
        let app = App::new([System::new("broken", "", broken), System::new("fine", "", fine)]);
        let assembly = app.assembly(&Stage::default(), &[]);
        let [failed, fine] = assembly.systems.as_slice() else { panic!("{assembly:?}") };
        let Outcome::Failed(Failure { message, location: Some(location) }) = &failed.outcome else {
            panic!("{failed:?}")
        };
        assert_eq!((message.as_str(), location.file.as_str()), ("no such table", file!()));
        assert_eq!(fine.stack().map(|stack| stack.stack_name.as_str()), Some("fine-dev"));
    }

    #[test]
    fn the_document_is_read_as_it_was_written() {
        let assembly = App::new([System::new("fine", "what it is", fine)]).assembly(&Stage::new("prod"), &[]);
        let text = serde_json::to_string(&assembly).unwrap();
        assert_eq!(serde_json::from_str::<Assembly>(&text).unwrap(), assembly);
    }
}
