//! The `order-requests` system, deployed to a local cloud that enforces its roles, and driven as its clients would.
//!
//! The scenarios share one deployment, each with requests of its own. Those that change the system, or take something
//! away from it, have a stage of their own beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod api;
#[path = "../common/mod.rs"]
mod common;
mod delivery;
mod grants;
mod options;
mod outage;
mod system;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use common::FreshCloud;
use libtest_mimic::{Arguments, Trial};
use system::System;
use tokio::runtime::{Handle, Runtime};

/// The local cloud, and the deployment that most scenarios share.
struct Shared {
    cloud: FreshCloud,
    system: OnceLock<System>,
}

impl Shared {
    fn cloud(&self) -> &FreshCloud {
        &self.cloud
    }

    fn system(&self) -> &System {
        self.system.get_or_init(|| System::deploy(&self.cloud, "dev", &[]))
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtime = Runtime::new().unwrap();
    let shared = Arc::new(Shared { cloud: FreshCloud::new(), system: OnceLock::new() });
    libtest_mimic::run(&arguments, trials(runtime.handle(), &shared)).exit_code()
}

/// A trial that is named as its function, which gets what `$from` makes of the shared local cloud.
macro_rules! trials {
    ($runtime:expr, $shared:expr, $from:expr, $($module:ident::$scenario:ident),+ $(,)?) => {
        [$({
            let (runtime, shared): (Handle, Arc<Shared>) = ($runtime.clone(), Arc::clone($shared));
            Trial::test(concat!(stringify!($module), "::", stringify!($scenario)), move || {
                runtime.block_on($module::$scenario($from(&shared)));
                Ok(())
            })
        }),+]
    };
}

fn trials(runtime: &Handle, shared: &Arc<Shared>) -> Vec<Trial> {
    let own_stage = trials!(
        runtime,
        shared,
        Shared::cloud,
        grants::no_granted_action_is_needless,
        outage::a_request_that_was_stored_and_not_published_is_completed_by_asking_again,
        options::each_customers_requests_are_processed_in_the_order_of_arrival,
        options::a_changed_option_replaces_what_it_is_about_and_can_be_changed_back,
    );
    let shared_system = trials!(
        runtime,
        shared,
        Shared::system,
        api::a_request_is_stored_published_and_processed,
        api::a_request_that_is_none_is_refused_with_the_field,
        api::an_id_names_one_request,
        api::other_web_pages_may_ask,
        delivery::a_redelivered_message_changes_nothing,
        delivery::of_a_thousand_inputs_each_ends_in_one_place,
    );
    own_stage.into_iter().chain(shared_system).collect()
}
