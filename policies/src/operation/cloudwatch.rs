//! Amazon CloudWatch.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudwatch.html>; for the keys of data sets
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AssociateDatasetKmsKey.html>

super::operations! {
    "cloudwatch",
    same: [
        CreateResourceMetricsConfiguration, DeleteAlarmMuteRule, DeleteAlarms, DeleteAnomalyDetector, DeleteDashboards,
        DeleteInsightRules, DeleteMetricStream, DeleteResourceMetricsConfiguration, DescribeAlarmContributors,
        DescribeAlarmHistory, DescribeAlarms, DescribeAlarmsForMetric, DescribeAnomalyDetectors, DescribeInsightRules,
        DisableAlarmActions, DisableInsightRules, EnableAlarmActions, EnableInsightRules, GetAlarmMuteRule,
        GetDashboard, GetDataset, GetInsightRuleReport, GetMetricData, GetMetricStatistics, GetMetricStream,
        GetMetricWidgetImage, GetOTelEnrichment, GetResourceMetricsConfiguration, ListAlarmMuteRules, ListDashboards,
        ListManagedInsightRules, ListMetricStreams, ListMetrics, PutAnomalyDetector, PutMetricData, SetAlarmState,
        StartMetricStreams, StartOTelEnrichment, StopMetricStreams, StopOTelEnrichment, UpdateOTelEnrichment,
        UpdateResourceMetricsConfiguration,
    ],
    AssociateDatasetKmsKey: ["cloudwatch:AssociateDatasetKmsKey", "kms:Decrypt"],
    DisassociateDatasetKmsKey: ["cloudwatch:DisassociateDatasetKmsKey", "kms:Decrypt"],
    ListTagsForResource: ["cloudwatch:ListTagsForResource"] never ["oam:ListTagsForResource"],
    PutAlarmMuteRule: ["cloudwatch:PutAlarmMuteRule"] if { "Tags" => "cloudwatch:TagResource" },
    PutCompositeAlarm: ["cloudwatch:PutCompositeAlarm"] if {
        "AlarmActions (of Systems Manager)" => "iam:CreateServiceLinkedRole",
        "Tags" => "cloudwatch:TagResource",
    },
    PutDashboard: ["cloudwatch:PutDashboard"] if { "Tags" => "cloudwatch:TagResource" },
    PutInsightRule: ["cloudwatch:PutInsightRule"] if { "Tags" => "cloudwatch:TagResource" },
    PutLogAlarm: ["cloudwatch:PutLogAlarm", "iam:PassRole"] if {
        "ScheduledQueryConfiguration.Tags" | "Tags" => "cloudwatch:TagResource",
    },
    PutManagedInsightRules: ["cloudwatch:PutManagedInsightRules"] if {
        "ManagedRules.Tags" => "cloudwatch:TagResource",
    },
    PutMetricAlarm: ["cloudwatch:PutMetricAlarm"] if {
        "AlarmActions (of EC2 or Systems Manager)" => "iam:CreateServiceLinkedRole",
        "Tags" => "cloudwatch:TagResource",
    },
    PutMetricStream: ["cloudwatch:PutMetricStream", "iam:PassRole"] if { "Tags" => "cloudwatch:TagResource" },
    TagResource: ["cloudwatch:TagResource"] never ["oam:TagResource"],
    UntagResource: ["cloudwatch:UntagResource"] never ["oam:UntagResource"],
}
