//! The last step of an answer: what a browser is told, the numbers of a request, and the details of an error.
//!
//! s3s reads no OPTIONS and writes errors of a code and a sentence; S3's have more, as "Error responses" (Amazon S3 API Reference)
//! shows.

use base64::Engine;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use model::bucket::CorsRule;
use model::bucket_name::BucketName;
use model::partition::Partition;
use model::world::World;
use s3s::host::S3Host;
use s3s::{Body, S3Error, S3ErrorCode};

use super::errors::{DETAIL, error, with};
use super::{hooks, new_tags};
use crate::cors;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");
/// The largest text of an error that details are added to; they are all far smaller.
const TEXT_MAX: usize = 64 * 1024;

/// Answers a request: `service`'s answer, with all that it lacks.
pub(super) async fn answer(
    service: &s3s::service::S3Service,
    about: About<'_>,
    mut request: Request<Body>,
) -> Response<Body> {
    let About { world, partition, request_id } = about;
    let question = Question::of(&request, request_id);
    request.extensions_mut().insert(question.numbers.clone());
    let rules = question.rules(world, partition);
    if request.method() == Method::OPTIONS {
        return question.finish(question.preflight(rules.as_deref()));
    }
    if question.makes_bucket()
        && let Err(refused) = new_tags::note(&mut request).await
    {
        return question.finish(of_error(refused));
    }
    let answered = service.call(request).await;
    let mut response = answered.unwrap_or_else(|problem| {
        tracing::error!(?problem, "S3 could not answer");
        of_error(error(S3ErrorCode::InternalError, "We encountered an internal error. Please try again."))
    });
    let call = question.call(question.method.as_str(), None);
    if let Some(headers) = call.and_then(|it| cors::answer(rules.as_deref().unwrap_or_default(), it)) {
        headers.into_iter().filter_map(|(name, it)| Some((name?, it))).for_each(|(name, it)| {
            response.headers_mut().insert(name, it);
        });
    }
    question.finish(response)
}

/// What an answer needs besides the request.
pub(super) struct About<'a> {
    pub(super) world: &'a World,
    pub(super) partition: Partition,
    pub(super) request_id: String,
}

/// The numbers of a request, which its answer has, and whoever hears of what it does.
#[derive(Clone)]
pub(super) struct Numbers {
    pub(super) request_id: String,
    /// Of the machine that answers.
    pub(super) host_id: String,
}

/// What was asked, as far as an answer needs it.
struct Question {
    numbers: Numbers,
    method: Method,
    /// As it is in the host's name or in the path.
    bucket: Option<String>,
    /// With its first slash gone; still as a URL has it.
    key: Option<String>,
    headers: HeaderMap,
    query: String,
}

impl Question {
    fn of(request: &Request<Body>, request_id: String) -> Question {
        let uri = request.uri();
        let host = request.headers().get(header::HOST).and_then(|it| it.to_str().ok());
        let host = host.or_else(|| uri.authority().map(|it| it.as_str())).unwrap_or_default();
        let named = hooks::Host.parse_host_header(host).ok();
        let named = named.and_then(|it| it.bucket().map(str::to_owned));
        let path = uri.path().strip_prefix('/').unwrap_or(uri.path());
        let (bucket, key) = match named {
            Some(bucket) => (bucket, path),
            None => path.split_once('/').map_or((path.to_owned(), ""), |(it, key)| (it.to_owned(), key)),
        };
        let some = |it: String| Some(it).filter(|it| !it.is_empty());
        Question {
            numbers: Numbers { request_id, host_id: host_id(crate::objects::random()) },
            method: request.method().clone(),
            bucket: some(bucket),
            key: some(decoded(key)),
            headers: request.headers().clone(),
            query: uri.query().unwrap_or_default().to_owned(),
        }
    }

