//! Who is behind a request of S3, and whether they may do what it asks.
//!
//! Follows "How Amazon S3 authorizes a request" (Amazon S3 User Guide) and "Policy evaluation logic" (IAM User Guide).

use awsproto::sigv4::{Payload, SignatureError, SignedRequest};
use awsproto::{Call, OwnPolicy, Principal, Touched, query_value};
use hyper::StatusCode;
use hyper::http::request::Parts;
use model::bucket::Bucket;
use model::bucket_name::BucketName;
use model::tags::Tags;
use model::{Partition, Region, Timestamp, World};
use policy::Decision;
use s3::operations::{Level, Operation, reads};
use s3::service::{bucket_of, elsewhere};
use s3::surroundings::{Asked, Asker, Caller as BucketCaller};
use s3s::{S3Error, S3ErrorCode, S3Result};
use std::sync::{Arc, OnceLock};

use super::form::Form;
use super::{Addressed, SERVICE, first_segment, keys, region_of};
use crate::api::{Api, Client, texts};
use crate::authorization::{self, Asking, Question, Way, Weighed};
use crate::callers::{Caller, Proof, UNPROVEN};
use crate::clock;
use crate::config::Auth;

/// What the root of the bucket's owner may always do, so that a policy that locks out everybody can be mended.
const REPAIRS: [&str; 3] = ["s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"];

/// One request's.
pub(super) struct Visitor {
    api: Arc<Api>,
    pub(super) client: Client,
    pub(super) request_id: String,
    pub(super) region: Region,
    pub(super) now: Timestamp,
    pub(super) user_agent: Option<String>,
    token: Option<String>,
    /// In open mode, whoever asks with a key that nobody knows: the key, and what stands for its secret.
    pub(super) stranger: Option<Stranger>,
    /// Whom the signature is checked for.
    known: OnceLock<Call>,
    proof: OnceLock<Proof>,
    /// What was asked for first.
    pub(super) asked: OnceLock<Noted>,
}

/// A key that nobody knows.
pub(super) struct Stranger {
    pub(super) access_key_id: String,
    pub(super) secret: String,
    pub(super) proof: Proof,
}

/// What was asked for, for the audit trail.
pub(super) struct Noted {
    pub(super) operation: &'static Operation,
    pub(super) bucket: Option<String>,
    pub(super) key: Option<String>,
}

impl Visitor {
    pub(super) fn of(
        api: &Arc<Api>,
        client: &Client,
        head: &Parts,
        addressed: &Addressed,
        request_id: &str,
    ) -> Visitor {
        let Addressed { host, scope } = addressed;
        let bucket = host.as_deref().and_then(bucket_of).or_else(|| first_segment(head.uri.path()));
        let query = head.uri.query().unwrap_or_default();
        let header = head.headers.get("x-amz-security-token").and_then(|it| it.to_str().ok());
        let token = header.map(str::to_owned).or_else(|| query_value(query, "X-Amz-Security-Token"));
        let mut visitor = Visitor {
            api: Arc::clone(api),
            client: client.clone(),
            request_id: request_id.to_owned(),
            region: region_of(api, host.as_deref(), scope.as_ref(), bucket),
            now: clock::now(),
            user_agent: head.headers.get("user-agent").and_then(|it| it.to_str().ok()).map(str::to_owned),
            token,
            stranger: None,
            known: OnceLock::new(),
            proof: OnceLock::new(),
            asked: OnceLock::new(),
        };
        visitor.stranger = visitor.stranger_in(head, scope.as_ref().map(|it| it.access_key_id.clone()));
        visitor
    }

    /// Whose credentials are temporary says it in the form that they post.
    pub(super) fn has_form(&mut self, form: &Form) {
        self.token = self.token.take().or_else(|| form.token.clone());
    }

    /// The call that was identified.
    pub(super) fn call(&self) -> Option<&Call> {
        self.known.get()
    }

    fn stranger_in(&self, head: &Parts, scoped: Option<String>) -> Option<Stranger> {
        let in_header = head.headers.contains_key("authorization");
        let query = head.uri.query().unwrap_or_default();
        let before = || {
            let header = head.headers.get("authorization").and_then(|it| it.to_str().ok());
            let of_header =
                header.and_then(|it| Some(it.strip_prefix("AWS ")?.split_once(':')?.0.to_owned()));
            of_header.or_else(|| query_value(query, "AWSAccessKeyId"))
        };
        let access_key_id = scoped.or_else(before).filter(|_| self.client.auth == Auth::Open)?;
        let world = self.api.state.snapshot();
        let bearer = self.api.callers.bearer(&world, &access_key_id, self.token.as_deref(), self.now);
        matches!(bearer, Ok(None)).then(|| Stranger {
            access_key_id,
            secret: clock::ids().uuid(),
            proof: if in_header { Proof::Shown } else { Proof::Lacking },
        })
    }

