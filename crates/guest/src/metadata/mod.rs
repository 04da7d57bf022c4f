//! Instance metadata: what an instance reads about itself at 169.254.169.254.
//!
//! Follows "Use instance metadata to manage your EC2 instance" and "How Instance Metadata Service Version 2 works" (EC2
//! User Guide). Every dated version shows the same tree as `latest`. Left out, and so not found: `identity-credentials/`, spot
//! and Auto Scaling notices.

mod categories;
mod document;
pub mod http;
mod iam;
mod token;
mod tree;

#[cfg(test)]
mod tests;

use model::{Instance, NetworkInterface, Timestamp, World};

use crate::role_credentials::CredentialKey;
pub use document::{IdentitySigner, Signatures};
pub use token::TokenKey;
use tree::Tree;

const TOKEN_PATH: &str = "latest/api/token";
const TOKEN: &str = "X-aws-ec2-metadata-token";
const TOKEN_TTL: &str = "X-aws-ec2-metadata-token-ttl-seconds";
/// The longest life of a token: six hours.
const TOKEN_TTL_MAX_S: u32 = 21_600;

/// Versions of the metadata's layout, as `/` lists them.
const VERSIONS: [&str; 29] = [
    "1.0",
    "2007-01-19",
    "2007-03-01",
    "2007-08-29",
    "2007-10-10",
    "2007-12-15",
    "2008-02-01",
    "2008-09-01",
    "2009-04-04",
    "2011-01-01",
    "2011-05-01",
    "2012-01-12",
    "2014-02-25",
    "2014-11-05",
    "2015-10-20",
    "2016-04-19",
    "2016-06-30",
    "2016-09-02",
    "2018-03-28",
    "2018-08-17",
    "2018-09-24",
    "2019-10-01",
    "2020-10-27",
    "2021-01-03",
    "2021-03-23",
    "2021-07-15",
    "2022-09-24",
    "2024-04-11",
    "latest",
];

/// What answers are made with besides the network.
#[derive(Clone, Copy)]
pub struct Secrets<'a> {
    /// What session tokens are made with.
    pub tokens: &'a TokenKey,
    /// What credentials of roles are made with.
    pub credentials: &'a CredentialKey,
    /// Who signs identity documents. Without it their signatures are not there; see [`Request::is_about_identity`].
    pub identity: Option<&'a dyn IdentitySigner>,
}

/// A request to the metadata service.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The method, as sent.
    pub method: &'a str,
    /// The path, with the query if there was one.
    pub path: &'a str,
    /// Header names and values, in order.
    pub headers: &'a [(&'a str, &'a str)],
}

/// An answer of the metadata service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Headers, without `Content-Length` and `Connection`, which are the caller's.
    pub headers: Vec<(&'static str, String)>,
    /// The body. In an answer to HEAD it is the one that GET would get: its length counts, it is not sent.
    pub body: Vec<u8>,
    /// The hop limit of the answer's packets, where it is not the usual one: a token travels no further than
    /// `HttpPutResponseHopLimit` allows.
    pub hop_limit: Option<u8>,
}

/// Answers a request that came from an interface.
pub fn answer(
    world: &World,
    interface: &NetworkInterface,
    request: &Request<'_>,
    now: Timestamp,
    secrets: &Secrets<'_>,
) -> Response {
    let Some(instance) = interface.instance().and_then(|id| world.network.instances.get(&id)) else {
        return Status::NotFound.page();
    };
    if !instance.metadata_options.enabled {
        return Status::Forbidden.page();
    }
    let path = request.normal_path();
    match request.method {
        "PUT" if path == TOKEN_PATH => new_token(instance, request, now, secrets.tokens),
        "GET" | "HEAD" if path != TOKEN_PATH => read(world, instance, request, &path, now, secrets),
        _ => Status::MethodNotAllowed.page(),
    }
}

impl Request<'_> {
    /// The path without slashes at its ends, repeated slashes and the query.
    fn normal_path(&self) -> String {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        parts.join("/")
    }

    /// Whether the identity document's folder is asked about, so that its signer is needed.
    pub fn is_about_identity(&self) -> bool {
        let path = self.normal_path();
        path.split_once('/').is_some_and(|(_, path)| path.starts_with(document::FOLDER))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }
}