    /// Whether it is CreateBucket: no sub-resource is named.
    fn makes_bucket(&self) -> bool {
        let is_sub_resource =
            |it: &str| !it.is_empty() && !it.starts_with("x-id=") && !it.starts_with("X-Amz-");
        let is_bucket = self.bucket.is_some() && self.key.is_none();
        self.method == Method::PUT && is_bucket && !self.query.split('&').any(is_sub_resource)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.query.split('&').filter_map(|it| it.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| decoded(value))
    }

    /// The bucket's rules about browsers; `None` if there is no bucket.
    fn rules(&self, world: &World, partition: Partition) -> Option<Vec<CorsRule>> {
        // Whom no browser sends need not look.
        self.headers.get(header::ORIGIN)?;
        let name = BucketName::new(partition, self.bucket.as_deref()?).ok()?;
        Some(world.bucket(&name).ok()?.cors.clone())
    }

    fn call<'a>(&'a self, method: &'a str, headers: Option<&'a str>) -> Option<cors::Call<'a>> {
        Some(cors::Call { origin: self.header("origin")?, method, headers })
    }

    /// What a browser is answered that asks before it calls.
    fn preflight(&self, rules: Option<&[CorsRule]>) -> Response<Body> {
        let bad = |message: String| of_error(error_of_bad_request(message));
        if self.header("origin").is_none() {
            return bad("Insufficient information. Origin request header needed.".to_owned());
        }
        let asked = self.header("access-control-request-method");
        let is_method = asked.is_some_and(|it| ["GET", "PUT", "POST", "DELETE", "HEAD"].contains(&it));
        let Some(method) = asked.filter(|_| is_method) else {
            return bad(format!("Invalid Access-Control-Request-Method: {}", asked.unwrap_or("null")));
        };
        let rules = rules.unwrap_or_default();
        if rules.is_empty() {
            return self.forbidden(method, "CORSResponse: CORS is not enabled for this bucket.");
        }
        let headers = self.header("access-control-request-headers");
        match self.call(method, headers).and_then(|it| cors::answer(rules, it)) {
            Some(headers) => {
                let mut response = Response::new(Body::empty());
                *response.headers_mut() = headers;
                response
            }
            // "evalution" is AWS's.
            None => self.forbidden(
                method,
                "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request \
                 method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the \
                 resource's CORS spec.",
            ),
        }
    }

    fn forbidden(&self, method: &str, message: &'static str) -> Response<Body> {
        let refused = super::errors::other("AccessForbidden", StatusCode::FORBIDDEN, message);
        of_error(with(with(refused, "Method", method), "ResourceType", self.resource_type()))
    }

    fn resource_type(&self) -> &'static str {
        match (&self.bucket, &self.key) {
            (None, _) => "SERVICE",
            (Some(_), None) => "BUCKET",
            (Some(_), Some(_)) => "OBJECT",
        }
    }

    /// Numbers the answer, and says in an error what S3 says.
    fn finish(&self, mut response: Response<Body>) -> Response<Body> {
        let headers = response.headers_mut();
        let mut details: Vec<(String, String)> = headers.get_all(DETAIL).iter().filter_map(detail).collect();
        headers.remove(DETAIL);
        let mut set = |name, text: &str| match headers.entry(name) {
            header::Entry::Occupied(there) => there.get().to_str().unwrap_or_default().to_owned(),
            header::Entry::Vacant(free) => {
                free.insert(HeaderValue::from_str(text).expect("digits and letters are a header's"));
                text.to_owned()
            }
        };
        let (request_id, host_id) =
            (set(REQUEST_ID, &self.numbers.request_id), set(HOST_ID, &self.numbers.host_id));
        if response.status().is_success() {
            return self.without_quotes(response);
        }
        let Some(mut said) = Said::of(response.body()) else { return response };
        if let Some(condition) = said.policy_condition() {
            *response.status_mut() = StatusCode::FORBIDDEN;
            let message = format!("Invalid according to Policy: Policy Condition failed: {condition}");
            said = Said { code: "AccessDenied".to_owned(), message };
        }
        details.extend(self.details(&said, response.headers()));
        details.extend([("RequestId".to_owned(), request_id), ("HostId".to_owned(), host_id)]);
        let text = said.written(&details);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::from(text);
        response
    }

    /// GetObjectAttributes alone shows entity tags without quotes, which s3s always writes.
    fn without_quotes(&self, mut response: Response<Body>) -> Response<Body> {
        let is_attributes = self.method == Method::GET
            && self.query.split('&').any(|it| it == "attributes" || it == "attributes=");
        let bytes = response.body().bytes().filter(|_| is_attributes && self.key.is_some());
        let text = bytes.and_then(|it| String::from_utf8(it.to_vec()).ok());
        if let Some(text) = text {
            let bare = ["\"", "&quot;"].into_iter().fold(text, |text, quote| {
                text.replace(&format!("<ETag>{quote}"), "<ETag>")
                    .replace(&format!("{quote}</ETag>"), "</ETag>")
            });
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = Body::from(bare);
        }
        response
    }

    /// What follows from the request.
    fn details(&self, said: &Said, headers: &HeaderMap) -> Vec<(String, String)> {
        let some = |name: &str, value: Option<&str>| value.map(|it| (name.to_owned(), it.to_owned()));
        let told = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
        let bucket = some("BucketName", self.bucket.as_deref());
        let found = match said.code.as_str() {
            "BucketAlreadyExists"
            | "BucketAlreadyOwnedByYou"
            | "BucketNotEmpty"
            | "InvalidBucketName"
            | "NoSuchBucket"
            | "NoSuchBucketPolicy"
            | "NoSuchCORSConfiguration"
            | "NoSuchLifecycleConfiguration"
            | "NoSuchPublicAccessBlockConfiguration"
            | "NoSuchTagSet"
            | "NoSuchWebsiteConfiguration"
            | "ObjectLockConfigurationNotFoundError"
            | "OwnershipControlsNotFoundError"
            | "ReplicationConfigurationNotFoundError" => vec![bucket],
            "NoSuchKey" => vec![some("Key", self.key.as_deref())],
            "NoSuchVersion" => vec![
                some("Key", self.key.as_deref()),
                some("VersionId", self.parameter("versionId").as_deref()),
            ],
            "NoSuchUpload" => vec![some("UploadId", self.parameter("uploadId").as_deref())],
            "PermanentRedirect" => {
                let endpoint = self.bucket.as_ref().zip(told("x-amz-bucket-region"));
                let endpoint = endpoint.map(|(bucket, region)| format!("{bucket}.s3.{region}.amazonaws.com"));
                vec![some("Endpoint", endpoint.as_deref()), some("Bucket", self.bucket.as_deref())]
            }
            "AuthorizationHeaderMalformed" => {
                let right = said.message.split_once("expecting &apos;").map(|(_, it)| (it, "&apos;"));
                let right = right.or_else(|| Some((said.message.split_once("expecting '")?.1, "'")));
                vec![some("Region", right.and_then(|(it, end)| Some(it.split_once(end)?.0)))]
            }
            "MethodNotAllowed" => {
                let is_marker = told("x-amz-delete-marker") == Some("true");
                let resource = if is_marker { "DeleteMarker" } else { self.resource_type() };
                vec![some("Method", Some(self.method.as_str())), some("ResourceType", Some(resource))]
            }
            "InvalidRange" => vec![some("RangeRequested", self.header("range"))],
            "InvalidDigest" => vec![some("Content-MD5", self.header("content-md5"))],
            "InvalidAccessKeyId" | "SignatureDoesNotMatch" => {
                vec![some("AWSAccessKeyId", self.access_key().as_deref())]
            }
            _ => Vec::new(),
        };
        found.into_iter().flatten().map(|(name, value)| (name, escaped(&value))).collect()
    }

    /// The access key that the request says.
    fn access_key(&self) -> Option<String> {
        let credential = self.header("authorization").and_then(|it| it.split_once("Credential="));
        let credential =
            credential.map(|(_, it)| it.to_owned()).or_else(|| self.parameter("X-Amz-Credential"));
        Some(credential?.split('/').next()?.to_owned())
    }
}

