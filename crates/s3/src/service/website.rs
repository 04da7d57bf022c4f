//! A bucket's website, as it is sent and shown. What it answers is in [`crate::website`].

use model::bucket::Bucket as Row;
use model::bucket_website::{Elsewhere, Replacement, RoutingRule as Rule, Website};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::S3Service;
use super::errors::{error, invalid_argument};
use super::settings::malformed;

/// Routing rules of one website.
const RULES_MAX: usize = 50;

impl S3Service {
    pub(super) async fn set_website(&self, request: S3Request<PutBucketWebsiteInput>) -> S3Result<()> {
        let website = website(&request.input.website_configuration)?;
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, move |row| row.website = Some(website)).await
    }
}

pub(super) fn show(row: &Row) -> S3Result<S3Response<GetBucketWebsiteOutput>> {
    let message = "The specified bucket does not have a website configuration";
    let missing = || error(S3ErrorCode::NoSuchWebsiteConfiguration, message);
    let it = row.website.as_ref().ok_or_else(missing)?;
    let rules: Vec<RoutingRule> = it.rules.iter().map(shown_rule).collect();
    Ok(S3Response::new(GetBucketWebsiteOutput {
        index_document: it.index.clone().map(|suffix| IndexDocument { suffix }),
        error_document: it.error.clone().map(|key| ErrorDocument { key }),
        redirect_all_requests_to: it.redirect_all.clone().map(|it| RedirectAllRequestsTo {
            host_name: it.host,
            protocol: it.protocol.map(Protocol::from),
        }),
        routing_rules: Some(rules).filter(|it| !it.is_empty()),
    }))
}

fn website(sent: &WebsiteConfiguration) -> S3Result<Website> {
    let rules = sent.routing_rules.as_deref().unwrap_or_default();
    if let Some(all) = &sent.redirect_all_requests_to {
        if sent.index_document.is_some() || sent.error_document.is_some() || !rules.is_empty() {
            let message = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.";
            return Err(error(S3ErrorCode::InvalidRequest, message));
        }
        let host = host(&all.host_name)?;
        let elsewhere = Elsewhere { host, protocol: all.protocol.as_ref().map(protocol).transpose()? };
        return Ok(Website { redirect_all: Some(elsewhere), index: None, error: None, rules: Vec::new() });
    }
    let Some(index) = &sent.index_document else {
        let message = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty";
        return Err(invalid_argument("IndexDocument", "null", message));
    };
    if index.suffix.is_empty() || index.suffix.contains('/') {
        let message = "The IndexDocument Suffix is not well formed";
        return Err(invalid_argument("IndexDocument", &index.suffix, message));
    }
    if let Some(document) = sent.error_document.as_ref().filter(|it| it.key.is_empty()) {
        let message = "The ErrorDocument Key is not well formed";
        return Err(invalid_argument("ErrorDocument", &document.key, message));
    }
    if rules.len() > RULES_MAX {
        let message = format!(
            "{} routing rules provided, the number of routing rules in a website configuration is limited to 50.",
            rules.len()
        );
        return Err(error(S3ErrorCode::InvalidRequest, message));
    }
    Ok(Website {
        redirect_all: None,
        index: Some(index.suffix.clone()),
        error: sent.error_document.as_ref().map(|it| it.key.clone()),
        rules: rules.iter().map(rule).collect::<S3Result<_>>()?,
    })
}

fn rule(sent: &RoutingRule) -> S3Result<Rule> {
    let to = &sent.redirect;
    let key = match (&to.replace_key_prefix_with, &to.replace_key_with) {
        (Some(_), Some(_)) => {
            let message = "You can only define ReplaceKeyPrefix or ReplaceKey but not both.";
            return Err(error(S3ErrorCode::InvalidRequest, message));
        }
        (Some(prefix), None) => Some(Replacement::Prefix(prefix.clone())),
        (None, Some(whole)) => Some(Replacement::Whole(whole.clone())),
        (None, None) => None,
    };
    let when = sent.condition.as_ref();
    let key_prefix = when.and_then(|it| it.key_prefix_equals.clone());
    let error_code = when.and_then(|it| it.http_error_code_returned_equals.as_deref());
    if sent.condition.is_some() && key_prefix.is_none() && error_code.is_none() {
        let message = "Condition cannot be empty. To redirect all requests without a condition, the condition element \
                       shouldn't be present.";
        return Err(error(S3ErrorCode::InvalidRequest, message));
    }
    let error_code =
        error_code.map(|it| status(it, 400..600, "HTTP error code", "4XX or 5XX")).transpose()?;
    let code = to.http_redirect_code.as_deref();
    let code =
        code.map(|it| status(it, 301..400, "HTTP redirect code", "3XX codes except 300")).transpose()?;
    if key.is_none() && to.host_name.is_none() && to.protocol.is_none() && code.is_none() {
        return Err(malformed());
    }
    Ok(Rule {
        key_prefix,
        error_code,
        protocol: to.protocol.as_ref().map(protocol).transpose()?,
        host: to.host_name.as_deref().map(host).transpose()?,
        key,
        status: code,
    })
}

