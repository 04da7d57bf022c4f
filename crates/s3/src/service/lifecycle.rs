//! Rules about old objects, as they are sent and shown.
//!
//! Follows PutBucketLifecycleConfiguration (Amazon S3 API Reference) and "Lifecycle configuration elements" (Amazon S3 User
//! Guide).

use std::collections::{BTreeMap, BTreeSet};

use model::bucket::{
    Bucket as Row, Expiration, FilterForm, LifecycleRule as Rule, NoncurrentTransition, Transition as Move,
    TransitionMinimum, TransitionTime,
};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::errors::{error, invalid_argument};
use super::settings::malformed;
use super::{S3Service, moment, time};

/// Rules of one bucket.
const RULES_MAX: usize = 1000;
/// Characters of a rule's name.
const ID_MAX: usize = 255;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// The most former versions that a rule can leave.
const KEPT_MAX: i32 = 100;

/// Classes that objects are moved to, each with the least days after which AWS lets them be.
const CLASSES: &[(&str, i32)] = &[
    ("STANDARD_IA", 30),
    ("INTELLIGENT_TIERING", 0),
    ("ONEZONE_IA", 30),
    ("GLACIER_IR", 0),
    ("GLACIER", 0),
    ("DEEP_ARCHIVE", 0),
];

impl S3Service {
    pub(super) async fn set_lifecycle(
        &self,
        request: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketLifecycleConfigurationOutput>> {
        let input = &request.input;
        let minimum = match input.transition_default_minimum_object_size.as_ref().map(|it| it.as_str()) {
            None | Some("all_storage_classes_128K") => TransitionMinimum::All128K,
            Some("varies_by_storage_class") => TransitionMinimum::VariesByClass,
            Some(_) => return Err(malformed()),
        };
        let sent = input.lifecycle_configuration.as_ref().ok_or_else(malformed)?;
        let rules = rules(&sent.rules, || format!("{:032x}", self.around.bits()))?;
        let bucket = input.bucket.clone();
        let change = move |row: &mut Row| (row.lifecycle, row.transition_minimum) = (rules, minimum);
        self.set(&request, &bucket, change).await?;
        let transition_default_minimum_object_size = Some(shown_minimum(minimum));
        Ok(S3Response::new(PutBucketLifecycleConfigurationOutput { transition_default_minimum_object_size }))
    }
}

pub(super) fn show(row: &Row) -> S3Result<S3Response<GetBucketLifecycleConfigurationOutput>> {
    if row.lifecycle.is_empty() {
        let message = "The lifecycle configuration does not exist";
        return Err(error(S3ErrorCode::NoSuchLifecycleConfiguration, message));
    }
    Ok(S3Response::new(GetBucketLifecycleConfigurationOutput {
        rules: Some(row.lifecycle.iter().map(shown).collect()),
        transition_default_minimum_object_size: Some(shown_minimum(row.transition_minimum)),
    }))
}

fn shown_minimum(minimum: TransitionMinimum) -> TransitionDefaultMinimumObjectSize {
    TransitionDefaultMinimumObjectSize::from_static(match minimum {
        TransitionMinimum::All128K => "all_storage_classes_128K",
        TransitionMinimum::VariesByClass => "varies_by_storage_class",
    })
}

fn rules(sent: &[LifecycleRule], mut new_id: impl FnMut() -> String) -> S3Result<Vec<Rule>> {
    if sent.is_empty() || sent.len() > RULES_MAX {
        return Err(malformed());
    }
    let mut ids = BTreeSet::new();
    let mut rules = Vec::with_capacity(sent.len());
    for it in sent {
        let id = it.id.clone().filter(|it| !it.is_empty()).unwrap_or_else(&mut new_id);
        if id.chars().count() > ID_MAX {
            let message = "ID length should not exceed allowed limit of 255";
            return Err(invalid_argument("ID", id, message));
        }
        if !ids.insert(id.clone()) {
            let message = "Rule ID must be unique. Found same ID for more than one rule";
            return Err(invalid_argument("ID", id, message));
        }
        rules.push(rule(it, id)?);
    }
    Ok(rules)
}

fn rule(sent: &LifecycleRule, id: String) -> S3Result<Rule> {
    let enabled = match sent.status.as_str() {
        "Enabled" => true,
        "Disabled" => false,
        _ => return Err(malformed()),
    };
    let mut rule = Rule { id, enabled, ..filter(sent)? };
    rule.expiration = sent.expiration.as_ref().map(expiration).transpose()?;
    if let Some(it) = &sent.noncurrent_version_expiration {
        let days = it.noncurrent_days.ok_or_else(malformed)?;
        rule.noncurrent_days = Some(positive(days, "NoncurrentDays", "NoncurrentVersionExpiration")?);
        rule.noncurrent_kept = it.newer_noncurrent_versions.map(kept).transpose()?;
    }
    if let Some(it) = &sent.abort_incomplete_multipart_upload {
        let days = it.days_after_initiation.ok_or_else(malformed)?;
        rule.abort_upload_days =
            Some(positive(days, "DaysAfterInitiation", "AbortIncompleteMultipartUpload")?);
    }
    rule.transitions = sent.transitions.iter().flatten().map(transition).collect::<S3Result<_>>()?;
    rule.noncurrent_transitions = sent
        .noncurrent_version_transitions
        .iter()
        .flatten()
        .map(former_transition)
        .collect::<S3Result<_>>()?;
    check_together(&rule)?;
    Ok(rule)
}

/// A rule that is only about what its filter says.
fn filter(sent: &LifecycleRule) -> S3Result<Rule> {
    let (Some(it), None) = (&sent.filter, &sent.prefix) else {
        return match (&sent.filter, &sent.prefix) {
            (None, Some(prefix)) => {
                Ok(Rule { prefix: prefix.clone(), form: FilterForm::Prefix, ..Rule::default() })
            }
            _ => Err(malformed()),
        };
    };
    let sizes = [it.object_size_greater_than.is_some(), it.object_size_less_than.is_some()];
    let said = [it.and.is_some(), it.prefix.is_some(), it.tag.is_some(), sizes[0], sizes[1]];
    let rule = match said.iter().filter(|it| **it).count() {
        0 => Rule { form: FilterForm::Empty, ..Rule::default() },
        1 => match &it.and {
            Some(all) => Rule {
                form: FilterForm::And,
                prefix: all.prefix.clone().unwrap_or_default(),
                tags: tags(all.tags.as_deref().unwrap_or_default())?,
                larger_than: all.object_size_greater_than,
                smaller_than: all.object_size_less_than,
                ..Rule::default()
            },
            None => Rule {
                prefix: it.prefix.clone().unwrap_or_default(),
                tags: tags(it.tag.as_slice())?,
                larger_than: it.object_size_greater_than,
                smaller_than: it.object_size_less_than,
                ..Rule::default()
            },
        },
        _ => return Err(malformed()),
    };
    check_sizes(&rule)?;
    Ok(rule)
}

fn check_sizes(rule: &Rule) -> S3Result<()> {
    if let (Some(more), Some(less)) = (rule.larger_than, rule.smaller_than)
        && more >= less
    {
        let message = "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'";
        return Err(error(S3ErrorCode::InvalidRequest, message));
    }
    let sizes =
        [("ObjectSizeGreaterThan", rule.larger_than, 0), ("ObjectSizeLessThan", rule.smaller_than, 1)];
    for (name, size, least) in sizes {
        if let Some(size) = size.filter(|it| *it < least) {
            let message = format!("'{name}' has to be a value greater than or equal to {least}");
            return Err(invalid_argument(name, size, message));
        }
    }
    Ok(())
}

fn tags(set: &[Tag]) -> S3Result<BTreeMap<String, String>> {
    let mut tags = BTreeMap::new();
    for tag in set {
        let key = tag.key.clone().filter(|it| !it.is_empty() && it.chars().count() <= 128);
        let key =
            key.ok_or_else(|| error(S3ErrorCode::InvalidTag, "The TagKey you have provided is invalid"))?;
        if tags.insert(key, tag.value.clone().unwrap_or_default()).is_some() {
            return Err(error(S3ErrorCode::InvalidRequest, "Duplicate Tag Keys are not allowed."));
        }
    }
    Ok(tags)
}

fn expiration(sent: &LifecycleExpiration) -> S3Result<Expiration> {
    match (sent.days, &sent.date, sent.expired_object_delete_marker) {
        (Some(days), None, None) => Ok(Expiration::Days(positive(days, "Days", "Expiration")?)),
        (None, Some(date), None) => Ok(Expiration::Date(midnight(date)?)),
        (None, None, Some(true)) => Ok(Expiration::LoneDeleteMarker),
        // That nothing ends is not an expiration.
        (None, None, Some(false)) => Err(no_action()),
        _ => Err(malformed()),
    }
}

fn positive(days: i32, name: &'static str, action: &str) -> S3Result<i32> {
    match days > 0 {
        true => Ok(days),
        false => {
            let message = format!("'{name}' for {action} action must be a positive integer");
            Err(invalid_argument(name, days, message))
        }
    }
}

fn kept(versions: i32) -> S3Result<i32> {
    match (1..=KEPT_MAX).contains(&versions) {
        true => Ok(versions),
        false => {
            let message = "'NewerNoncurrentVersions' must be an integer between 1 and 100";
            Err(invalid_argument("NewerNoncurrentVersions", versions, message))
        }
    }
}

fn midnight(date: &Timestamp) -> S3Result<model::timestamp::Timestamp> {
    let date = moment(date);
    match date.as_millis() % DAY_MS == 0 {
        true => Ok(date),
        false => Err(error(S3ErrorCode::InvalidArgument, "'Date' must be at midnight GMT")),
    }
}

/// The class of a move, and the least days before it.
fn class(sent: Option<&TransitionStorageClass>) -> S3Result<(&'static str, i32)> {
    let asked = sent.ok_or_else(malformed)?.as_str();
    CLASSES.iter().find(|(name, _)| *name == asked).copied().ok_or_else(malformed)
}

fn transition(sent: &Transition) -> S3Result<Move> {
    let (name, least) = class(sent.storage_class.as_ref())?;
    let when = match (sent.days, &sent.date) {
        (Some(days), None) => TransitionTime::Days(late(days, least, name, "Transition")?),
        (None, Some(date)) => TransitionTime::Date(midnight(date)?),
        _ => return Err(malformed()),
    };
    Ok(Move { when, class: name.to_owned() })
}

fn former_transition(sent: &NoncurrentVersionTransition) -> S3Result<NoncurrentTransition> {
    let (name, least) = class(sent.storage_class.as_ref())?;
    let days = late(sent.noncurrent_days.ok_or_else(malformed)?, least, name, "NoncurrentVersionTransition")?;
    let kept = sent.newer_noncurrent_versions.map(kept).transpose()?;
    Ok(NoncurrentTransition { days, kept, class: name.to_owned() })
}

fn late(days: i32, least: i32, class: &str, action: &str) -> S3Result<i32> {
    if days < 0 {
        let message = format!("'Days' in {action} action must be nonnegative");
        return Err(invalid_argument("Days", days, message));
    }
    if days < least {
        let message = format!(
            "'Days' in {action} action must be greater than or equal to {least} for storageClass '{class}'"
        );
        return Err(invalid_argument("Days", days, message));
    }
    Ok(days)
}

/// What parts of a rule say of each other.
fn check_together(rule: &Rule) -> S3Result<()> {
    let acts = rule.expiration.is_some()
        || rule.noncurrent_days.is_some()
        || rule.abort_upload_days.is_some()
        || !rule.transitions.is_empty()
        || !rule.noncurrent_transitions.is_empty();
    if !acts {
        return Err(no_action());
    }
    let invalid = |message: String| Err(error(S3ErrorCode::InvalidRequest, message));
    let is_narrowed = [
        (!rule.tags.is_empty(), "Tags"),
        (rule.larger_than.is_some() || rule.smaller_than.is_some(), "Object Size"),
    ];
    for what in is_narrowed.iter().filter(|(is, _)| *is).map(|(_, what)| what) {
        if rule.abort_upload_days.is_some() {
            return invalid(format!("AbortIncompleteMultipartUpload cannot be specified with {what}."));
        }
        if rule.expiration == Some(Expiration::LoneDeleteMarker) && *what == "Tags" {
            return invalid(format!("ExpiredObjectDeleteMarker cannot be specified with {what}."));
        }
    }
    let place = format!("'(prefix={})'", rule.prefix);
    let mut days: Vec<i32> = Vec::new();
    for it in &rule.transitions {
        if let TransitionTime::Days(it) = it.when {
            days.push(it);
        }
    }
    let by_days = !days.is_empty() || matches!(rule.expiration, Some(Expiration::Days(_)));
    let by_date = days.len() < rule.transitions.len() || matches!(rule.expiration, Some(Expiration::Date(_)));
    if by_days && by_date {
        return invalid(format!(
            "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter {place}"
        ));
    }
    let last = days.iter().max();
    if let (Some(Expiration::Days(end)), Some(last)) = (rule.expiration, last)
        && end <= *last
    {
        let message = format!(
            "'Days' in the Expiration action for filter {place} must be greater than 'Days' in the Transition action"
        );
        return Err(error(S3ErrorCode::InvalidArgument, message));
    }
    let last = rule.noncurrent_transitions.iter().map(|it| it.days).max();
    if let (Some(end), Some(last)) = (rule.noncurrent_days, last)
        && end <= last
    {
        let message = format!(
            "'NoncurrentDays' in the NoncurrentVersionExpiration action for filter {place} must be greater than \
             'NoncurrentDays' in the NoncurrentVersionTransition action"
        );
        return Err(error(S3ErrorCode::InvalidArgument, message));
    }
    check_classes(rule)
}

fn check_classes(rule: &Rule) -> S3Result<()> {
    let current: Vec<&str> = rule.transitions.iter().map(|it| it.class.as_str()).collect();
    let former: Vec<&str> = rule.noncurrent_transitions.iter().map(|it| it.class.as_str()).collect();
    for (classes, action) in [(current, "Transition"), (former, "NoncurrentVersionTransition")] {
        let mut seen = BTreeSet::new();
        if let Some(twice) = classes.iter().find(|it| !seen.insert(**it)) {
            let message = format!("'StorageClass' must be different for '{action}' actions in same 'Rule'");
            return Err(invalid_argument("StorageClass", twice, message));
        }
    }
    Ok(())
}

fn no_action() -> S3Error {
    error(S3ErrorCode::InvalidRequest, "At least one action needs to be specified in a rule")
}

fn shown(rule: &Rule) -> LifecycleRule {
    let expiration = rule.expiration.map(|it| match it {
        Expiration::Days(days) => LifecycleExpiration { days: Some(days), ..LifecycleExpiration::default() },
        Expiration::Date(date) => {
            LifecycleExpiration { date: Some(time(date)), ..LifecycleExpiration::default() }
        }
        Expiration::LoneDeleteMarker => {
            LifecycleExpiration { expired_object_delete_marker: Some(true), ..LifecycleExpiration::default() }
        }
    });
    let status = if rule.enabled { "Enabled" } else { "Disabled" };
    LifecycleRule {
        id: Some(rule.id.clone()),
        status: ExpirationStatus::from_static(status),
        filter: shown_filter(rule),
        prefix: Some(rule.prefix.clone()).filter(|_| rule.form == FilterForm::Prefix),
        expiration,
        noncurrent_version_expiration: rule.noncurrent_days.map(|days| NoncurrentVersionExpiration {
            noncurrent_days: Some(days),
            newer_noncurrent_versions: rule.noncurrent_kept,
        }),
        abort_incomplete_multipart_upload: rule
            .abort_upload_days
            .map(|days| AbortIncompleteMultipartUpload { days_after_initiation: Some(days) }),
        transitions: Some(rule.transitions.iter().map(shown_move).collect())
            .filter(|it: &Vec<_>| !it.is_empty()),
        noncurrent_version_transitions: Some(
            rule.noncurrent_transitions.iter().map(shown_former_move).collect(),
        )
        .filter(|it: &Vec<_>| !it.is_empty()),
    }
}

fn shown_filter(rule: &Rule) -> Option<LifecycleRuleFilter> {
    let tags = super::to_tag_set(&rule.tags);
    let sizes = (rule.larger_than, rule.smaller_than);
    match rule.form {
        FilterForm::Prefix => None,
        FilterForm::Empty => Some(LifecycleRuleFilter::default()),
        FilterForm::And => Some(LifecycleRuleFilter {
            and: Some(LifecycleRuleAndOperator {
                prefix: Some(rule.prefix.clone()).filter(|it| !it.is_empty()),
                tags: Some(tags).filter(|it| !it.is_empty()),
                object_size_greater_than: sizes.0,
                object_size_less_than: sizes.1,
            }),
            ..LifecycleRuleFilter::default()
        }),
        FilterForm::One => {
            let tag = tags.into_iter().next();
            let is_prefix = tag.is_none() && sizes == (None, None);
            Some(LifecycleRuleFilter {
                prefix: Some(rule.prefix.clone()).filter(|_| is_prefix),
                tag,
                object_size_greater_than: sizes.0,
                object_size_less_than: sizes.1,
                and: None,
            })
        }
    }
}

fn shown_move(it: &Move) -> Transition {
    let (days, date) = match it.when {
        TransitionTime::Days(days) => (Some(days), None),
        TransitionTime::Date(date) => (None, Some(time(date))),
    };
    Transition { days, date, storage_class: Some(TransitionStorageClass::from(it.class.clone())) }
}

fn shown_former_move(it: &NoncurrentTransition) -> NoncurrentVersionTransition {
    NoncurrentVersionTransition {
        noncurrent_days: Some(it.days),
        newer_noncurrent_versions: it.kept,
        storage_class: Some(TransitionStorageClass::from(it.class.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> LifecycleRule {
        LifecycleRule {
            status: ExpirationStatus::from_static("Enabled"),
            filter: Some(LifecycleRuleFilter { prefix: Some("a/".to_owned()), ..Default::default() }),
            expiration: Some(LifecycleExpiration { days: Some(1), ..Default::default() }),
            abort_incomplete_multipart_upload: None,
            id: None,
            noncurrent_version_expiration: None,
            noncurrent_version_transitions: None,
            prefix: None,
            transitions: None,
        }
    }

    fn checked(rule: LifecycleRule) -> Result<Rule, String> {
        let said = |it: S3Error| format!("{} {}", it.code().as_str(), it.message().unwrap_or_default());
        rules(&[rule], || "new".to_owned()).map(|it| it[0].clone()).map_err(said)
    }

    fn moved(class: &'static str, days: i32) -> Option<Vec<Transition>> {
        let storage_class = Some(TransitionStorageClass::from_static(class));
        Some(vec![Transition { days: Some(days), date: None, storage_class }])
    }

    #[test]
    fn a_rule_is_shown_as_it_was_sent() {
        let both = LifecycleRuleAndOperator {
            prefix: Some("a/".to_owned()),
            tags: Some(vec![Tag { key: Some("k".to_owned()), value: Some("v".to_owned()) }]),
            ..Default::default()
        };
        let filters = [
            sent().filter.unwrap(),
            LifecycleRuleFilter::default(),
            LifecycleRuleFilter { object_size_less_than: Some(9), ..Default::default() },
            LifecycleRuleFilter { and: Some(both), ..Default::default() },
        ];
        for filter in filters {
            let rule = LifecycleRule { filter: Some(filter), id: Some("own".to_owned()), ..sent() };
            let shown = shown(&checked(rule.clone()).unwrap());
            assert_eq!(shown, rule);
        }
        let old = LifecycleRule { filter: None, prefix: Some("b".to_owned()), ..sent() };
        assert_eq!(shown(&checked(old.clone()).unwrap()).prefix, old.prefix);
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_awss_words() {
        let refused = |rule| checked(rule).unwrap_err();
        let nothing = LifecycleRule { expiration: None, ..sent() };
        assert!(refused(nothing).contains("At least one action needs to be specified in a rule"));
        let never = LifecycleExpiration { days: Some(0), ..Default::default() };
        assert_eq!(
            refused(LifecycleRule { expiration: Some(never), ..sent() }),
            "InvalidArgument 'Days' for Expiration action must be a positive integer"
        );
        assert!(refused(LifecycleRule { filter: None, ..sent() }).starts_with("MalformedXML"));
        assert!(refused(LifecycleRule { transitions: moved("STANDARD_IA", 10), ..sent() }).contains("30"));
        assert!(
            refused(LifecycleRule { transitions: moved("GLACIER", 1), ..sent() }).contains("greater than")
        );
        assert!(refused(LifecycleRule { transitions: moved("STANDARD", 1), ..sent() }).contains("Malformed"));
        let lower = ExpirationStatus::from_static("enabled");
        assert!(refused(LifecycleRule { status: lower, ..sent() }).starts_with("MalformedXML"));
        let twice = LifecycleRule { id: Some("a".to_owned()), ..sent() };
        assert!(rules(&[twice.clone(), twice], String::new).is_err());
    }
}
