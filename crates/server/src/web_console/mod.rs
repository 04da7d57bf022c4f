//! The web console: its files, the way in, and credentials for the page. Everything else it does is in AWS's own APIs.
//!
//! It lies under a path that no bucket's name can begin with. What is refused to strangers' pages (`crate::web_page`) is
//! refused here as well; and only who belongs to the daemon's own user is let in, so that neither other users of this machine
//! nor its instances come further than the files, which are no secret.

use console::File;
use flate2::read::GzDecoder;
use http_body_util::Full;
use hyper::body::{Body, Bytes};
use hyper::http::request::Parts;
use hyper::http::response::Builder;
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Response, StatusCode};
use serde::Serialize;
use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use crate::api::{Api, Client, headers_of, signed_request};
use crate::host_name::addressed;
use crate::shares::Holder;
use crate::tunnel;

mod credentials;
mod entrance;
mod terminal;

pub use entrance::Entrance;
pub use terminal::Terminals;

/// Where it lies: an underscore begins no bucket's name.
pub const PATH: &str = "/_hamlet/console/";
/// The same without the stroke that people leave away.
const PATH_AS_TYPED: &str = "/_hamlet/console";
/// Every request that the page can make goes to where it came from; nothing in it runs but the files; no page shows it in a
/// frame. Components set styles of their own as the page runs.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                                       img-src 'self' data:; font-src 'self' data:; connect-src 'self'; \
                                       worker-src 'self' blob:; base-uri 'none'; form-action 'none'; \
                                       frame-ancestors 'none'";

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Hamlet</title>\n\
    <h1>The console was not built</h1>\n\
    <p>This Hamlet answers AWS's APIs, but was compiled without its web console. \
    Build both with <code>make build</code> in Hamlet's folder, then start it again.</p>\n</html>\n";
const STALE_ADDRESS: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Hamlet</title>\n\
    <h1>This address was used before, or is too old</h1>\n\
    <p>Each address lets in once, within a quarter of an hour. <code>hamlet console</code> prints a new one.</p>\n</html>\n";
const OTHERS_STAY_OUT: &str = "The console is for the user for whom this Hamlet runs, on this machine.\n";

/// Whether a request is the console's: from outside, and below its path.
pub(crate) fn is_meant(client: &Client, path: &str) -> bool {
    client.endpoint.is_none() && (path == PATH_AS_TYPED || path.starts_with(PATH))
}

/// Answers a request of the console; one for a terminal becomes a WebSocket.
pub(crate) async fn answer(
    api: &Arc<Api>,
    client: &Client,
    head: &Parts,
    body: impl Body<Data = Bytes>,
    upgrade: OnUpgrade,
) -> Response<Full<Bytes>> {
    if let Some(refusal) = api.refusal(client, head) {
        api.refused.count(refusal.reason);
        return text(StatusCode::FORBIDDEN, "text/plain; charset=utf-8", refusal.sentence + "\n");
    }
    let Some(path) = head.uri.path().strip_prefix(PATH) else { return leading_to(PATH, None) };
    match (&head.method, path) {
        (&Method::GET, "enter") => enter(api, client, head),
        (&Method::GET, "terminal") => terminal(api, client, head, upgrade),
        (&Method::POST, "credentials") => credentials::credentials(api, client, head),
        (&Method::POST, "sign_in") => credentials::sign_in(api, client, head, body).await,
        (&Method::POST, "sign_in_as_root") => credentials::sign_in_as_root(api, client, head),
        (&Method::POST, "leave") => leave(api, head),
        (&Method::GET | &Method::HEAD, path) => file(head, path),
        _ => text(StatusCode::METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", "GET the console's files.\n"),
    }
}

/// Takes the token of an address, and leads to the page without it.
fn enter(api: &Api, client: &Client, head: &Parts) -> Response<Full<Bytes>> {
    if client.holder != Holder::Own {
        return text(StatusCode::FORBIDDEN, "text/plain; charset=utf-8", OTHERS_STAY_OUT);
    }
    let token = head.uri.query().and_then(|query| query.strip_prefix("token="));
    let host = addressed(head).unwrap_or_default();
    match token.and_then(|token| api.entrance.enter(token, &host, Instant::now())) {
        Some(key) => leading_to(PATH, Some(cookie(&host, &key, ""))),
        None => text(StatusCode::FORBIDDEN, "text/html; charset=utf-8", STALE_ADDRESS),
    }
}

/// Opens a terminal to a page of somebody who is signed in, and for as long as they are, and nobody else instead. Browsers let
/// pages of any origin ask for a WebSocket: `crate::web_page` has seen to it that this one is ours.
fn terminal(api: &Arc<Api>, client: &Client, head: &Parts, upgrade: OnUpgrade) -> Response<Full<Bytes>> {
    let known = credentials::known(api, client, head);
    let account = known.as_ref().and_then(|known| known.account(api));
    let (Some(known), Some(account)) = (known, account) else { return credentials::nobody() };
    let headers = headers_of(head);
    let accept = match tunnel::handshake(&signed_request(head, &headers)) {
        Ok(key) => tunnel::accept_key(key),
        Err(error) => {
            return text(
                StatusCode::BAD_REQUEST,
                "text/plain; charset=utf-8",
                format!("{}\n", error.message),
            );
        }
    };
    let is_signed_in = known.is_still(api);
    tokio::spawn(terminal::serve(Arc::clone(api), upgrade, account, is_signed_in));
    tunnel::switching(accept).body(Full::default()).expect("status and headers are well-formed")
}

/// Ends the session, and has the browser forget it.
fn leave(api: &Api, head: &Parts) -> Response<Full<Bytes>> {
    let host = addressed(head).unwrap_or_default();
    if let Some(key) = key_in(head, &host) {
        api.entrance.leave(key);
    }
    let forgotten = cookie(&host, "", "; Max-Age=0");
    let response = guarded(StatusCode::NO_CONTENT).header("set-cookie", forgotten);
    response.body(Full::default()).expect("status and headers are well-formed")
}

fn file(head: &Parts, path: &str) -> Response<Full<Bytes>> {
    match console::file(path) {
        Some(file) => packed(head, &file),
        None if !console::is_built() => text(StatusCode::OK, "text/html; charset=utf-8", NOT_BUILT),
        None => text(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "The console has no such file.\n"),
    }
}

/// A file as it is packed, or unpacked for the few who do not say that they can do that.
fn packed(head: &Parts, file: &File) -> Response<Full<Bytes>> {
    let kept = if file.is_named_by_content() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let builder = guarded(StatusCode::OK)
        .header("content-type", file.content_type())
        .header("vary", "accept-encoding")
        .header("cache-control", kept);
    let takes = head.headers.get("accept-encoding").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let (builder, body) = match takes.split(',').any(|it| it.trim().starts_with("gzip")) {
        true => (builder.header("content-encoding", "gzip"), Bytes::from_static(file.gzip)),
        false => {
            let mut whole = Vec::new();
            GzDecoder::new(file.gzip).read_to_end(&mut whole).expect("we have packed it ourselves");
            (builder, Bytes::from(whole))
        }
    };
    builder.body(Full::new(body)).expect("status and headers are well-formed")
}

/// The session's cookie. Cookies know no ports: two Hamlets of one host would take each other's, if it were not for its name.
fn cookie(host: &str, key: &str, more: &str) -> String {
    format!("{}={key}; Path={PATH}; HttpOnly; SameSite=Strict{more}", cookie_name(host))
}

fn cookie_name(host: &str) -> String {
    let port =
        host.rsplit_once(':').map(|(_, port)| port).filter(|it| it.bytes().all(|it| it.is_ascii_digit()));
    format!("hamlet-console-{}", port.unwrap_or("80"))
}

/// What the browser knows of its session.
fn key_in<'a>(head: &'a Parts, host: &str) -> Option<&'a str> {
    let name = cookie_name(host);
    let headers = head.headers.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(it, _)| *it == name).map(|(_, key)| key)
}

