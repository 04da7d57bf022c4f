//! Batches: several messages in one request, each with what comes of it.
//!
//! Follows "Amazon SQS batch actions" (Amazon SQS Developer Guide).

use std::collections::BTreeSet;

use awsproto::AwsError;

use crate::shapes::BatchResultErrorEntry;

/// Entries of a batch.
const ENTRIES_MAX: usize = 10;
/// Letters of an entry's identifier.
const ID_MAX: usize = 80;

/// Checks how many entries there are, and what they are called.
pub(crate) fn check<'a>(entry: &str, ids: impl Iterator<Item = &'a Option<String>>) -> Result<(), AwsError> {
    let ids: Vec<&str> = ids.map(|it| it.as_deref().unwrap_or_default()).collect();
    if ids.is_empty() {
        let sentence = format!("There should be at least one {entry} in the request.");
        return Err(AwsError::new("EmptyBatchRequest", sentence));
    }
    if ids.len() > ENTRIES_MAX {
        let sentence =
            format!("Maximum number of entries per request are {ENTRIES_MAX}. You have sent {}.", ids.len());
        return Err(AwsError::new("TooManyEntriesInBatchRequest", sentence));
    }
    let is_letter = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    if ids.iter().any(|it| it.is_empty() || it.len() > ID_MAX || !it.chars().all(is_letter)) {
        let sentence = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at \
                        most 80 letters long.";
        return Err(AwsError::new("InvalidBatchEntryId", sentence));
    }
    let mut seen = BTreeSet::new();
    match ids.into_iter().find(|it| !seen.insert(*it)) {
        Some(id) => Err(AwsError::new("BatchEntryIdsNotDistinct", format!("Id {id} repeated."))),
        None => Ok(()),
    }
}

/// What a batch says of an entry that failed.
pub(crate) fn failed(id: String, error: &AwsError) -> BatchResultErrorEntry {
    BatchResultErrorEntry {
        code: Some(error.code.clone().into_owned()),
        id: Some(id),
        message: Some(error.message.clone()),
        sender_fault: Some(error.status < 500),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go(ids: &[&str]) -> String {
        let ids: Vec<Option<String>> = ids.iter().map(|it| Some((*it).to_owned())).collect();
        check("SendMessageBatchRequestEntry", ids.iter())
            .map_or_else(|it| it.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn a_batch_has_one_to_ten_entries_with_names_of_their_own() {
        assert_eq!(go(&["a", "b-_1"]), "fine");
        let empty =
            "EmptyBatchRequest: There should be at least one SendMessageBatchRequestEntry in the request.";
        assert_eq!(go(&[]), empty);
        let many =
            "TooManyEntriesInBatchRequest: Maximum number of entries per request are 10. You have sent 11.";
        assert_eq!(go(&["a"; 11]), many);
        assert_eq!(go(&["a", "a"]), "BatchEntryIdsNotDistinct: Id a repeated.");
        for id in ["", "a b", &"a".repeat(81)] {
            assert!(go(&[id]).starts_with("InvalidBatchEntryId"), "{id}");
        }
    }
}
