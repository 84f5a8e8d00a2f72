//! Tables.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::key::{AttributeType, Key, KeySchema};
use crate::check::Check;
use crate::reference::{HasArn, Ref, Resource};
use crate::units::{Days, Integer};
use crate::value::{Intrinsic, Value};

/// A table.
///
/// The attributes of all keys are defined once, from the keys themselves.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html>
#[derive(Debug, Clone)]
pub struct Table {
    /// 3 to 255 letters, digits and `_.-`. Changing it replaces the table.
    pub table_name: Option<Value>,
    /// The primary key. Changing it replaces the table.
    pub key: Key,
    /// How reads and writes are paid for.
    pub billing: Billing,
    /// Up to 20, of which one update of the stack creates or deletes at most one.
    pub global_secondary_indexes: Vec<GlobalSecondaryIndex>,
    /// Up to 5; they share the table's partition key. Changing them replaces the table.
    pub local_secondary_indexes: Vec<LocalSecondaryIndex>,
    /// The attribute by which items expire.
    pub time_to_live_specification: Option<TimeToLive>,
    /// What a change writes to the table's stream; without it there is no stream.
    pub stream_specification: Option<StreamViewType>,
    /// Continuous backups.
    pub point_in_time_recovery_specification: Option<PointInTimeRecovery>,
    /// Makes DynamoDB refuse to delete the table.
    pub deletion_protection_enabled: Option<bool>,
}

/// How reads and writes are paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "BillingMode")]
pub enum Billing {
    /// Per request.
    #[serde(rename = "PAY_PER_REQUEST")]
    PayPerRequest,
    /// Per hour, for a fixed capacity.
    #[serde(rename = "PROVISIONED")]
    Provisioned {
        /// The capacity of the table.
        #[serde(rename = "ProvisionedThroughput")]
        throughput: Throughput,
    },
}

/// A fixed capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Throughput {
    /// Strongly consistent reads of up to 4 KiB each second, at least 1.
    pub read_capacity_units: Integer<1>,
    /// Writes of up to 1 KiB each second, at least 1.
    pub write_capacity_units: Integer<1>,
}

/// An index with a partition key of its own.
#[derive(Debug, Clone)]
pub struct GlobalSecondaryIndex {
    /// 3 to 255 letters, digits and `_.-`.
    pub index_name: &'static str,
    /// Its key; items without these attributes are not in the index.
    pub key: Key,
    /// Which attributes it carries.
    pub projection: Projection,
    /// Its capacity, when the table's billing is [`Billing::Provisioned`].
    pub provisioned_throughput: Option<Throughput>,
}

/// An index with another sort key within the table's partitions.
#[derive(Debug, Clone)]
pub struct LocalSecondaryIndex {
    /// 3 to 255 letters, digits and `_.-`.
    pub index_name: &'static str,
    /// Its key; the partition key is the table's.
    pub key: Key,
    /// Which attributes it carries.
    pub projection: Projection,
}

/// Which attributes an index carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "ProjectionType")]
pub enum Projection {
    /// All of them.
    #[serde(rename = "ALL")]
    All,
    /// The keys of index and table.
    #[serde(rename = "KEYS_ONLY")]
    KeysOnly,
    /// The keys and the named ones, up to 100 in all indexes of the table together.
    #[serde(rename = "INCLUDE")]
    Include {
        /// The named attributes.
        #[serde(rename = "NonKeyAttributes")]
        non_key_attributes: Vec<String>,
    },
}

/// The attribute by which items expire: a number, the time in **seconds** since 1970.
///
/// DynamoDB deletes an expired item up to 48 h late, so readers compare the time themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeToLive(pub &'static str);

/// What a change writes to the table's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StreamViewType {
    /// The item's key.
    KeysOnly,
    /// The item after the change.
    NewImage,
    /// The item before the change.
    OldImage,
    /// The item before and after the change.
    NewAndOldImages,
}

/// Continuous backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PointInTimeRecovery {
    /// Whether they are made.
    pub point_in_time_recovery_enabled: bool,
    /// How far back they reach, 1 to 35 days. DynamoDB's default is 35.
    pub recovery_period_in_days: Option<Days<1, 35>>,
}

impl Table {
    /// A table with the primary key `key`, paid per request, with no index.
    #[must_use]
    pub const fn keyed(key: Key) -> Self {
        Self {
            table_name: None,
            key,
            billing: Billing::PayPerRequest,
            global_secondary_indexes: Vec::new(),
            local_secondary_indexes: Vec::new(),
            time_to_live_specification: None,
            stream_specification: None,
            point_in_time_recovery_specification: None,
            deletion_protection_enabled: None,
        }
    }

    /// The names of its secondary indexes, the global ones first.
    pub fn index_names(&self) -> impl Iterator<Item = &'static str> {
        let globals = self.global_secondary_indexes.iter().map(|index| index.index_name);
        globals.chain(self.local_secondary_indexes.iter().map(|index| index.index_name))
    }
}

