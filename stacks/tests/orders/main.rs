//! The `orders` system, deployed to a local cloud that enforces its roles, and driven as its users would.
//!
//! The scenarios share one deployment, each with orders of its own. Those that count everything, or take something away,
//! have a stage of their own beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod api;
mod delivery;
mod duplicates;
mod grants;
mod health;
mod many;
mod system;
mod walk_through;

use std::process::ExitCode;

use system::System;

fn main() -> ExitCode {
    testing::scenarios! {
        deploy: |cloud| System::deploy(cloud, "dev"),
        in_own_stage: [
            grants::no_granted_action_is_needless_and_nothing_is_left_at_the_end,
            health::what_is_not_there_or_not_allowed_is_said,
            many::a_thousand_end_each_in_one_place,
            delivery::a_failure_between_two_writes_loses_and_doubles_nothing,
        ],
        in_shared_system: [
            walk_through::the_outputs_are_those_of_the_document,
            walk_through::an_order_is_queued_kept_and_shown,
            walk_through::a_wrong_order_is_kept_with_all_that_is_wrong,
            api::what_has_no_usable_id_is_refused_with_the_field,
            api::an_order_longer_than_a_message_is_refused,
            api::an_id_of_any_letters_is_found_again,
            api::an_unknown_order_is_not_found,
            api::other_methods_and_paths_are_refused,
            api::other_web_pages_may_ask,
            duplicates::of_orders_that_come_at_once_one_is_the_original,
            duplicates::orders_are_shown_newest_first,
            duplicates::a_redelivered_message_changes_nothing,
            duplicates::more_records_than_an_answer_holds_are_continued,
            delivery::of_a_batch_only_what_cannot_be_kept_returns,
        ],
    }
}
