//! A program that calls every operation of every binding: what can be granted can be called, and the audit finds it.
//!
//! Each call is a type of its own, with the bindings that it is made through and no others. So a test can give a role just
//! what one call needs, and make that call.

mod composed;
mod single;

use std::collections::BTreeMap;
use std::error::Error;
use std::pin::Pin;

use bindings::{Program, Target};
use serde::de::DeserializeOwned;

/// Why a call was not made, or how it failed.
pub type Failed = Box<dyn Error + Send + Sync>;

/// What bindings are bound to, by the kinds of the bindings as [`bindings::kinds`] names them.
pub type Targets = BTreeMap<&'static str, Target>;

/// A call, as the bindings of a program that makes no other.
pub trait Call: Program + DeserializeOwned + Send + Sync + 'static {
    /// What is called, such as `sqs::Queue SendMessage`.
    const NAME: &'static str;

    /// Its bindings to `targets`; nothing when one of them has no target.
    fn declared(targets: &Targets) -> Option<Self>;

    /// Makes the call.
    fn call(&self) -> impl Future<Output = Result<(), Failed>> + Send;
}

/// What is done with each call.
pub trait Visitor {
    /// Does it with the call `C`.
    fn visit<C: Call>(&mut self);
}

/// Has every call visited.
pub fn each(visitor: &mut impl Visitor) {
    single::each(visitor);
    composed::each(visitor);
}

/// Makes every call whose variables are in the environment.
pub async fn call_all() {
    struct Calls(Vec<Pin<Box<dyn Future<Output = ()>>>>);

    impl Visitor for Calls {
        fn visit<C: Call>(&mut self) {
            self.0.push(Box::pin(async {
                if let Ok(bindings) = bindings::load::<C>().await {
                    drop(bindings.call().await);
                }
            }));
        }
    }

    let mut calls = Calls(Vec::new());
    each(&mut calls);
    for call in calls.0 {
        call.await;
    }
}
