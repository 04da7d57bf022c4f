//! Signature Version 4: who signed a request, and whether the signature holds.
//!
//! Follows "Signature Version 4 for API requests" (IAM User Guide): header and query (presigned)
//! forms, session tokens, the scope. Chunked uploads (S3's own) and SigV4A (ECDSA) are not here.

use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::percent;
use crate::service::{ErrorNames, Protocol};
use hmac::{Hmac, KeyInit, Mac};
use model::Timestamp;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::time::Duration;

/// How far clocks may differ, for most services.
pub const SKEW: Duration = Duration::from_secs(5 * 60);
/// How far clocks may differ for IAM and STS.
pub const SKEW_OF_IDENTITY: Duration = Duration::from_secs(15 * 60);
/// The longest life of a presigned request: seven days.
pub const EXPIRES_MAX_S: u64 = 604_800;

/// How long a presigned request to STS holds.
const STS_EXPIRES_S: u64 = 15 * 60;

/// Operations that nobody signs ("does not require the use of AWS security credentials", STS API Reference).
const UNSIGNED_OPERATIONS: [(&str, &str); 2] =
    [("sts", "AssumeRoleWithSAML"), ("sts", "AssumeRoleWithWebIdentity")];

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// A request as it was on the wire.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// `POST`.
    pub method: &'a str,
    /// The path, still encoded.
    pub path: &'a str,
    /// What followed the `?`, still encoded; empty if nothing did.
    pub query: &'a str,
    /// All headers in their order, names in any case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: Payload<'a>,
}

/// A request's body, as far as its signature goes.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// One that is on disk, by its SHA-256.
    Streamed(&'a [u8; 32]),
}

impl Payload<'_> {
    fn sha256(self) -> String {
        match self {
            Payload::Whole(bytes) => hex(&Sha256::digest(bytes)),
            Payload::Streamed(digest) => hex(digest),
        }
    }
}

/// The first half of a signature: whose key, and for which day, region and service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialScope {
    /// `AKIA…` or `ASIA…`.
    pub access_key_id: String,
    /// `20260101`.
    pub date: String,
    /// `us-east-1`.
    pub region: String,
    /// `ec2`.
    pub service: String,
}

/// All a request says about its signature; not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// Whose key, and for what.
    pub scope: CredentialScope,
    /// Names of signed headers, in small letters, sorted.
    pub signed_headers: Vec<String>,
    /// 64 hexadecimal digits.
    pub signature: String,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// For how many seconds it holds, if it is presigned.
    pub expires_s: Option<u64>,
    /// The token that came with temporary credentials.
    pub session_token: Option<String>,
}

/// What is on record for an access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The secret access key.
    pub key: String,
    /// The token that must come with it, for temporary credentials.
    pub session_token: Option<String>,
    /// When temporary credentials end.
    pub expires: Option<Timestamp>,
}

/// Why a signature is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// There is none.
    Unsigned,
    /// There is something, but not a signature; the sentence says what is wrong.
    Malformed(String),
    /// No such access key. The caller may decide to know it after all.
    UnknownKey(Box<Authorization>),
    /// The signature is another than ours.
    Mismatch {
        /// What we hashed.
        canonical_request: String,
        /// What we signed.
        string_to_sign: String,
    },
    /// A part of the scope is not what it must be; the sentence says which.
    WrongScope(String),
    /// Signed too long ago.
    TooOld {
        /// When it was signed.
        signed_at: Timestamp,
        /// Our time.
        now: Timestamp,
        /// How far clocks may differ.
        skew: Duration,
    },
    /// Signed in the future.
    TooNew {
        /// When it was signed.
        signed_at: Timestamp,
        /// Our time.
        now: Timestamp,
        /// How far clocks may differ.
        skew: Duration,
    },
    /// Signed by Signature Version 2.
    OlderVersion,
    /// A presigned request after its end.
    Expired,
    /// The session token is not the one of this key.
    WrongToken,
    /// The account has not opted into the Region, which therefore does not know its keys.
    NotOptedIn,
    /// The temporary credentials have ended.
    ExpiredToken,
}

/// Reads the signature of a request without checking it.
pub fn parse(request: &SignedRequest<'_>) -> Result<Authorization, SignatureError> {
    if let Some(header) = request.header("authorization") {
        return from_header(request, header);
    }
    if request.query_value("X-Amz-Algorithm").is_some() || request.query_value("X-Amz-Signature").is_some() {
        return from_query(request);
    }
    Err(SignatureError::Unsigned)
}

