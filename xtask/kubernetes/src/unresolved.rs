//! What of a worker is not known yet.

use std::fmt;

use crate::workload::{QueueSource, Workload};

/// A text with a value that is known only after deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// The worker.
    pub worker: String,
    /// Where in it, as `environment.TABLE` or `queues[0].url`.
    pub place: String,
    /// What is written there instead: `${Orders.QueueUrl}`.
    pub placeholder: String,
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker `{}`: `{}` has `{}`", self.worker, self.place, self.placeholder)
    }
}

/// Every placeholder `${...}` in the values of `workload`, in the order of its fields.
///
/// A value with `${` that is meant so is found too: it cannot be told from one that is not known.
#[must_use]
pub fn unresolved(workload: &Workload) -> Vec<Unresolved> {
    let mut places = vec![
        ("namespace".to_owned(), workload.namespace.as_str()),
        ("service_account".to_owned(), &workload.service_account),
        ("image".to_owned(), &workload.image),
    ];
    places.extend(workload.environment.iter().map(|(name, value)| (format!("environment.{name}"), value.as_str())));
    for (index, queue) in workload.queues.iter().enumerate() {
        if let QueueSource::Url(url) = &queue.source {
            places.push((format!("queues[{index}].url"), url));
        }
        places.push((format!("queues[{index}].region"), &queue.region));
    }
    places.extend(workload.scaler_role.as_deref().map(|role| ("scaler_role".to_owned(), role)));
    let found = |(place, text): (String, &str)| {
        let worker = workload.identity.name.clone();
        let of_place = move |placeholder: &str| Unresolved {
            worker: worker.clone(),
            place: place.clone(),
            placeholder: placeholder.to_owned(),
        };
        placeholders(text).into_iter().map(of_place).collect::<Vec<_>>()
    };
    places.into_iter().flat_map(found).collect()
}

/// Whether `text` has a placeholder.
pub(crate) fn is_unresolved(text: &str) -> bool {
    !placeholders(text).is_empty()
}

fn placeholders(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        found.push(&rest[start..=start + length]);
        rest = &rest[start + length + 1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_wherever_they_are() {
        assert_eq!(placeholders("a${X}b${Y.Arn}"), ["${X}", "${Y.Arn}"]);
        assert_eq!(placeholders("$X {Y} $(Z) ${open"), [""; 0]);
    }
}
