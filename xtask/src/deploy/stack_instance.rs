//! A stack and where it goes.

use crate::cloud::Cloud;
use crate::stack::Stack;

/// A stack in an account and region.
#[derive(Debug, Clone)]
pub struct StackInstance<'a> {
    /// The stack.
    pub stack: &'a Stack,
    /// Where it goes.
    pub cloud: &'a Cloud,
    /// What it is called: by the stack, and the region where there are several.
    pub label: String,
    /// The places in the list of those that must be done before it: whose exports it imports.
    pub after: Vec<usize>,
}

impl<'a> StackInstance<'a> {
    /// Each of `stacks` in each of `clouds`, region by region.
    #[must_use]
    pub fn all(stacks: &'a [Stack], clouds: &'a [Cloud]) -> Vec<Self> {
        let dependencies = infra::check::dependencies(&stacks.iter().map(Stack::as_peer).collect::<Vec<_>>());
        let in_cloud = |(number, cloud): (usize, &'a Cloud)| {
            let with_needs = stacks.iter().zip(&dependencies);
            with_needs
                .map(|(stack, needs)| Self {
                    stack,
                    cloud,
                    label: if clouds.len() > 1 {
                        format!("{} ({})", stack.name(), cloud.region)
                    } else {
                        stack.name().to_owned()
                    },
                    // An export is known in its own region only.
                    after: needs.iter().map(|index| number * stacks.len() + index).collect(),
                })
                .collect::<Vec<_>>()
        };
        clouds.iter().enumerate().flat_map(in_cloud).collect()
    }

    /// Those of `all` at whose places `is_wanted` holds, without what they would come after of the others.
    #[must_use]
    pub fn only(all: &[Self], is_wanted: impl Fn(usize) -> bool) -> Vec<Self> {
        let wanted: Vec<_> = (0..all.len()).filter(|index| is_wanted(*index)).collect();
        let place = |index: &usize| wanted.binary_search(index).ok();
        let found = wanted.iter().filter_map(|index| all.get(*index));
        found.map(|it| Self { after: it.after.iter().filter_map(place).collect(), ..it.clone() }).collect()
    }

    /// The same for a deletion: each after those that import what it exports.
    #[must_use]
    pub fn reversed(all: &[Self]) -> Vec<Self> {
        let importers = |exporter: usize| (0..all.len()).filter(move |it| all[*it].after.contains(&exporter));
        all.iter().enumerate().map(|(index, it)| Self { after: importers(index).collect(), ..it.clone() }).collect()
    }
}