    /// Takes somebody for who asks, if the signature holds, which is looked at after this.
    pub(super) fn identified(&self, world: &World, caller: Caller, access_key_id: &str) -> S3Result<()> {
        let Some(scope) = self.api.scope_of(world, &caller, &SERVICE, Some(self.region.name())).ok() else {
            return Err(unknown_key());
        };
        let _ = self.proof.set(caller.proof);
        let (id, origin) = (self.request_id.clone(), self.client.origin);
        let call = self.api.call_of(caller, access_key_id.to_owned(), scope, id, origin, self.now);
        let _ = self.known.set(call);
        Ok(())
    }

    /// What policies are asked about.
    fn touched(&self, world: &World, asked: &Asked<'_>) -> Touched {
        let Some(bucket) = asked.bucket else { return Touched::new("*".to_owned(), None) };
        // Whose a name is already is no matter of leave: BucketAlreadyExists says it.
        let has_say = |row: &Bucket| !self.repairs(row, asked.action) && !self.is_kept_out(world, row);
        let is_to_be = asked.operation.name == "CreateBucket";
        let known = Some(world).filter(|_| !is_to_be);
        let touched = touched(known, self.region.partition(), (bucket, asked.key), has_say);
        let existing = self.existing_tags(asked).into_iter();
        let existing = existing.map(|(key, value)| (format!("s3:ExistingObjectTag/{key}"), value));
        keys::of(asked, self.client.tls)
            .into_iter()
            .chain(existing)
            .fold(touched, |it, (key, value)| it.with(key, value))
    }

    /// The tags of the object that is asked for, where policies can be about them.
    fn existing_tags(&self, asked: &Asked<'_>) -> Tags {
        let (Some(s3), Some(bucket), Some(key)) = (&self.api.s3, asked.bucket, asked.key) else {
            return Tags::new();
        };
        match keys::has_existing(asked.action) {
            true => s3.existing_tags(self.region.partition(), bucket, key, asked.version),
            false => Tags::new(),
        }
    }

    fn repairs(&self, row: &Bucket, action: &str) -> bool {
        let is_owner =
            |call: &Call| matches!(call.principal, Principal::Root(account) if account == row.account);
        REPAIRS.contains(&action) && self.call().is_some_and(is_owner)
    }

    /// "Setting this element to TRUE restricts access to this bucket to only AWS service principals and authorized users within
    /// this account if the bucket has a public policy" (RestrictPublicBuckets).
    fn is_kept_out(&self, world: &World, row: &Bucket) -> bool {
        let is_restricted = world.public_access_of(row).restrict_public_buckets;
        let is_own = self.call().is_some_and(|call| call.principal.account() == row.account);
        let policy = row.policy.as_ref().filter(|_| is_restricted && !is_own);
        let read = policy.and_then(|policy| serde_json::from_str(policy.text()).ok());
        read.is_some_and(|policy: serde_json::Value| s3::public::is_public(&policy))
    }

    fn questions(&self, world: &World, asked: &Asked<'_>) -> Vec<Question> {
        let headers: Vec<_> = texts(asked.headers).collect();
        let request = SignedRequest {
            method: "",
            path: asked.uri.path(),
            query: asked.uri.query().unwrap_or_default(),
            headers: &headers,
            body: Payload::Whole(b""),
        };
        let touched = vec![self.touched(world, asked)];
        match self.call().filter(|_| asked.access_key.is_some()) {
            Some(call) => {
                let asking = Asking { world, standings: &self.api.standings, call, request: &request };
                authorization::about(asking, &[asked.action], touched)
            }
            None => {
                let way = Way { origin: self.client.origin, region: self.region, now: self.now };
                authorization::about_for_anybody(world, &way, &request, &[asked.action], touched)
            }
        }
    }

    /// Where a bucket is, everybody is told who looks for it elsewhere.
    fn redirect(&self, world: &World, asked: &Asked<'_>) -> S3Result<()> {
        let name = asked.bucket.and_then(|it| BucketName::new(self.region.partition(), it).ok());
        let row = name.and_then(|name| world.bucket(&name).ok());
        let is_here = |row: &&Bucket| row.region == self.region || asked.operation.name == "CreateBucket";
        row.filter(|row| !is_here(row)).map_or(Ok(()), |row| Err(elsewhere(row)))
    }

