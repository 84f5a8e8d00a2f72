//! All that the fake knows, and what happens with each call.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::account::Account;
use crate::cloudformation::{self, Refactor, Stack};
use crate::faults::{At, Fault, Struck};
use crate::http::{Answer, Refusal, Request};
use crate::{s3, services};

/// A call that the fake got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// As signatures name it: `cloudformation`, `s3`, `events`.
    pub service: String,
    /// Whose signature it had; empty where it had none.
    pub access_key_id: String,
    /// The operation, such as `DescribeStacks`.
    pub operation: String,
    /// What it is about: the name of a stack, the key of an object, the name of a table.
    pub subject: String,
}

/// What a test does at a call.
pub(crate) type Callback = Box<dyn FnOnce() + Send>;

/// The world, for the server and the test that controls it.
#[derive(Debug, Default)]
pub(crate) struct Shared(Mutex<World>);

/// Everything in the account.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) account: Account,
    pub(crate) stacks: Vec<Stack>,
    pub(crate) refactors: Vec<Refactor>,
    pub(crate) calls: Vec<Call>,
    pub(crate) faults: Vec<(At, Fault)>,
    pub(crate) callbacks: Vec<(At, Callback)>,
    counts: BTreeMap<(String, String), usize>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("stacks", &self.stacks).finish_non_exhaustive()
    }
}

/// What is to be done about a call before it is carried out.
pub(crate) struct Arrived {
    pub(crate) fault: Option<Fault>,
    pub(crate) callbacks: Vec<Callback>,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a call down.
    pub(crate) fn arrive(&self, request: &Request) -> Arrived {
        let world = &mut *self.lock();
        world.account.clock += 1;
        let (service, operation) = (request.service.clone(), services::operation(request));
        let subject = services::subject(request);
        let access_key_id = request.access_key_id.clone();
        world.calls.push(Call { service: service.clone(), access_key_id, operation: operation.clone(), subject });
        let number = world.calls.len();
        let nth = world.counts.entry((service.clone(), operation.clone())).or_default();
        *nth += 1;
        let nth = *nth;
        let fault = world.faults.iter().find(|(at, _)| at.strikes(number, &service, &operation, nth));
        let fault = fault.map(|(_, fault)| *fault);
        let is_due = |(at, _): &(At, Callback)| at.strikes(number, &service, &operation, nth);
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut world.callbacks).into_iter().partition(is_due);
        world.callbacks = later;
        Arrived { fault, callbacks: due.into_iter().map(|(_, callback)| callback).collect() }
    }

    /// Carries a call out, unless a fault refuses it.
    pub(crate) fn carry_out(&self, request: &Request, fault: Option<Fault>) -> Answer {
        let world = &mut *self.lock();
        let operation = services::operation(request);
        let resource = services::resource(request);
        let struck = Struck { service: &request.service, operation: &operation, resource: &resource };
        let id = world.account.uuid();
        let answer = match fault.and_then(|fault| fault.refusal(struck)) {
            Some(refusal) => Err(refusal),
            None => world.dispatch(request, &operation, &id),
        };
        answer.unwrap_or_else(|refusal| services::refused(request, &id, &refusal))
    }
}

impl World {
    fn dispatch(&mut self, request: &Request, operation: &str, id: &str) -> Result<Answer, Refusal> {
        match request.service.as_str() {
            "cloudformation" => cloudformation::call(self, request, id),
            "s3" => s3::call(&mut self.account, request, operation),
            _ => services::call(&mut self.account, request, operation, id),
        }
    }
}
