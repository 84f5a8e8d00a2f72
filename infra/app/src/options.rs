//! Choices between ways to build a system, made when its stack is rendered.

use std::collections::BTreeMap;

/// A choice between ways to build a system, such as whether its queues keep the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionSpec {
    /// Its name on the command line: `--option NAME=VALUE`.
    pub name: &'static str,
    /// What it decides, in a line.
    pub description: &'static str,
    /// What can be chosen; the first when nothing is.
    pub values: &'static [&'static str],
}

impl OptionSpec {
    /// What it is when nothing is chosen.
    #[must_use]
    pub fn default_value(&self) -> &'static str {
        self.values.first().copied().unwrap_or_default()
    }
}

/// Why a choice is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("option `{name}` is `{given}`, expected one of {}", .legal.join(", "))]
pub struct OptionError {
    /// The option.
    pub name: &'static str,
    /// What was given.
    pub given: String,
    /// What can be chosen.
    pub legal: &'static [&'static str],
}

/// What was chosen of a system's options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(BTreeMap<&'static str, &'static str>);

impl Options {
    /// What is chosen of `specs` by `given`, of which the last with a name counts. Names of no option are passed over.
    ///
    /// # Errors
    /// When an option does not have the value.
    pub fn choose(specs: &'static [OptionSpec], given: &[(String, String)]) -> Result<Self, OptionError> {
        let mut chosen = BTreeMap::new();
        for (name, value) in given {
            let Some(spec) = specs.iter().find(|spec| spec.name == name) else { continue };
            let Some(value) = spec.values.iter().find(|legal| *legal == value) else {
                return Err(OptionError { name: spec.name, given: value.clone(), legal: spec.values });
            };
            chosen.insert(spec.name, *value);
        }
        Ok(Self(chosen))
    }

    /// What `spec` is: as chosen, or by default.
    #[must_use]
    pub fn value(&self, spec: &OptionSpec) -> &'static str {
        self.0.get(spec.name).copied().unwrap_or_else(|| spec.default_value())
    }

    /// What was chosen, default or not, by the options' names.
    pub fn chosen(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.iter().map(|(name, value)| (*name, *value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: OptionSpec = OptionSpec { name: "size", description: "how large it is", values: &["small", "large"] };

    fn choose(given: &[(&str, &str)]) -> Result<Options, OptionError> {
        let given: Vec<_> = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Options::choose(&[SIZE], &given)
    }

    #[test]
    fn what_is_not_chosen_is_the_first_value() {
        let options = choose(&[("color", "red")]).unwrap();
        assert_eq!(options.value(&SIZE), "small");
        assert_eq!(options.chosen().count(), 0);
    }

    #[test]
    fn the_last_choice_counts() {
        let options = choose(&[("size", "large"), ("size", "small")]).unwrap();
        assert_eq!(options.chosen().collect::<Vec<_>>(), [("size", "small")]);
    }

    #[test]
    fn another_value_is_refused_with_those_that_can_be_chosen() {
        let error = choose(&[("size", "huge")]).unwrap_err();
        assert_eq!(error.to_string(), "option `size` is `huge`, expected one of small, large");
    }
}