fn error_of_bad_request(message: String) -> S3Error {
    let mut refused = error(S3ErrorCode::Custom("BadRequest".into()), message);
    refused.set_status_code(StatusCode::BAD_REQUEST);
    refused
}

fn of_error(error: S3Error) -> Response<Body> {
    error.to_http_response().unwrap_or_else(|_| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

pub(super) fn host_id(bits: u128) -> String {
    let half = bits.to_be_bytes();
    base64::engine::general_purpose::STANDARD.encode([half, half.map(|it| !it)].concat())
}

fn detail(value: &HeaderValue) -> Option<(String, String)> {
    let (name, value) = value.to_str().ok()?.split_once('=')?;
    Some((name.to_owned(), escaped(&decoded(value))))
}

/// What an error says, as its XML has it.
struct Said {
    code: String,
    message: String,
}

impl Said {
    fn of(body: &Body) -> Option<Said> {
        let bytes = body.bytes().filter(|it| it.len() <= TEXT_MAX)?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let part = |name: &str| {
            let (_, rest) = text.split_once(&format!("<{name}>"))?;
            Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
        };
        text.contains("<Error>").then_some(())?;
        let code = part("Code")?;
        let message = part("Message").unwrap_or_else(|| sentence(&code).to_owned());
        Some(Said { code, message })
    }

    /// The condition of a form's policy that was not met, as AWS quotes it; s3s says it in words and calls the policy wrong.
    fn policy_condition(&self) -> Option<String> {
        let words = self.message.replace("&apos;", "'");
        let quoted = |begin: &str| Some(words.split_once(begin)?.1.split_once('\'')?.0);
        let kind = quoted("Policy condition '").filter(|_| self.code == "InvalidPolicyDocument")?;
        let field = quoted(" for field '")?;
        let value = quoted("expected prefix '").or_else(|| quoted("expected '"))?;
        Some(format!("[&quot;{kind}&quot;, &quot;${field}&quot;, &quot;{value}&quot;]"))
    }

    fn written(&self, details: &[(String, String)]) -> String {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        let first = [("Code".to_owned(), self.code.clone()), ("Message".to_owned(), self.message.clone())];
        for (name, value) in first.iter().chain(details) {
            text.push_str(&format!("<{name}>{value}</{name}>"));
        }
        text.push_str("</Error>");
        text
    }
}

/// What S3 says of a code where s3s refuses without a word.
fn sentence(code: &str) -> &'static str {
    match code {
        "AccessDenied" => "Access Denied",
        "IncompleteBody" => {
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        }
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "KeyTooLongError" => "Your key is too long",
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published schema"
        }
        "MaxMessageLengthExceeded" => "Your request was too big.",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "MissingRequestBodyError" => "Request Body is empty",
        "NotImplemented" => "A header you provided implies functionality that is not implemented",
        "RequestTimeTooSkewed" => {
            "The difference between the request time and the current time is too large."
        }
        "SignatureDoesNotMatch" => {
            "The request signature we calculated does not match the signature you provided. Check your key and signing method."
        }
        _ => "We encountered an internal error. Please try again.",
    }
}

