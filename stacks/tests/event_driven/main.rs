//! The `event-driven` system, deployed to a local cloud that enforces its roles, and driven as its users would.
//!
//! The scenarios share one deployment, each with keys and messages of its own. Those that count everything, or take
//! something away, have a stage of their own beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod api;
mod delivery;
mod grants;
mod images;
mod many;
#[path = "../support/picture.rs"]
mod picture;
mod system;
mod walk_through;

use std::process::ExitCode;

use system::System;

fn main() -> ExitCode {
    testing::scenarios! {
        deploy: |cloud| System::deploy(cloud, "dev"),
        in_own_stage: [
            grants::no_granted_action_is_needless_and_nothing_is_left_at_the_end,
            many::a_thousand_end_each_in_one_place,
        ],
        in_shared_system: [
            walk_through::the_outputs_are_those_of_the_document,
            walk_through::an_uploaded_text_is_audited_and_is_no_image,
            walk_through::the_events_of_a_day_come_in_their_order,
            walk_through::a_posted_message_is_kept_without_a_function_between,
            images::an_image_of_each_format_is_measured_whatever_its_key,
            images::what_is_no_whole_image_is_an_error_that_says_why,
            images::what_is_too_large_is_an_error_and_not_decoded,
            images::each_upload_of_a_key_is_kept,
            images::an_object_that_changed_before_it_was_read_is_an_error,
            api::a_body_that_is_no_json_object_is_refused_and_nothing_is_sent,
            api::a_body_of_another_type_cannot_become_another_call,
            api::a_body_that_no_item_holds_is_refused,
            api::other_methods_and_paths_are_refused,
            api::other_web_pages_may_ask,
            delivery::a_redelivered_message_changes_nothing,
            delivery::of_a_batch_only_what_failed_returns,
        ],
    }
}
