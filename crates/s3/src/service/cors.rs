//! Which pages' scripts may call: as it is sent and shown. What it does is in [`crate::cors`].

use model::bucket::{Bucket as Row, CorsRule as Rule};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::S3Service;
use super::errors::error;
use super::settings::malformed;

/// Rules of one bucket.
const RULES_MAX: usize = 100;
/// Characters of a rule's name.
const ID_MAX: usize = 255;
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "HEAD"];

impl S3Service {
    pub(super) async fn set_cors(&self, request: S3Request<PutBucketCorsInput>) -> S3Result<()> {
        let sent = &request.input.cors_configuration.cors_rules;
        if sent.is_empty() {
            return Err(malformed());
        }
        if sent.len() > RULES_MAX {
            let message = "The number of CORS rules should not exceed allowed limit of 100 rules.";
            return Err(error(S3ErrorCode::InvalidRequest, message));
        }
        let rules = sent.iter().map(rule).collect::<S3Result<Vec<Rule>>>()?;
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, move |row| row.cors = rules).await
    }
}

pub(super) fn show(row: &Row) -> S3Result<S3Response<GetBucketCorsOutput>> {
    if row.cors.is_empty() {
        let message = "The CORS configuration does not exist";
        return Err(error(S3ErrorCode::NoSuchCORSConfiguration, message));
    }
    let some = |it: &Vec<String>| Some(it.clone()).filter(|it| !it.is_empty());
    let rules = row.cors.iter().map(|it| CORSRule {
        id: it.id.clone(),
        allowed_headers: some(&it.headers),
        allowed_methods: it.methods.clone(),
        allowed_origins: it.origins.clone(),
        expose_headers: some(&it.exposed),
        max_age_seconds: it.max_age_s,
    });
    Ok(S3Response::new(GetBucketCorsOutput { cors_rules: Some(rules.collect()) }))
}

fn rule(sent: &CORSRule) -> S3Result<Rule> {
    if sent.allowed_methods.is_empty() || sent.allowed_origins.is_empty() {
        return Err(malformed());
    }
    if sent.id.as_ref().is_some_and(|it| it.chars().count() > ID_MAX) {
        return Err(invalid("The rule ID should not exceed the allowed limit of 255 characters.".to_owned()));
    }
    if let Some(other) = sent.allowed_methods.iter().find(|it| !METHODS.contains(&it.as_str())) {
        let message = "Found unsupported HTTP method in CORS config. Unsupported method is";
        return Err(invalid(format!("{message} {other}")));
    }
    let headers = sent.allowed_headers.clone().unwrap_or_default();
    for (name, texts) in [("AllowedOrigin", &sent.allowed_origins), ("AllowedHeader", &headers)] {
        if let Some(it) = texts.iter().find(|it| it.matches('*').count() > 1) {
            return Err(invalid(format!("{name} \"{it}\" can not have more than one wildcard.")));
        }
    }
    let exposed = sent.expose_headers.clone().unwrap_or_default();
    if let Some(it) = exposed.iter().find(|it| it.contains('*')) {
        return Err(invalid(format!(
            "ExposeHeader \"{it}\" contains wildcard. We currently do not support wildcard for ExposeHeader."
        )));
    }
    Ok(Rule {
        id: sent.id.clone(),
        origins: sent.allowed_origins.clone(),
        methods: sent.allowed_methods.clone(),
        headers,
        exposed,
        max_age_s: sent.max_age_seconds,
    })
}

fn invalid(message: String) -> S3Error {
    error(S3ErrorCode::InvalidRequest, message)
}
