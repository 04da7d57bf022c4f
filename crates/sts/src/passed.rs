//! What is passed to a session: policies that bound it, and tags.
//!
//! Follows "Pass session tags in AWS STS" (IAM User Guide) and "IAM and AWS STS quotas".

use awsproto::constraints::violation;
use awsproto::{AwsError, Session, tags};
use model::managed_policy;
use model::{AccountId, Tags, World};
use policy::{Document, Kind};

use crate::shapes::{PolicyDescriptorType, Tag};

/// "The plaintext that you use for both inline and managed session policies can't exceed 2,048 characters."
const POLICIES_CHARACTERS_MAX: usize = 2_048;
/// Managed policies that can be passed.
const POLICY_ARNS_MAX: usize = 10;
/// What policies and tags may come to when they are packed. AWS publishes neither how it packs nor how much there may be.
const PACKED_BYTES_MAX: usize = 4_096;

/// Puts policies that bound a session into it.
pub(crate) fn bound(
    session: &mut Session,
    world: &World,
    account: AccountId,
    policy: Option<String>,
    arns: Vec<PolicyDescriptorType>,
) -> Result<(), AwsError> {
    let arns: Vec<String> = arns.into_iter().filter_map(|it| it.arn).collect();
    if arns.len() > POLICY_ARNS_MAX {
        let listed = format!("[{}]", arns.join(", "));
        let rule = format!("have length less than or equal to {POLICY_ARNS_MAX}");
        return Err(violation(&listed, "policyArns", &rule));
    }
    let characters: usize = policy.iter().chain(&arns).map(|text| text.chars().count()).sum();
    if characters > POLICIES_CHARACTERS_MAX {
        let rule = format!("have length less than or equal to {POLICIES_CHARACTERS_MAX}");
        return Err(violation(policy.as_deref().unwrap_or_default(), "policy", &rule));
    }
    for arn in &arns {
        managed_policy::find(world, account, arn)
            .map_err(|_| malformed(format!("The policy {arn} does not exist or is not attachable.")))?;
    }
    if let Some(text) = policy {
        session.policies.push(Document::parse(&text, Kind::Session).map_err(|it| malformed(it.to_string()))?);
    }
    session.policy_arns = arns;
    Ok(())
}

/// Gives a session its tags, after those that come down from the session that begins it.
pub(crate) fn tag(
    session: &mut Session,
    beginner: Option<&Session>,
    sent: Vec<Tag>,
    transitive: Vec<String>,
) -> Result<(), AwsError> {
    let own = checked(sent)?;
    let missing = |key: &&String| !own.keys().any(|known| known.eq_ignore_ascii_case(key));
    if transitive.iter().find(missing).is_some() {
        return Err(invalid("The specified transitive tag key must be included in the requested tags."));
    }
    let (mut inherited, mut keys) = inherited(beginner);
    if own.keys().any(|key| inherited.keys().any(|known| known.eq_ignore_ascii_case(key))) {
        return Err(invalid(
            "One or more of the specified transitive tag keys can't be set because they conflict with the transitive tag \
             keys from the calling session.",
        ));
    }
    inherited.extend(own);
    keys.extend(transitive);
    (session.tags, session.transitive_tag_keys) = (inherited, keys);
    Ok(())
}

/// The tags that a session's sessions have as well.
fn inherited(beginner: Option<&Session>) -> (Tags, Vec<String>) {
    let Some(beginner) = beginner else { return (Tags::new(), Vec::new()) };
    let keys = beginner.transitive_tag_keys.clone();
    let is_transitive = |key: &String| keys.iter().any(|transitive| transitive.eq_ignore_ascii_case(key));
    let tags = beginner.tags.iter().filter(|(key, _)| is_transitive(key));
    (tags.map(|(key, value)| (key.clone(), value.clone())).collect(), keys)
}

/// "Tag keys … are not case sensitive"; their number, lengths and letters were checked with the request.
fn checked(sent: Vec<Tag>) -> Result<Tags, AwsError> {
    let mut keys: Vec<String> =
        sent.iter().filter_map(|tag| tag.key.as_deref().map(str::to_lowercase)).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
    }
    tags::checked(sent.into_iter().map(|tag| (tag.key, tag.value)))
}

/// By how much of a hundred policies and tags fill what there is for them; nothing, if none are passed.
pub(crate) fn packed_size(session: &Session) -> Result<Option<i32>, AwsError> {
    let policies: usize = session.policies.iter().map(Document::counted_length).sum();
    let policies = policies + session.policy_arns.iter().map(String::len).sum::<usize>();
    let tags: usize = session.tags.iter().map(|(key, value)| key.len() + value.len()).sum();
    let percent = (policies + tags).saturating_mul(100).div_ceil(PACKED_BYTES_MAX);
    let refused = |what: &str| {
        let sentence = format!("Packed size of {what} consumes {percent}% of allotted space.");
        Err(AwsError::new("PackedPolicyTooLarge", sentence))
    };
    match percent {
        0 => Ok(None),
        1..=100 => Ok(i32::try_from(percent).ok()),
        _ if tags == 0 => refused("session policies"),
        _ if policies == 0 => refused("session tags"),
        _ => refused("session policies and session tags"),
    }
}

fn malformed(sentence: String) -> AwsError {
    AwsError::new("MalformedPolicyDocument", sentence)
}

fn invalid(sentence: &str) -> AwsError {
    AwsError::invalid_parameter_value(sentence)
}