/// "IMDSv2 … PUT requests that contain an X-Forwarded-For header" are refused: a proxy must not fetch tokens for others.
fn new_token(instance: &Instance, request: &Request<'_>, now: Timestamp, key: &TokenKey) -> Response {
    if request.header("X-Forwarded-For").is_some() {
        return Status::Forbidden.page();
    }
    let ttl_s = request.header(TOKEN_TTL).and_then(|value| value.parse::<u32>().ok());
    let Some(ttl_s) = ttl_s.filter(|ttl_s| (1..=TOKEN_TTL_MAX_S).contains(ttl_s)) else {
        return Status::BadRequest.page();
    };
    let token = token::make(key, instance.id, now, ttl_s);
    let mut response = Response::ok(token.into_bytes(), "text/plain");
    response.headers.push((TOKEN_TTL, ttl_s.to_string()));
    response.hop_limit = Some(instance.metadata_options.hop_limit);
    response
}

fn read(
    world: &World,
    instance: &Instance,
    request: &Request<'_>,
    path: &str,
    now: Timestamp,
    secrets: &Secrets<'_>,
) -> Response {
    let Ok(session) = session(instance, request, now, secrets.tokens) else {
        return Status::Unauthorized.page();
    };
    let Some(mut response) = find(world, instance, path, now, secrets) else {
        return Status::NotFound.page();
    };
    if let Some(left_s) = session {
        response.headers.push((TOKEN_TTL, left_s.to_string()));
    }
    response
}

/// No valid token where there must be one, or an invalid one.
struct Unauthorized;

/// How long the session of a request still lasts; `None` for a request of version 1, which has none. A token that does
/// not hold is refused even where none is required.
fn session(
    instance: &Instance,
    request: &Request<'_>,
    now: Timestamp,
    key: &TokenKey,
) -> Result<Option<u32>, Unauthorized> {
    match request.header(TOKEN) {
        Some(token) => token::seconds_left(key, instance.id, now, token).map(Some).ok_or(Unauthorized),
        None if instance.metadata_options.tokens_required => Err(Unauthorized),
        None => Ok(None),
    }
}

fn find(
    world: &World,
    instance: &Instance,
    path: &str,
    now: Timestamp,
    secrets: &Secrets<'_>,
) -> Option<Response> {
    if path.is_empty() {
        return Some(Response::ok(VERSIONS.join("\n").into_bytes(), "text/plain"));
    }
    let (version, path) = path.split_once('/').unwrap_or((path, ""));
    if !VERSIONS.contains(&version) {
        return None;
    }
    let mut tree = tree_of(world, instance, now);
    iam::plant(&mut tree, world, instance, now, secrets.credentials);
    // Signing takes a thousand times longer than everything else here.
    if let Some(signer) = secrets.identity.filter(|_| path.starts_with(document::FOLDER)) {
        document::plant_signatures(&mut tree, world, instance, signer);
    }
    let body = tree.get(path)?;
    let content_type = if path == "user-data" { "application/octet-stream" } else { "text/plain" };
    Some(Response::ok(body, content_type))
}

/// Everything that an instance can read about itself.
fn tree_of(world: &World, instance: &Instance, now: Timestamp) -> Tree {
    let mut tree = Tree::default();
    // AWS lists these two without the slash that other folders have.
    tree.spell("meta-data", "meta-data");
    tree.spell("dynamic", "dynamic");
    categories::plant(&mut tree, world, instance, now);
    document::plant(&mut tree, world, instance);
    if !instance.user_data.is_empty() {
        tree.put("user-data", instance.user_data.clone());
    }
    tree
}

/// Statuses of answers without content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
}

impl Status {
    fn code_and_reason(self) -> (u16, &'static str) {
        match self {
            Status::BadRequest => (400, "Bad Request"),
            Status::Unauthorized => (401, "Unauthorized"),
            Status::Forbidden => (403, "Forbidden"),
            Status::NotFound => (404, "Not Found"),
            Status::MethodNotAllowed => (405, "Method Not Allowed"),
        }
    }

    /// The page that AWS shows.
    fn page(self) -> Response {
        let (status, reason) = self.code_and_reason();
        let title = format!("{status} - {reason}");
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n\
             <!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n\
             \t\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n\
             <html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n \
             <head>\n  <title>{title}</title>\n </head>\n \
             <body>\n  <h1>{title}</h1>\n </body>\n</html>\n"
        );
        Response { status, ..Response::ok(body.into_bytes(), "text/html") }
    }
}

impl Response {
    fn ok(body: Vec<u8>, content_type: &str) -> Self {
        let headers = vec![("Content-Type", content_type.to_owned()), ("Server", "EC2ws".to_owned())];
        Response { status: 200, headers, body, hop_limit: None }
    }
}
