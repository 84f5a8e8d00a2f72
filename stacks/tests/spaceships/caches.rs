//! The two caches: what is in them, for how long, and that it is used.

use aws_sdk_dynamodb::types::{AttributeValue, TimeToLiveStatus};

use testing::{integer, number, text};

use crate::message::{seconds, sighting};
use crate::system::System;

const MODELS: &str = "ModelCacheTable";
const RESULTS: &str = "StatsCacheTable";

/// Whether `end` is the end of `lifetime`, which began between `before` and now; all in seconds.
#[track_caller]
fn assert_lasts(end: i64, before: i64, lifetime: i64) {
    assert!((before + lifetime..=seconds() + lifetime).contains(&end), "{end} is not {lifetime} s from now");
}

pub(crate) async fn a_verdict_is_kept_for_ten_minutes(system: &System) {
    let (ship, model, before) = ("CACHE-1", "Lambda-class", seconds());
    system.send(ship, sighting(ship, model)).await;
    system.wait_for_sightings(ship, 1).await;
    let verdict = system.cached(MODELS, model).await.unwrap();
    assert_eq!(verdict["is_valid"], AttributeValue::Bool(true));
    assert_lasts(integer(&verdict, "ttl"), before, 600);
}

pub(crate) async fn a_kept_verdict_spares_the_validator(system: &System) {
    // The validator does not know this model, so only the cache can have said that it is valid.
    let (ship, model) = ("CACHE-2", "Naboo Royal Starship");
    let item = [("is_valid", AttributeValue::Bool(true)), ("ttl", number(seconds() + 300))];
    system.put_cached(MODELS, model, item).await;
    let kept = system.cached(MODELS, model).await;
    system.send(ship, sighting(ship, model)).await;
    system.wait_for_sightings(ship, 1).await;
    assert_eq!(system.cached(MODELS, model).await, kept, "a verdict that was used is not renewed");
}

pub(crate) async fn an_expired_verdict_is_not_used(system: &System) {
    let (ship, model, before) = ("CACHE-3", "Delta-7", seconds());
    let item = [("is_valid", AttributeValue::Bool(false)), ("ttl", number(before - 1))];
    system.put_cached(MODELS, model, item).await;
    system.send(ship, sighting(ship, model)).await;
    system.wait_for_sightings(ship, 1).await;
    let verdict = system.cached(MODELS, model).await.unwrap();
    assert_eq!(verdict["is_valid"], AttributeValue::Bool(true));
    assert_lasts(integer(&verdict, "ttl"), before, 600);
}

pub(crate) async fn a_result_is_kept_for_five_minutes(system: &System) {
    for (name, value, key) in
        [("spaceship_id", "CACHE-4", "spaceship_id:CACHE-4"), ("model", "Executor-class", "model:Executor-class")]
    {
        // The first answer of counts comes from the calculator, which keeps it.
        let before = seconds();
        let answer = system.get("/counts", &[(name, value)]).await;
        let result = system.cached(RESULTS, key).await.unwrap();
        assert_eq!(result["data"], text(&answer.body));
        assert_lasts(integer(&result, "ttl"), before, 300);
    }
}

pub(crate) async fn counts_answers_from_the_cache_until_the_calculator_renews_it(system: &System) {
    let (ship, model) = ("CACHE-5", "TIE/IN Interceptor");
    let name = ("spaceship_id", ship);
    assert_eq!(system.count("/counts", name).await, 0);
    system.send(ship, sighting(ship, model)).await;
    system.wait_for_sightings(ship, 1).await;
    assert_eq!(system.count("/counts", name).await, 0, "the cache's");
    assert_eq!(system.count("/calculate", name).await, 1);
    assert_eq!(system.count("/counts", name).await, 1, "renewed");
}

pub(crate) async fn an_expired_result_is_not_used(system: &System) {
    let ship = "CACHE-6";
    let key = format!("spaceship_id:{ship}");
    let stale = format!(r#"{{"spaceship_id":"{ship}","count":7}}"#);
    let item = |end| [("data", text(&stale)), ("ttl", number(end))];
    system.put_cached(RESULTS, &key, item(seconds() + 300)).await;
    assert_eq!(system.count("/counts", ("spaceship_id", ship)).await, 7, "it has not expired yet");
    system.put_cached(RESULTS, &key, item(seconds() - 1)).await;
    assert_eq!(system.count("/counts", ("spaceship_id", ship)).await, 0);
    assert!(integer(&system.cached(RESULTS, &key).await.unwrap(), "ttl") > seconds(), "replaced");
}

pub(crate) async fn items_expire_in_the_caches_alone(system: &System) {
    for (output, expected) in
        [(MODELS, Some("ttl")), (RESULTS, Some("ttl")), ("SightingsTable", None), ("FalseReportsTable", None)]
    {
        let call = system.dynamodb.describe_time_to_live().table_name(system.output(output));
        let described = call.send().await.unwrap().time_to_live_description.unwrap();
        let is_enabled = described.time_to_live_status == Some(TimeToLiveStatus::Enabled);
        assert_eq!(described.attribute_name().filter(|_| is_enabled), expected, "{output}");
    }
}
