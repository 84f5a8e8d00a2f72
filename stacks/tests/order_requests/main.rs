//! The `order-requests` system, deployed to a local cloud that enforces its roles, and driven as its clients would.
//!
//! The scenarios share one deployment, each with requests of its own. Those that change the system, or take something
//! away from it, have a stage of their own beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod api;
mod delivery;
mod grants;
mod options;
mod outage;
mod system;
mod workers;

use std::process::ExitCode;

use system::System;

fn main() -> ExitCode {
    testing::scenarios! {
        deploy: |cloud| System::deploy(cloud, "dev", &[]),
        in_own_stage: [
            grants::no_granted_action_is_needless,
            outage::a_request_that_was_stored_and_not_published_is_completed_by_asking_again,
            options::each_customers_requests_are_processed_in_the_order_of_arrival,
            options::a_changed_option_replaces_what_it_is_about_and_can_be_changed_back,
            workers::all_is_with_workers_as_it_is_with_functions,
            workers::workers_keep_the_order_of_arrival,
            workers::nothing_is_lost_when_workers_are_killed_and_calls_fail,
            workers::no_granted_action_of_a_worker_is_needless,
            workers::a_worker_that_is_denied_says_so_and_loses_nothing,
            workers::each_region_has_workers_of_its_own,
            workers::workers_end_with_the_local_cloud_and_with_their_stack,
        ],
        in_shared_system: [
            api::a_request_is_stored_published_and_processed,
            api::a_request_that_is_none_is_refused_with_the_field,
            api::an_id_names_one_request,
            api::other_web_pages_may_ask,
            delivery::a_redelivered_message_changes_nothing,
            delivery::of_a_thousand_inputs_each_ends_in_one_place,
        ],
    }
}