fn leading_to(path: &str, cookie: Option<String>) -> Response<Full<Bytes>> {
    let builder = guarded(StatusCode::SEE_OTHER).header("location", path).header("cache-control", "no-store");
    let builder = cookie.into_iter().fold(builder, |builder, cookie| builder.header("set-cookie", cookie));
    builder.body(Full::default()).expect("status and headers are well-formed")
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<Full<Bytes>> {
    text(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
}

fn text(status: StatusCode, content_type: &str, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let builder = guarded(status).header("content-type", content_type).header("cache-control", "no-store");
    builder.body(Full::new(text.into())).expect("status and headers are well-formed")
}

/// What every answer says to the browser about itself.
fn guarded(status: StatusCode) -> Builder {
    Response::builder()
        .status(status)
        .header("content-security-policy", CONTENT_SECURITY_POLICY)
        .header("x-content-type-options", "nosniff")
        .header("x-frame-options", "DENY")
        .header("referrer-policy", "no-referrer")
        .header("cross-origin-opener-policy", "same-origin")
        .header("cross-origin-resource-policy", "same-origin")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn head(headers: &[(&'static str, &str)]) -> Parts {
        let request = headers.iter().fold(Request::builder(), |it, (name, value)| it.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_cookie_is_of_one_port_and_for_no_script() {
        let cookie = cookie("127.0.0.1:4566", "key", "");
        assert_eq!(cookie, "hamlet-console-4566=key; Path=/_hamlet/console/; HttpOnly; SameSite=Strict");
        let both = head(&[("cookie", "a=b; hamlet-console-4567=other; hamlet-console-4566=key")]);
        assert_eq!(key_in(&both, "[::1]:4566"), Some("key"));
        assert_eq!(key_in(&both, "localhost"), None);
    }

    #[test]
    fn every_answer_keeps_strangers_out_of_the_page() {
        for response in
            [leading_to(PATH, None), text(StatusCode::OK, "text/plain", ""), file(&head(&[]), "nothing")]
        {
            let header = |name: &str| response.headers()[name].to_str().unwrap();
            let policy = header("content-security-policy");
            assert!(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
                "{policy}"
            );
            assert!(!policy.contains("script-src 'self' '") && !policy.contains("http"), "{policy}");
            assert_eq!(
                (header("x-content-type-options"), header("referrer-policy")),
                ("nosniff", "no-referrer")
            );
        }
    }
}
