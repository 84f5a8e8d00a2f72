//! The `spaceships` system, deployed to a local cloud that enforces its roles, and driven as its users would.
//!
//! The scenarios share one deployment, each with spaceships and models of its own. Those that take something away from
//! the system have a stage of their own beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod access;
mod api;
mod caches;
mod delivery;
mod grants;
mod message;
mod outage;
mod recorded;
mod reports;
mod system;
mod validator;
mod walk_through;

use std::process::ExitCode;

use system::System;
use testing::LocalCloud;

fn main() -> ExitCode {
    testing::scenarios! {
        // The models that are valid change with time.
        cloud: LocalCloud::with_variables([("SPACESHIPS_VALIDATOR_CLOCK", "0")]),
        deploy: |cloud| System::deploy(cloud, "dev"),
        in_own_stage: [
            grants::no_granted_action_is_needless,
            recorded::the_audit_tells_what_functions_used_and_were_denied,
            outage::a_message_of_an_unknown_verdict_is_retried_and_ends_in_the_dead_letter_queue,
            outage::a_validator_that_is_wrong_or_slow_is_asked_again,
        ],
        in_shared_system: [
            validator::it_knows_valid_and_invalid_models,
            walk_through::a_reported_sighting_is_kept_and_counted,
            api::the_spaceship_wins_over_the_model,
            api::a_request_without_a_name_is_refused_with_the_field,
            api::what_was_never_seen_counts_zero,
            api::other_web_pages_may_ask,
            reports::a_sighting_of_an_unknown_model_is_a_false_report_with_its_whole_record,
            reports::an_unreadable_message_is_a_false_report_and_not_retried,
            reports::a_redelivered_record_changes_nothing,
            caches::a_verdict_is_kept_for_ten_minutes,
            caches::a_kept_verdict_spares_the_validator,
            caches::an_expired_verdict_is_not_used,
            caches::a_result_is_kept_for_five_minutes,
            caches::counts_answers_from_the_cache_until_the_calculator_renews_it,
            caches::an_expired_result_is_not_used,
            caches::items_expire_in_the_caches_alone,
            delivery::the_same_message_twice_is_one_sighting,
            delivery::sightings_of_one_millisecond_are_all_kept,
            access::the_named_account_may_send_and_nothing_else,
        ],
    }
}