/// What XML cannot have as it is.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(it),
            // XML 1.0 has no way to say these.
            '\0'..=' ' if it != ' ' => out.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            plain => out.push(plain),
        }
    }
    out
}

/// A text as it was before a URL had it; what is no text is shown as that.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let escape = digits.filter(|_| *first == b'%').and_then(|it| u8::from_str_radix(it, 16).ok());
        bytes.push(escape.unwrap_or(*first));
        rest = if escape.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(method: &str, path: &str, headers: &[(&'static str, &'static str)]) -> Question {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Question::of(&request.body(Body::empty()).unwrap(), "0123456789ABCDEF".to_owned())
    }

    fn text(response: &Response<Body>) -> String {
        String::from_utf8(response.body().bytes().unwrap().to_vec()).unwrap()
    }

    #[test]
    fn an_error_says_what_it_is_about() {
        let asked = question("GET", "/logs/a%3Cb", &[]);
        let missing = error(S3ErrorCode::NoSuchKey, "The specified key does not exist.");
        let answered = asked.finish(of_error(missing));
        let said = text(&answered);
        assert!(said.contains("<Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>"));
        assert!(said.contains("<Key>a&lt;b</Key><RequestId>"), "{said}");
        assert_eq!(answered.headers()["x-amz-request-id"], "0123456789ABCDEF");
        let named = question("GET", "/a", &[("host", "logs.s3.eu-west-1.amazonaws.com")]);
        let said = text(&named.finish(of_error(super::super::errors::no_such_bucket())));
        assert!(said.contains("<BucketName>logs</BucketName>"), "{said}");
    }

    #[test]
    fn details_of_a_refusal_are_told_and_their_header_is_not() {
        let refused = super::super::errors::invalid_argument("Days", "0 & \n<", "no");
        let answered = question("PUT", "/logs", &[]).finish(of_error(refused));
        assert!(answered.headers().keys().all(|it| it.as_str() != DETAIL));
        let said = text(&answered);
        assert!(said.contains("<ArgumentName>Days</ArgumentName><ArgumentValue>0 &amp; \n&lt;<"), "{said}");
    }

    #[test]
    fn a_refusal_without_words_has_awss() {
        let refused = S3Error::new(S3ErrorCode::MalformedXML);
        let said = text(&question("PUT", "/logs", &[]).finish(of_error(refused)));
        assert!(said.contains("did not validate against our published schema"), "{said}");
    }

    #[test]
    fn a_form_that_its_policy_does_not_allow_is_denied() {
        let message =
            "Policy condition 'starts-with' for field 'key' failed: expected prefix 'in/', got 'out'";
        let refused = error(S3ErrorCode::InvalidPolicyDocument, message);
        let answered = question("POST", "/logs", &[]).finish(of_error(refused));
        assert_eq!(answered.status(), StatusCode::FORBIDDEN);
        let said = "<Code>AccessDenied</Code><Message>Invalid according to Policy: Policy Condition failed: \
                    [&quot;starts-with&quot;, &quot;$key&quot;, &quot;in/&quot;]</Message>";
        assert!(text(&answered).contains(said), "{}", text(&answered));
    }

    #[test]
    fn a_browser_is_told_whether_it_may_call() {
        let rule = CorsRule {
            origins: vec!["https://page".to_owned()],
            methods: vec!["PUT".to_owned()],
            ..CorsRule::default()
        };
        let before = |origin| {
            let asked = [("origin", origin), ("access-control-request-method", "PUT")];
            question("OPTIONS", "/logs/a", &asked)
        };
        let may = before("https://page").preflight(Some(std::slice::from_ref(&rule)));
        assert_eq!((may.status().as_u16(), may.headers()["access-control-allow-origin"].len()), (200, 12));
        let other = before("https://other");
        let refused = other.finish(other.preflight(Some(&[rule])));
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert!(text(&refused).contains("<Code>AccessForbidden</Code>"));
        assert!(text(&refused).contains("<Method>PUT</Method><ResourceType>OBJECT</ResourceType>"));
        assert!(
            text(&before("https://page").preflight(None)).contains("CORS is not enabled for this bucket.")
        );
        let bare = question("OPTIONS", "/logs/a", &[]);
        assert_eq!(bare.preflight(None).status(), StatusCode::BAD_REQUEST);
    }
}
