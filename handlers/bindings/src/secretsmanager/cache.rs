//! Values of secrets that are kept in memory, so that not every call of a function reads them.
//!
//! A rotation is seen in two ways: what was read longer ago than [`FRESH`] is read again, and a function that is refused
//! with what it has asks for what is new.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::get_secret_value::{GetSecretValueError, GetSecretValueOutput};
use tokio::sync::Mutex;

use super::{CachedSecretValue, GetSecretValue, NewSecretValue, Secret};
use crate::{Grants, evidence};

/// How long a value is used without asking whether it was rotated.
pub const FRESH: Duration = Duration::from_mins(5);

/// A value that others may hold as well.
pub type Cached = Arc<GetSecretValueOutput>;

type Failure = SdkError<GetSecretValueError>;

/// What one secret was when it was read.
#[derive(Debug, Default)]
struct Entry(Mutex<Option<(Instant, Cached)>>);

/// The entries by the secrets' ARNs: one for each secret that the program binds.
static ENTRIES: LazyLock<std::sync::Mutex<BTreeMap<String, Arc<Entry>>>> = LazyLock::new(std::sync::Mutex::default);

impl<A> Secret<A> {
    /// The current value: as it was read at most [`FRESH`] ago, else read now.
    ///
    /// # Errors
    /// When it must be read and cannot be.
    #[track_caller]
    pub fn cached_secret_value<P>(&self) -> impl Future<Output = Result<Cached, Failure>> + Send + use<A, P>
    where
        A: Grants<GetSecretValue, P>,
    {
        evidence::call::<Self, CachedSecretValue>();
        let (entry, call) = (entry(self.arn()), read(self.client.get(), self.arn()));
        async move { entry.get(|_, read| read.elapsed() < FRESH, call).await }
    }

    /// The current value, for a function that was refused with `refused`: read now, unless that was done already.
    ///
    /// # Errors
    /// When it must be read and cannot be.
    #[track_caller]
    pub fn new_secret_value<P>(
        &self,
        refused: &Cached,
    ) -> impl Future<Output = Result<Cached, Failure>> + Send + use<A, P>
    where
        A: Grants<GetSecretValue, P>,
    {
        evidence::call::<Self, NewSecretValue>();
        let (entry, call) = (entry(self.arn()), read(self.client.get(), self.arn()));
        let refused = refused.version_id().map(str::to_owned);
        async move { entry.get(|value, _| value.version_id() != refused.as_deref(), call).await }
    }
}

impl Entry {
    /// The value that was read, when it is `good`, else what `call` reads; those who ask meanwhile wait for it.
    async fn get(
        &self,
        good: impl Fn(&Cached, &Instant) -> bool,
        call: impl Future<Output = Result<GetSecretValueOutput, Failure>>,
    ) -> Result<Cached, Failure> {
        let mut entry = self.0.lock().await;
        if let Some((read, value)) = &*entry
            && good(value, read)
        {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(call.await?);
        *entry = Some((Instant::now(), Arc::clone(&value)));
        Ok(value)
    }
}

fn entry(arn: &str) -> Arc<Entry> {
    let mut entries = ENTRIES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Arc::clone(entries.entry(arn.to_owned()).or_default())
}

fn read(client: &Client, arn: &str) -> impl Future<Output = Result<GetSecretValueOutput, Failure>> + Send + use<> {
    client.get_secret_value().secret_id(arn).send()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Poll;

    use super::*;

    /// The value with the version `id`; `reads` counts.
    fn value(id: &str, reads: &AtomicUsize) -> impl Future<Output = Result<GetSecretValueOutput, Failure>> {
        std::future::poll_fn(move |_| {
            reads.fetch_add(1, Ordering::Relaxed);
            Poll::Ready(Ok(GetSecretValueOutput::builder().version_id(id).build()))
        })
    }

    #[tokio::test]
    async fn a_value_is_read_once_until_it_is_old_or_refused() {
        let (entry, reads) = (Entry::default(), AtomicUsize::new(0));
        let first = entry.get(|_, _| true, value("one", &reads)).await.unwrap();
        let second = entry.get(|_, _| true, value("two", &reads)).await.unwrap();
        assert_eq!((first.version_id(), second.version_id()), (Some("one"), Some("one")));
        let new = entry.get(|it, _| it.version_id() != Some("one"), value("two", &reads)).await.unwrap();
        let again = entry.get(|it, _| it.version_id() != Some("one"), value("three", &reads)).await.unwrap();
        assert_eq!((new.version_id(), again.version_id()), (Some("two"), Some("two")));
        let old = entry.get(|_, read| read.elapsed() < Duration::ZERO, value("three", &reads)).await.unwrap();
        assert_eq!((old.version_id(), reads.load(Ordering::Relaxed)), (Some("three"), 3));
    }
}