/// Why a request in which [`parse`] has found no signature is not accepted. Signature Version 2, which names itself among a
/// form's parameters, deserves to be told.
pub fn unsigned(incoming: &Incoming<'_>) -> SignatureError {
    match incoming.form_value("SignatureVersion").as_deref() {
        Some("0" | "1" | "2") => SignatureError::OlderVersion,
        Some(_) | None => SignatureError::Unsigned,
    }
}

/// Whether an operation is for those who have no credentials yet: what it is given tells who they are.
pub fn needs_no_signature(service: &str, operation: &str) -> bool {
    UNSIGNED_OPERATIONS.contains(&(service, operation))
}

/// Checks the signature that [`parse`] has read from a request. `lookup` is asked for the key's secret.
pub fn verify(
    request: &SignedRequest<'_>,
    authorization: &Authorization,
    lookup: impl FnOnce(&str) -> Option<Secret>,
    now: Timestamp,
) -> Result<(), SignatureError> {
    check_time(authorization, now)?;
    let Some(secret) = lookup(&authorization.scope.access_key_id) else {
        return Err(SignatureError::UnknownKey(Box::new(authorization.clone())));
    };
    secret.check_token(authorization.session_token.as_deref(), now)?;
    check_signature(request, authorization, &secret)
}

/// The key that signs for one day, region and service.
pub fn signing_key(secret: &str, scope: &CredentialScope) -> [u8; 32] {
    let first = hmac(format!("AWS4{secret}").as_bytes(), scope.date.as_bytes());
    [scope.region.as_str(), &scope.service, "aws4_request"]
        .iter()
        .fold(first, |key, part| hmac(&key, part.as_bytes()))
}

/// The text that is hashed into the string to sign.
pub fn canonical_request(request: &SignedRequest<'_>, authorization: &Authorization) -> String {
    let signed = &authorization.signed_headers;
    let headers: String =
        signed.iter().map(|name| format!("{name}:{}\n", request.canonical_header(name))).collect();
    [
        request.method,
        &canonical_path(request.path, &authorization.scope.service),
        &canonical_query(request.query),
        &headers,
        &signed.join(";"),
        &payload_hash(request, authorization),
    ]
    .join("\n")
}

/// The `Authorization` header that signs a request with a key. The request has its `host` and `x-amz-date` already, and
/// all of its headers are signed.
pub fn sign(request: &SignedRequest<'_>, scope: CredentialScope, secret: &str, now: Timestamp) -> String {
    let authorization = Authorization {
        scope,
        signed_headers: names_of(request.headers),
        signature: String::new(),
        signed_at: now,
        expires_s: None,
        session_token: None,
    };
    let text = string_to_sign(&canonical_request(request, &authorization), &authorization);
    format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={}",
        authorization.scope.access_key_id,
        authorization.scope.without_key(),
        authorization.signed_headers.join(";"),
        signature(&text, &authorization, secret)
    )
}

/// The query of a request that carries its own signature for `expires_s` seconds: what it has, and what signs it. All
/// headers of the request are signed.
pub fn presign(
    request: &SignedRequest<'_>,
    scope: CredentialScope,
    secret: &str,
    now: Timestamp,
    expires_s: u64,
) -> String {
    let authorization = Authorization {
        signed_headers: names_of(request.headers),
        signature: String::new(),
        signed_at: now,
        expires_s: Some(expires_s),
        session_token: None,
        scope,
    };
    let scope = &authorization.scope;
    let parameters = [
        ("X-Amz-Algorithm", ALGORITHM.to_owned()),
        ("X-Amz-Credential", format!("{}/{}", scope.access_key_id, scope.without_key())),
        ("X-Amz-Date", now.basic()),
        ("X-Amz-Expires", expires_s.to_string()),
        ("X-Amz-SignedHeaders", authorization.signed_headers.join(";")),
    ];
    let parameters =
        parameters.map(|(name, value)| format!("{name}={}", percent::encode(value.as_bytes(), false)));
    let own = Some(request.query.to_owned()).filter(|query| !query.is_empty());
    let query = own.into_iter().chain(parameters).collect::<Vec<_>>().join("&");
    let signed = SignedRequest { query: &query, ..*request };
    let text = string_to_sign(&canonical_request(&signed, &authorization), &authorization);
    format!("{query}&X-Amz-Signature={}", signature(&text, &authorization, secret))
}