impl GlobalSecondaryIndex {
    /// An index that carries all attributes.
    #[must_use]
    pub const fn all(index_name: &'static str, key: Key) -> Self {
        Self { index_name, key, projection: Projection::All, provisioned_throughput: None }
    }
}

/// An index that a table declares.
pub trait SecondaryIndex {
    /// Its name.
    fn name(&self) -> &'static str;
}

impl SecondaryIndex for GlobalSecondaryIndex {
    fn name(&self) -> &'static str {
        self.index_name
    }
}

impl SecondaryIndex for LocalSecondaryIndex {
    fn name(&self) -> &'static str {
        self.index_name
    }
}

/// A secondary index of a table of the same stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexRef {
    /// The table.
    pub table: Ref<Table>,
    /// The index's name.
    pub name: &'static str,
}

impl Ref<Table> {
    /// One of its secondary indexes, by the value that declares it. [`crate::check()`] reports one that the table does not
    /// have.
    ///
    /// ```
    /// use infra::dynamodb::{GlobalSecondaryIndex, Key, S, Table};
    /// use infra::{Stack, Stage};
    ///
    /// let mut stack = Stack::new("orders", &Stage::default());
    /// let by_model = GlobalSecondaryIndex::all("by-model", Key::hash(S("model")));
    /// let table = stack.named("Orders").add(Table {
    ///     global_secondary_indexes: vec![by_model.clone()],
    ///     ..Table::keyed(Key::hash(S("id")))
    /// });
    /// assert_eq!(table.index(&by_model).name, "by-model");
    /// ```
    #[must_use]
    pub fn index(self, index: &impl SecondaryIndex) -> IndexRef {
        IndexRef { table: self, name: index.name() }
    }
}

/// The stream of a table of the same stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamRef {
    /// The table.
    pub table: Ref<Table>,
}

impl StreamRef {
    /// The stream's ARN.
    #[must_use]
    pub const fn arn(self) -> Intrinsic {
        self.table.attribute("StreamArn")
    }
}

impl Ref<Table> {
    /// The stream of the table's changes, which the table must have switched on.
    #[must_use]
    pub const fn stream(self) -> StreamRef {
        StreamRef { table: self }
    }
}

impl Resource for Table {
    const TYPE: &'static str = "AWS::DynamoDB::Table";

    fn check(&self, check: &mut Check<'_>) {
        super::check::table(self, check);
    }
}

impl HasArn for Table {}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Definition {
            attribute_name: &'static str,
            attribute_type: AttributeType,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Secondary<'a> {
            index_name: &'a str,
            key_schema: Vec<KeySchema>,
            projection: &'a Projection,
            provisioned_throughput: Option<Throughput>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct TimeToLiveSpecification {
            attribute_name: &'static str,
            enabled: bool,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct StreamSpecification {
            stream_view_type: StreamViewType,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            table_name: &'a Option<Value>,
            #[serde(flatten)]
            billing: Billing,
            attribute_definitions: Vec<Definition>,
            key_schema: Vec<KeySchema>,
            global_secondary_indexes: Vec<Secondary<'a>>,
            local_secondary_indexes: Vec<Secondary<'a>>,
            time_to_live_specification: Option<TimeToLiveSpecification>,
            stream_specification: Option<StreamSpecification>,
            point_in_time_recovery_specification: Option<PointInTimeRecovery>,
            deletion_protection_enabled: Option<bool>,
        }

        let globals = self.global_secondary_indexes.iter();
        let locals = self.local_secondary_indexes.iter();
        let keys = [&self.key]
            .into_iter()
            .chain(globals.clone().map(|index| &index.key))
            .chain(locals.clone().map(|index| &index.key));
        let attributes: IndexMap<_, _> =
            keys.flat_map(Key::attributes).map(|attribute| (attribute.name, attribute.attribute_type)).collect();
        Wire {
            table_name: &self.table_name,
            billing: self.billing,
            attribute_definitions: attributes
                .into_iter()
                .map(|(attribute_name, attribute_type)| Definition { attribute_name, attribute_type })
                .collect(),
            key_schema: self.key.schema(),
            global_secondary_indexes: globals
                .map(|index| Secondary {
                    index_name: index.index_name,
                    key_schema: index.key.schema(),
                    projection: &index.projection,
                    provisioned_throughput: index.provisioned_throughput,
                })
                .collect(),
            local_secondary_indexes: locals
                .map(|index| Secondary {
                    index_name: index.index_name,
                    key_schema: index.key.schema(),
                    projection: &index.projection,
                    provisioned_throughput: None,
                })
                .collect(),
            time_to_live_specification: self
                .time_to_live_specification
                .map(|TimeToLive(attribute_name)| TimeToLiveSpecification { attribute_name, enabled: true }),
            stream_specification: self
                .stream_specification
                .map(|stream_view_type| StreamSpecification { stream_view_type }),
            point_in_time_recovery_specification: self.point_in_time_recovery_specification,
            deletion_protection_enabled: self.deletion_protection_enabled,
        }
        .serialize(serializer)
    }
}