    /// A change needs more than what any link could carry.
    fn prove(&self, asked: &Asked<'_>) -> S3Result<()> {
        match reads(asked.action) || self.proof.get() != Some(&Proof::Lacking) {
            true => Ok(()),
            false => Err(S3Error::with_message(S3ErrorCode::AccessDenied, UNPROVEN)),
        }
    }
}

impl Asker for Visitor {
    fn secret(&self, access_key: &str) -> S3Result<String> {
        let world = self.api.state.snapshot();
        if let Some(stranger) = self.stranger.as_ref().filter(|it| it.access_key_id == access_key) {
            let caller = self.api.callers.stranger(access_key, stranger.proof);
            self.identified(&world, caller, access_key)?;
            return Ok(stranger.secret.clone());
        }
        let bearer = self.api.callers.bearer(&world, access_key, self.token.as_deref(), self.now);
        let (caller, secret) = bearer.map_err(|error| not_accepted(&error))?.ok_or_else(unknown_key)?;
        let token = self.token.as_deref();
        secret.check_token(token, self.now).map_err(|error| not_accepted(&error))?;
        self.identified(&world, caller, access_key)?;
        Ok(secret.key)
    }

    fn authorize(&self, asked: &Asked<'_>) -> S3Result<BucketCaller> {
        let world = self.api.state.snapshot();
        let _ = self.asked.set(Noted {
            operation: asked.operation,
            bucket: asked.bucket.map(str::to_owned),
            key: asked.key.map(str::to_owned),
        });
        self.redirect(&world, asked)?;
        self.prove(asked)?;
        if let Some(call) = self.call() {
            let (uses, region, now) = (&self.api.uses, self.region, self.now);
            uses.note(&world, &call.principal, &call.access_key_id, (SERVICE.name, region, now));
            uses.note_access(&world, &call.principal, &[asked.action], (region, now));
        }
        // Each of several objects is asked about when it is its turn.
        if asked.operation.level != Level::EachObject || asked.key.is_some() {
            let questions = self.questions(&world, asked);
            let weighed = Weighed {
                request_id: &self.request_id,
                origin: self.client.origin,
                at: self.now,
                service: SERVICE.name,
                operation: asked.operation.name,
                questions,
            };
            authorization::weigh(&self.api.ledger, weighed, denied)?;
        }
        // Whoever has no credentials gets no further than to what is somebody's.
        let account = self.call().map_or(self.api.config.account, |call| call.scope.account);
        let arn = self.call().map(Call::principal_arn).unwrap_or_default();
        let user_id = self.call().map(|call| call.principal.user_id());
        let address = self.client.origin.seen_as.to_string();
        Ok(BucketCaller { account, arn, region: self.region, user_id, address })
    }
}

/// A bucket, or an object in it, under its policy if that has a say. What is to be made is in no world yet.
pub(crate) fn touched(
    world: Option<&World>,
    partition: Partition,
    (bucket, key): (&str, Option<&str>),
    has_say: impl FnOnce(&Bucket) -> bool,
) -> Touched {
    let arn = format!("arn:{}:s3:::{bucket}", partition.name());
    let resource = key.map_or_else(|| arn.clone(), |key| format!("{arn}/{key}"));
    let name = BucketName::new(partition, bucket).ok();
    let row = world.zip(name).and_then(|(world, name)| world.bucket(&name).ok());
    let policy = row.filter(|row| has_say(row)).and_then(|row| row.policy.clone());
    Touched::new(resource, row.map(|row| row.account))
        .under(policy.map(|document| OwnPolicy { arn, document }))
}

/// AWS's words, which tell only an account's own why.
fn denied(question: &Question, decision: &Decision) -> S3Error {
    let sentence = match question.asker.is_of(question.resource_account.as_deref()) {
        true => authorization::sentence(question, decision, |resource| format!("\"{resource}\"")),
        false => "Access Denied".to_owned(),
    };
    S3Error::with_message(S3ErrorCode::AccessDenied, sentence)
}

fn unknown_key() -> S3Error {
    let sentence = "The AWS Access Key Id you provided does not exist in our records.";
    S3Error::with_message(S3ErrorCode::InvalidAccessKeyId, sentence)
}

fn not_accepted(error: &SignatureError) -> S3Error {
    let named = |code: &'static str, sentence: &'static str| {
        let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), sentence);
        error.set_status_code(StatusCode::BAD_REQUEST);
        error
    };
    match *error == SignatureError::ExpiredToken {
        true => named("ExpiredToken", "The provided token has expired."),
        false => named("InvalidToken", "The provided token is malformed or otherwise invalid."),
    }
}