/// Names of headers as signatures list them.
fn names_of(headers: &[(&str, &str)]) -> Vec<String> {
    let mut names: Vec<String> = headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    names
}

fn string_to_sign(canonical_request: &str, authorization: &Authorization) -> String {
    [
        ALGORITHM,
        &authorization.signed_at.basic(),
        &authorization.scope.without_key(),
        &hex(&Sha256::digest(canonical_request)),
    ]
    .join("\n")
}

fn signature(string_to_sign: &str, authorization: &Authorization, secret: &str) -> String {
    hex(&hmac(&signing_key(secret, &authorization.scope), string_to_sign.as_bytes()))
}

impl SignatureError {
    /// The error as the clients of a protocol know it.
    pub fn to_aws(&self, protocol: Protocol) -> AwsError {
        match protocol.error_names() {
            ErrorNames::Ec2 => self.to_ec2(),
            ErrorNames::Plain => self.to_query(),
            ErrorNames::Exceptions => self.to_json(),
        }
    }

    fn to_ec2(&self) -> AwsError {
        let failure =
            || AwsError::new("AuthFailure", "AWS was not able to validate the provided access credentials");
        match self {
            // Not recorded; EC2's documentation has MissingAuthenticationToken among its common errors.
            Self::Unsigned => {
                AwsError::new("MissingAuthenticationToken", "Request is missing Authentication Token")
            }
            Self::Malformed(sentence) => AwsError::new("IncompleteSignature", sentence),
            Self::OlderVersion => AwsError::new("AuthFailure", self.sentence()),
            Self::TooOld { .. } | Self::TooNew { .. } | Self::Expired | Self::ExpiredToken => {
                AwsError::new("RequestExpired", "Request has expired.")
            }
            Self::UnknownKey(_)
            | Self::Mismatch { .. }
            | Self::WrongScope(_)
            | Self::WrongToken
            | Self::NotOptedIn => failure(),
        }
    }

    fn to_query(&self) -> AwsError {
        let code = match self {
            Self::Unsigned => "MissingAuthenticationToken",
            Self::Malformed(_) | Self::OlderVersion => "IncompleteSignature",
            Self::UnknownKey(_) | Self::WrongToken | Self::NotOptedIn => "InvalidClientTokenId",
            Self::ExpiredToken => "ExpiredToken",
            Self::Mismatch { .. }
            | Self::WrongScope(_)
            | Self::TooOld { .. }
            | Self::TooNew { .. }
            | Self::Expired => "SignatureDoesNotMatch",
        };
        AwsError::new(code, self.sentence())
    }

    fn to_json(&self) -> AwsError {
        let code = match self {
            Self::Unsigned => "MissingAuthenticationTokenException",
            Self::Malformed(_) | Self::OlderVersion => "IncompleteSignatureException",
            Self::UnknownKey(_) | Self::WrongToken | Self::NotOptedIn => "UnrecognizedClientException",
            Self::ExpiredToken => "ExpiredTokenException",
            Self::Mismatch { .. }
            | Self::WrongScope(_)
            | Self::TooOld { .. }
            | Self::TooNew { .. }
            | Self::Expired => "InvalidSignatureException",
        };
        AwsError::new(code, self.sentence())
    }

    /// The sentences of the query and JSON protocols.
    fn sentence(&self) -> String {
        match self {
            Self::Unsigned => "Request is missing Authentication Token".to_owned(),
            Self::Malformed(sentence) | Self::WrongScope(sentence) => sentence.clone(),
            Self::OlderVersion => {
                "Hamlet does not take Signature Version 2, nor do AWS's newer Regions: sign with \
                 Signature Version 4 (AWS4-HMAC-SHA256)."
                    .to_owned()
            }
            Self::UnknownKey(_) | Self::WrongToken | Self::NotOptedIn => {
                "The security token included in the request is invalid.".to_owned()
            }
            Self::Mismatch { .. } => "The request signature we calculated does not match the \
                 signature you provided. Check your AWS Secret Access Key and signing method. \
                 Consult the service documentation for details."
                .to_owned(),
            Self::TooOld { signed_at, now, skew } => format!(
                "Signature expired: {} is now earlier than {} ({} - {} min.)",
                signed_at.basic(),
                (*now - *skew).basic(),
                now.basic(),
                skew.as_secs() / 60
            ),
            Self::TooNew { signed_at, now, skew } => format!(
                "Signature not yet current: {} is still later than {} ({} + {} min.)",
                signed_at.basic(),
                (*now + *skew).basic(),
                now.basic(),
                skew.as_secs() / 60
            ),
            Self::Expired => "Signature expired: the presigned request is past its end.".to_owned(),
            Self::ExpiredToken => "The security token included in the request is expired".to_owned(),
        }
    }
}