fn status(text: &str, valid: std::ops::Range<u16>, what: &str, said: &str) -> S3Result<u16> {
    let code = text.parse().ok().filter(|it| valid.contains(it));
    let message = || format!("The provided {what} ({text}) is not valid. Valid codes are {said}.");
    code.ok_or_else(|| error(S3ErrorCode::InvalidRequest, message()))
}

fn host(text: &str) -> S3Result<String> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || ".-:/_%~".contains(it);
    match !text.is_empty() && text.chars().all(is_name) {
        true => Ok(text.to_owned()),
        false => Err(bad_host(text)),
    }
}

fn bad_host(text: &str) -> S3Error {
    invalid_argument("HostName", text, "The host name is not valid")
}

fn protocol(sent: &Protocol) -> S3Result<String> {
    match sent.as_str() {
        it @ ("http" | "https") => Ok(it.to_owned()),
        _ => {
            let message = "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected \
                           automatically.";
            Err(error(S3ErrorCode::InvalidRequest, message))
        }
    }
}

fn shown_rule(rule: &Rule) -> RoutingRule {
    let (prefix, whole) = match &rule.key {
        None => (None, None),
        Some(Replacement::Prefix(it)) => (Some(it.clone()), None),
        Some(Replacement::Whole(it)) => (None, Some(it.clone())),
    };
    let condition = Condition {
        http_error_code_returned_equals: rule.error_code.map(|it| it.to_string()),
        key_prefix_equals: rule.key_prefix.clone(),
    };
    let is_conditional = rule.error_code.is_some() || rule.key_prefix.is_some();
    RoutingRule {
        condition: Some(condition).filter(|_| is_conditional),
        redirect: Redirect {
            host_name: rule.host.clone(),
            http_redirect_code: rule.status.map(|it| it.to_string()),
            protocol: rule.protocol.clone().map(Protocol::from),
            replace_key_prefix_with: prefix,
            replace_key_with: whole,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(sent: &WebsiteConfiguration) -> String {
        website(sent).unwrap_err().message().unwrap_or_default().to_owned()
    }

    fn sent() -> WebsiteConfiguration {
        WebsiteConfiguration {
            index_document: Some(IndexDocument { suffix: "index.html".to_owned() }),
            ..WebsiteConfiguration::default()
        }
    }

    #[test]
    fn a_website_has_an_index_or_is_elsewhere() {
        assert!(website(&sent()).is_ok());
        assert!(refused(&WebsiteConfiguration::default()).contains("IndexDocument Suffix must be provided"));
        let all = RedirectAllRequestsTo { host_name: "example.com".to_owned(), protocol: None };
        let both = WebsiteConfiguration { redirect_all_requests_to: Some(all), ..sent() };
        assert!(refused(&both).starts_with("RedirectAllRequestsTo cannot be provided"));
        let folder = IndexDocument { suffix: "a/index.html".to_owned() };
        let folder = WebsiteConfiguration { index_document: Some(folder), ..sent() };
        assert_eq!(refused(&folder), "The IndexDocument Suffix is not well formed");
    }

    #[test]
    fn rules_say_what_they_replace() {
        let of = |condition, redirect| WebsiteConfiguration {
            routing_rules: Some(vec![RoutingRule { condition, redirect }]),
            ..sent()
        };
        let to = |key: Option<&str>, prefix: Option<&str>| Redirect {
            replace_key_with: key.map(str::to_owned),
            replace_key_prefix_with: prefix.map(str::to_owned),
            ..Redirect::default()
        };
        assert!(refused(&of(None, to(Some("a"), Some("b")))).ends_with("but not both."));
        assert!(
            refused(&of(Some(Condition::default()), to(Some("a"), None))).starts_with("Condition cannot")
        );
        let code = |code: &str| Redirect { http_redirect_code: Some(code.to_owned()), ..Redirect::default() };
        assert!(refused(&of(None, code("300"))).contains("(300) is not valid"));
        assert_eq!(website(&of(None, code("307"))).unwrap().rules[0].status, Some(307));
        let header = Redirect { host_name: Some("a\r\nb".to_owned()), ..Redirect::default() };
        assert_eq!(refused(&of(None, header)), "The host name is not valid");
    }
}
