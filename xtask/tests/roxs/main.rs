//! The `roxs` system, deployed to a local cloud that enforces its roles, and driven as its users would.
//!
//! The scenarios share one deployment, each with keys, levels and ids of its own. Those that count everything, or take
//! something away, have a stage of their own beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod api;
#[path = "../common/mod.rs"]
mod common;
mod failures;
mod grants;
mod images;
mod logs;
mod many;
mod notifications;
#[path = "../event_driven/picture.rs"]
#[allow(dead_code, reason = "each system uses a part of it")]
mod picture;
mod system;
mod walk_through;

use std::process::ExitCode;
use std::sync::Arc;

use common::FreshCloud;
use libtest_mimic::{Arguments, Trial};
use system::System;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::OnceCell;

/// The local cloud, and the deployment that most scenarios share.
struct Shared {
    cloud: FreshCloud,
    system: OnceCell<System>,
}

impl Shared {
    async fn system(&self) -> &System {
        self.system.get_or_init(|| async { System::deploy(&self.cloud, "dev") }).await
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtime = Runtime::new().unwrap();
    let shared = Arc::new(Shared { cloud: FreshCloud::new(), system: OnceCell::new() });
    libtest_mimic::run(&arguments, trials(runtime.handle(), &shared)).exit_code()
}

/// A trial that is named as its function, which gets the shared system.
macro_rules! in_shared_system {
    ($runtime:expr, $shared:expr, $($module:ident::$scenario:ident),+ $(,)?) => {
        [$({
            let (runtime, shared): (Handle, Arc<Shared>) = ($runtime.clone(), Arc::clone($shared));
            Trial::test(concat!(stringify!($module), "::", stringify!($scenario)), move || {
                runtime.block_on(async { $module::$scenario(shared.system().await).await });
                Ok(())
            })
        }),+]
    };
}

/// A trial that is named as its function, which deploys a stage of its own.
macro_rules! in_own_stage {
    ($runtime:expr, $shared:expr, $($module:ident::$scenario:ident),+ $(,)?) => {
        [$({
            let (runtime, shared): (Handle, Arc<Shared>) = ($runtime.clone(), Arc::clone($shared));
            Trial::test(concat!(stringify!($module), "::", stringify!($scenario)), move || {
                runtime.block_on($module::$scenario(&shared.cloud));
                Ok(())
            })
        }),+]
    };
}

fn trials(runtime: &Handle, shared: &Arc<Shared>) -> Vec<Trial> {
    let own_stage = in_own_stage!(
        runtime,
        shared,
        grants::no_granted_action_is_needless,
        many::a_thousand_end_each_in_one_place_and_nothing_is_left_at_the_end,
        failures::what_fails_between_two_writes_is_neither_lost_nor_doubled,
    );
    let shared_system = in_shared_system!(
        runtime,
        shared,
        walk_through::the_outputs_are_named,
        walk_through::the_demonstration_of_the_document,
        images::an_upload_is_made_smaller_by_itself,
        images::a_key_of_any_letters_is_processed,
        images::what_is_no_image_is_an_error_that_says_why,
        images::what_names_no_object_of_the_bucket_is_refused,
        images::the_same_object_again_is_the_same_image,
        logs::a_batch_is_archived_whole_and_indexed_cut,
        logs::logs_of_one_millisecond_are_all_kept,
        logs::the_same_batch_again_changes_nothing,
        logs::a_batch_that_was_indexed_in_part_is_completed,
        logs::wrong_logs_are_refused_and_nothing_is_kept,
        notifications::a_message_of_the_queue_is_published_and_remembered,
        notifications::a_wrong_notification_is_refused_with_the_field,
        notifications::a_message_that_nobody_can_read_ends_in_the_dead_letter_queue,
        notifications::a_redelivered_message_is_published_once,
        api::every_endpoint_takes_one_verb,
        api::anything_else_is_told_the_endpoints,
        api::a_notification_is_passed_on_or_refused_with_the_field,
        api::the_newest_logs_of_all_levels_come_first,
        api::other_web_pages_may_ask,
    );
    own_stage.into_iter().chain(shared_system).collect()
}