impl std::fmt::Display for SignatureError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl std::error::Error for SignatureError {}

impl CredentialScope {
    /// Reads `AKID/20260101/us-east-1/ec2/aws4_request`. An access key has no slash.
    pub fn parse(credential: &str) -> Option<CredentialScope> {
        let parts: Vec<&str> = credential.split('/').collect();
        let [access_key_id, date, region, service, "aws4_request"] = parts.as_slice() else {
            return None;
        };
        let complete = [access_key_id, date, region, service].iter().all(|part| !part.is_empty());
        complete.then(|| CredentialScope {
            access_key_id: (*access_key_id).to_owned(),
            date: (*date).to_owned(),
            region: (*region).to_owned(),
            service: (*service).to_owned(),
        })
    }

    fn without_key(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.date, self.region, self.service)
    }
}

impl<'a> SignedRequest<'a> {
    /// The first header of a name.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// All values of a header, trimmed, inner spaces collapsed, joined by commas.
    fn canonical_header(&self, name: &str) -> String {
        let values = self.headers.iter().filter(|(one, _)| one.eq_ignore_ascii_case(name));
        let values = values.map(|(_, value)| value.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
        values.collect::<Vec<_>>().join(",")
    }

    /// The first parameter of a name in the query, decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        percent::query_value(self.query, name)
    }
}

/// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
fn from_header(request: &SignedRequest<'_>, header: &str) -> Result<Authorization, SignatureError> {
    let Some(fields) = header.strip_prefix(ALGORITHM).filter(|rest| rest.starts_with([' ', '\t'])) else {
        return Err(malformed(format!("Authorization header requires '{ALGORITHM}'.")));
    };
    let field = |name: &str| {
        let pairs = fields.split(',').filter_map(|pair| pair.trim().split_once('='));
        let found = pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value);
        found
            .filter(|value| !value.is_empty())
            .ok_or_else(|| malformed(format!("Authorization header requires '{name}' parameter.")))
    };
    let date = request.header("x-amz-date").or_else(|| request.header("date"));
    let date = date.ok_or_else(|| {
        malformed("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    })?;
    let authorization = Authorization {
        scope: scope(field("Credential")?)?,
        signed_headers: signed_headers(field("SignedHeaders")?)?,
        signature: field("Signature")?.to_owned(),
        signed_at: moment(date)?,
        expires_s: None,
        session_token: request.header("x-amz-security-token").map(str::to_owned),
    };
    check_day(authorization)
}

fn from_query(request: &SignedRequest<'_>) -> Result<Authorization, SignatureError> {
    let value = |name: &str| {
        request.query_value(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            malformed(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                 X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
            )
        })
    };
    if value("X-Amz-Algorithm")? != ALGORITHM {
        return Err(malformed(format!("X-Amz-Algorithm only supports \"{ALGORITHM}\"")));
    }
    let scope = scope(&value("X-Amz-Credential")?)?;
    let expires_s = match scope.service.as_str() {
        // It keeps its own, whatever the request says, and clusters' tokens are made of requests that say nothing.
        "sts" => STS_EXPIRES_S,
        _ => expires_s(&value("X-Amz-Expires")?)?,
    };
    let authorization = Authorization {
        scope,
        signed_headers: signed_headers(&value("X-Amz-SignedHeaders")?)?,
        signature: value("X-Amz-Signature")?,
        signed_at: moment(&value("X-Amz-Date")?)?,
        expires_s: Some(expires_s),
        session_token: request.query_value("X-Amz-Security-Token"),
    };
    check_day(authorization)
}

fn expires_s(text: &str) -> Result<u64, SignatureError> {
    let seconds = text.parse().ok().filter(|seconds| (1..=EXPIRES_MAX_S).contains(seconds));
    seconds.ok_or_else(|| malformed(format!("X-Amz-Expires must be between 1 and {EXPIRES_MAX_S} seconds")))
}

fn scope(credential: &str) -> Result<CredentialScope, SignatureError> {
    CredentialScope::parse(credential).ok_or_else(|| {
        malformed(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
        )
    })
}

fn signed_headers(names: &str) -> Result<Vec<String>, SignatureError> {
    let names: Vec<String> = names.split(';').map(str::to_owned).collect();
    if !names.iter().any(|name| name == "host") {
        return Err(malformed("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."));
    }
    Ok(names)
}

fn moment(text: &str) -> Result<Timestamp, SignatureError> {
    Timestamp::parse_basic(text)
        .ok_or_else(|| malformed("Date must be in ISO-8601 'basic format', e.g. 20260101T000000Z."))
}

fn check_day(authorization: Authorization) -> Result<Authorization, SignatureError> {
    let (named, signed) = (&authorization.scope.date, authorization.signed_at.basic_date());
    if *named == signed {
        return Ok(authorization);
    }
    Err(SignatureError::WrongScope(format!(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
         '{named}' != '{signed}', from '{}'.",
        authorization.signed_at.basic()
    )))
}

/// How far clocks may differ, by service.
fn skew(service: &str) -> Duration {
    match service {
        "iam" | "sts" => SKEW_OF_IDENTITY,
        _ => SKEW,
    }
}

fn check_time(authorization: &Authorization, now: Timestamp) -> Result<(), SignatureError> {
    let (signed_at, skew) = (authorization.signed_at, skew(&authorization.scope.service));
    if signed_at > now + skew {
        return Err(SignatureError::TooNew { signed_at, now, skew });
    }
    match authorization.expires_s {
        Some(seconds) if now > signed_at + Duration::from_secs(seconds) => Err(SignatureError::Expired),
        None if signed_at < now - skew => Err(SignatureError::TooOld { signed_at, now, skew }),
        Some(_) | None => Ok(()),
    }
}

impl Secret {
    /// Whether the token that a request brings belongs to it, and has not ended.
    pub fn check_token(&self, token: Option<&str>, now: Timestamp) -> Result<(), SignatureError> {
        if token != self.session_token.as_deref() {
            return Err(SignatureError::WrongToken);
        }
        match self.expires {
            Some(end) if end <= now => Err(SignatureError::ExpiredToken),
            Some(_) | None => Ok(()),
        }
    }
}

fn check_signature(
    request: &SignedRequest<'_>,
    authorization: &Authorization,
    secret: &Secret,
) -> Result<(), SignatureError> {
    let canonical_request = canonical_request(request, authorization);
    let string_to_sign = string_to_sign(&canonical_request, authorization);
    let ours = signature(&string_to_sign, authorization, &secret.key);
    match same(ours.as_bytes(), authorization.signature.as_bytes())
        && payload_is_as_signed(request, authorization)
    {
        true => Ok(()),
        false => Err(SignatureError::Mismatch { canonical_request, string_to_sign }),
    }
}

/// S3 signs the path as sent. Other services resolve dots and encode once more.
fn canonical_path(path: &str, service: &str) -> String {
    let path = if path.is_empty() { "/" } else { path };
    if service == "s3" {
        return path.to_owned();
    }
    let mut segments = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty() && *segment != ".") {
        match segment {
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    let end = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    percent::encode(format!("/{}{end}", segments.join("/")).as_bytes(), true)
}

/// Sorted by encoded name, then value; without the signature itself.
fn canonical_query(query: &str) -> String {
    let encoded = |text: &str| percent::encode(&percent::decode(text.as_bytes(), false), false);
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encoded(name), encoded(value)))
        .filter(|(name, _)| name != "X-Amz-Signature")
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// What stands for the body: what the client declared, or else the hash of the body.
fn payload_hash(request: &SignedRequest<'_>, authorization: &Authorization) -> String {
    if let Some(declared) = request.header("x-amz-content-sha256") {
        return declared.to_owned();
    }
    match authorization.expires_s.is_some() && authorization.scope.service == "s3" {
        true => UNSIGNED.to_owned(),
        false => request.body.sha256(),
    }
}

/// A declared hash is only as good as the body behind it. S3 alone may leave bodies unsigned or
/// sign them in chunks; that is its own to check.
fn payload_is_as_signed(request: &SignedRequest<'_>, authorization: &Authorization) -> bool {
    let Some(declared) = request.header("x-amz-content-sha256") else {
        return true;
    };
    let free = declared == UNSIGNED || declared.starts_with("STREAMING-");
    (free && authorization.scope.service == "s3") || declared == request.body.sha256()
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all that is written to it");
        text
    })
}

/// Compares without stopping at the first difference, so that time tells nothing.
fn same(one: &[u8], other: &[u8]) -> bool {
    let difference = one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && difference == 0
}

fn malformed(sentence: impl Into<String>) -> SignatureError {
    SignatureError::Malformed(sentence.into())
}
