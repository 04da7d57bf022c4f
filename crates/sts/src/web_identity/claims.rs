//! What a token says. Follows RFC 7519 (JSON Web Token), and "Passing session tags using AssumeRoleWithWebIdentity" (IAM User
//! Guide) for what it says to AWS alone.

use awsproto::{AwsError, Federation, Timestamp, WebIdentity};
use serde_json::{Map, Value};

use super::{invalid, not_a_token};

const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";
/// How far a provider's clock may be ahead.
const AHEAD_S: i64 = 5 * 60;
/// Google's keys that others do not have.
const GOOGLE: &str = "accounts.google.com";

/// Keys and values of tags.
type Pairs = Vec<(String, String)>;

/// The claims of a token that everybody's has, and all of them.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) issuer: String,
    subject: String,
    /// For whom it was made out; who asked for it, if it says so, before the others.
    audiences: Vec<String>,
    expires_s: i64,
    from_s: i64,
    all: Map<String, Value>,
}

impl Claims {
    pub(super) fn read(payload: &[u8]) -> Result<Claims, AwsError> {
        let all: Map<String, Value> = serde_json::from_slice(payload).map_err(|_| not_a_token())?;
        let missing = |name: &str| invalid(format!("Missing a required claim: {name}"));
        let text = |name: &str| all.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
        let seconds = |name: &str| all.get(name).and_then(Value::as_i64);
        let required = |name: &str| text(name).map(str::to_owned).ok_or_else(|| missing(name));
        let named = all.get("aud").map(texts).unwrap_or_default();
        if named.is_empty() {
            return Err(missing("aud"));
        }
        let issued_s = seconds("iat").ok_or_else(|| missing("iat"))?;
        Ok(Claims {
            issuer: required("iss")?,
            subject: required("sub")?,
            audiences: text("azp").map_or(named, |party| vec![party.to_owned()]),
            expires_s: seconds("exp").ok_or_else(|| missing("exp"))?,
            from_s: seconds("nbf").map_or(issued_s, |from| from.max(issued_s)),
            all,
        })
    }

    /// The first for whom it was made out.
    pub(super) fn audience(&self) -> &str {
        self.audiences.first().map(String::as_str).unwrap_or_default()
    }

    pub(super) fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audiences.iter().map(String::as_str)
    }

    pub(super) fn check_time(&self, now: Timestamp) -> Result<(), AwsError> {
        let (now, expires) = (now.as_secs(), self.expires_s);
        if now >= expires {
            let sentence = format!(
                "Token expired: current date/time {now} must be before the expiration date/time {expires}"
            );
            return Err(AwsError::new("ExpiredTokenException", sentence));
        }
        match self.from_s > now.saturating_add(AHEAD_S) {
            true => Err(invalid(format!(
                "Token is not valid yet: current date/time {now} must not be before {}",
                self.from_s
            ))),
            false => Ok(()),
        }
    }

    /// Who it is, by what the issuer's keys are called in conditions.
    pub(super) fn into_identity(
        self,
        provider: String,
        prefix: &str,
        audience: String,
    ) -> Result<WebIdentity, AwsError> {
        let mut keys = vec![("aud", vec![audience.clone()]), ("sub", vec![self.subject.clone()])];
        let listed = |name: &str| self.all.get(name).map(texts).filter(|values| !values.is_empty());
        keys.extend(listed("amr").map(|values| ("amr", values)));
        if prefix == GOOGLE {
            keys.extend(listed("aud").map(|values| ("oaud", values)));
            keys.extend(listed("email").map(|values| ("email", values)));
        }
        let keys = keys.into_iter().map(|(name, values)| (format!("{prefix}:{name}"), values)).collect();
        let (tags, transitive_tag_keys) = self.tags()?;
        Ok(WebIdentity {
            federation: Federation { provider, keys },
            audience,
            source_identity: self.all.get(SOURCE_IDENTITY).and_then(Value::as_str).map(str::to_owned),
            tags,
            transitive_tag_keys,
            subject: self.subject,
        })
    }

    /// The session tags, and which of them are transitive: in one claim, or each in a claim of its own, from providers that
    /// have only flat ones.
    fn tags(&self) -> Result<(Pairs, Vec<String>), AwsError> {
        let nested = |name: &str| self.all.get(TAGS).and_then(|it| it.get(name));
        let flat = format!("{TAGS}/principal_tags/");
        let mut tags = Vec::new();
        for (key, value) in nested("principal_tags").and_then(Value::as_object).into_iter().flatten() {
            tags.push((key.clone(), tag_value(key, value)?));
        }
        for (name, value) in &self.all {
            if let Some(key) = name.strip_prefix(&flat) {
                tags.push((key.to_owned(), tag_value(key, value)?));
            }
        }
        let transitive = nested("transitive_tag_keys");
        let transitive = transitive.or_else(|| self.all.get(&format!("{TAGS}/transitive_tag_keys")));
        Ok((tags, transitive.map(texts).unwrap_or_default()))
    }
}

/// A tag has one value, though the claim has a list for it.
fn tag_value(key: &str, value: &Value) -> Result<String, AwsError> {
    match texts(value).as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(invalid(format!("The session tag {key} must have one value."))),
    }
}

/// A text, or those of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}
