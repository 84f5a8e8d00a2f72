//! What the pseudo parameters of a template give.

use serde_json::Value as Json;

/// Where a stack is, as far as it is known: what CloudFormation's pseudo parameters give.
///
/// ```
/// use plan::Pseudo;
///
/// let pseudo = Pseudo { region: Some("cn-north-1".into()), ..Pseudo::default() };
/// assert_eq!(pseudo.value("AWS::Partition"), Some("aws-cn".into()));
/// assert_eq!(pseudo.value("AWS::AccountId"), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pseudo {
    /// The account's number.
    pub account: Option<String>,
    /// The region, which tells the partition and the suffix of its domains, too.
    pub region: Option<String>,
    /// The name of the stack, as CloudFormation knows it.
    pub stack_name: Option<String>,
}

/// The partitions by how the names of their regions start, with the suffix of their domains.
///
/// <https://docs.aws.amazon.com/general/latest/gr/rande.html>
const PARTITIONS: [(&str, &str, &str); 7] = [
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
];

impl Pseudo {
    /// What the pseudo parameter `name` gives; nothing when that is not known.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Json> {
        let of_region = |choose: fn((&'static str, &'static str)) -> &'static str| {
            let region = self.region.as_ref()?;
            let found = PARTITIONS.iter().find(|(start, ..)| region.starts_with(start));
            Some(choose(found.map_or(("aws", "amazonaws.com"), |(_, partition, suffix)| (partition, suffix))).into())
        };
        let text = |value: &Option<String>| value.as_deref().map(Json::from);
        match name {
            "AWS::AccountId" => text(&self.account),
            "AWS::Region" => text(&self.region),
            "AWS::StackName" => text(&self.stack_name),
            "AWS::Partition" => of_region(|(partition, _)| partition),
            "AWS::URLSuffix" => of_region(|(_, suffix)| suffix),
            _ => None,
        }
    }
}
