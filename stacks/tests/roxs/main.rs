//! The `roxs` system, deployed to a local cloud that enforces its roles, and driven as its users would.
//!
//! The scenarios share one deployment, each with keys, levels and ids of its own. Those that count everything, or take
//! something away, have a stage of their own beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod api;
mod failures;
mod grants;
mod images;
mod logs;
mod many;
mod notifications;
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
            grants::no_granted_action_is_needless,
            many::a_thousand_end_each_in_one_place_and_nothing_is_left_at_the_end,
            failures::what_fails_between_two_writes_is_neither_lost_nor_doubled,
        ],
        in_shared_system: [
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
        ],
    }
}
