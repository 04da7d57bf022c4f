//! Which calls are data events: what is done with what is in a resource, not with the resource. A trail has them if somebody
//! asks for them, and LookupEvents never.
//!
//! Follows "Logging data events" (AWS CloudTrail User Guide): "LookupEvents … management events".

/// Operations, by service. Those of Amazon S3 are known where its requests are.
const OPERATIONS: [(&str, &[&str]); 4] = [
    ("logs", &["FilterLogEvents", "GetLogEvents", "GetLogRecord", "PutLogEvents"]),
    ("monitoring", &["GetMetricData", "GetMetricStatistics", "ListMetrics", "PutMetricData"]),
    ("sns", &["Publish", "PublishBatch"]),
    (
        "sqs",
        &[
            "ChangeMessageVisibility",
            "ChangeMessageVisibilityBatch",
            "DeleteMessage",
            "DeleteMessageBatch",
            "ReceiveMessage",
            "SendMessage",
            "SendMessageBatch",
        ],
    ),
];

/// Whether a call of an operation is one.
pub fn is_data_event(service: &str, operation: &str) -> bool {
    OPERATIONS.iter().any(|(name, operations)| *name == service && operations.contains(&operation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_data_and_queues_are_managed() {
        assert!(is_data_event("sqs", "ReceiveMessage") && is_data_event("sns", "Publish"));
        assert!(is_data_event("logs", "PutLogEvents") && !is_data_event("logs", "CreateLogStream"));
        assert!(!is_data_event("sns", "Subscribe"));
        assert!(!is_data_event("sqs", "PurgeQueue") && !is_data_event("sns", "ReceiveMessage"));
    }
}
