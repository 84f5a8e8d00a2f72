//! Which models are valid: each is found out once for a batch.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use bindings::dynamodb::{GetItem, PutItem, Table};
use functions::{CallError, time_to_live};
use tokio::sync::OnceCell;

use super::validator::{Outage, Validator};

/// How long an answer of the validator holds.
const CACHE_TIME: Duration = Duration::from_mins(10);

/// Why it is not known whether a model is valid.
#[derive(Debug, thiserror::Error)]
pub enum ValidationError {
    /// The cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CallError),
    /// The validator gave no answer.
    #[error(transparent)]
    Outage(#[from] Outage),
}

/// The models of a batch.
///
/// What fails is not tried again for the other messages of the batch that need it: they would wait in vain, one after
/// the other. Their next delivery tries again.
#[derive(Debug)]
pub struct Models<'a> {
    answers: BTreeMap<&'a str, OnceCell<Result<bool, ValidationError>>>,
    cache: &'a Table<(GetItem, PutItem)>,
    validator: &'a Validator,
}

impl<'a> Models<'a> {
    /// Nothing is known yet of the models `names`.
    pub fn new(
        names: impl Iterator<Item = &'a str>,
        cache: &'a Table<(GetItem, PutItem)>,
        validator: &'a Validator,
    ) -> Self {
        Self { answers: names.map(|name| (name, OnceCell::new())).collect(), cache, validator }
    }

    /// Whether `model` is valid: asked at most once, however many messages ask at the same time.
    pub(crate) async fn is_valid(&self, model: &str) -> Result<bool, &ValidationError> {
        match self.answers.get(model) {
            Some(answer) => answer.get_or_init(|| self.find_out(model)).await.as_ref().copied(),
            None => Ok(false),
        }
    }

    async fn find_out(&self, model: &str) -> Result<bool, ValidationError> {
        if let Some(valid) = self.cached(model).await? {
            return Ok(valid);
        }
        let valid = self.validator.is_valid(model).await?;
        tracing::info!(model, valid, "the validator answered");
        self.cache
            .put_item()
            .item("cache_key", AttributeValue::S(model.to_owned()))
            .item("ttl", time_to_live::of(CACHE_TIME))
            .item("is_valid", AttributeValue::Bool(valid))
            .send()
            .await
            .map_err(|error| CallError::new("write the model cache", error))?;
        Ok(valid)
    }

    async fn cached(&self, model: &str) -> Result<Option<bool>, CallError> {
        let found = self
            .cache
            .get_item()
            .key("cache_key", AttributeValue::S(model.to_owned()))
            .send()
            .await
            .map_err(|error| CallError::new("read the model cache", error))?;
        let alive = found.item.filter(|item| time_to_live::lasts(item.get("ttl")));
        Ok(alive.and_then(|item| item.get("is_valid")?.as_bool().ok().copied()))
    }
}
