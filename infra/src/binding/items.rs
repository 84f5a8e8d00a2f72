//! The items of a table that a function may touch, when it is not all of them.

use bindings::declaration::Condition;
use bindings::resource::{Reference, Target, literal};

use super::json as value;
use crate::dynamodb::Table;
use crate::reference::Ref;

/// Some items of a table, or some attributes of its items: what a binding [`bindings::dynamodb::Items`] grants.
///
/// IAM compares what a request names, not what it finds: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items {
    table: Ref<Table>,
    key_prefix: Option<&'static str>,
    /// All of them when it is not said.
    attributes: Option<Vec<&'static str>>,
}

impl Ref<Table> {
    /// The items whose partition keys start with `prefix`.
    #[must_use]
    pub const fn items_with_key_prefix(self, prefix: &'static str) -> Items {
        Items { table: self, key_prefix: Some(prefix), attributes: None }
    }

    /// The attributes `names` of all items, the keys among them: a call must name the attributes it wants.
    #[must_use]
    pub fn items_with_attributes(self, names: impl IntoIterator<Item = &'static str>) -> Items {
        Items { table: self, key_prefix: None, attributes: Some(names.into_iter().collect()) }
    }
}

impl Items {
    /// Of these items the attributes `names`, the keys among them: a call must name the attributes it wants.
    #[must_use]
    pub fn with_attributes(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.attributes.get_or_insert_default().extend(names);
        self
    }

    fn conditions(&self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if let Some(prefix) = self.key_prefix {
            let keys = [format!("{}*", literal(prefix))];
            conditions.push(Condition::new("ForAllValues:StringLike", "dynamodb:LeadingKeys", keys));
            // All of none are like anything, so there must be one.
            conditions.push(Condition::new("Null", "dynamodb:LeadingKeys", ["false"]));
        }
        if let Some(names) = &self.attributes {
            let names = names.iter().map(|name| literal(name));
            conditions.push(Condition::new("ForAllValues:StringEquals", "dynamodb:Attributes", names));
            conditions.push(Condition::new("Null", "dynamodb:Attributes", ["false"]));
            // Neither all attributes of what is read, nor all of what was there before a write.
            conditions.push(Condition::new("StringEqualsIfExists", "dynamodb:Select", ["SPECIFIC_ATTRIBUTES"]));
            let some = ["NONE", "UPDATED_NEW", "UPDATED_OLD"];
            conditions.push(Condition::new("StringEqualsIfExists", "dynamodb:ReturnValues", some));
        }
        conditions
    }
}

impl Reference<bindings::dynamodb::Items<()>> for Items {
    fn target(self) -> Target {
        let target = Target::new(value(&self.table), value(&self.table.arn()));
        self.conditions().into_iter().fold(target, |target, condition| target.when("{arn}", condition))
    }
}
