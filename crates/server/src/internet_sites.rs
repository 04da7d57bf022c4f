//! The sites of the simulated internet: example.com, and a site that sends its visitors there.

use guest::public_names;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

use crate::conversation;
use crate::places::{self, Places};

/// How many visitors the sites have at once: in all, and from one address. Whoever is behind a NAT gateway shares its.
pub const VISITORS_MAX: usize = 1024;
/// The share of one address.
pub const VISITORS_PER_ADDRESS_MAX: usize = 128;
/// How long a visitor may take to send the head of a request, and be silent before it.
const HEAD_MAX: Duration = Duration::from_secs(5);
/// How long a visit lasts at most.
const VISIT_MAX: Duration = Duration::from_secs(120);

const EXAMPLE: &str = "<!doctype html>
<html lang=\"en\">
<head><title>Example Domain</title></head>
<body>
<h1>Example Domain</h1>
<p>This page comes from Hamlet's simulated internet. Nothing left your machine.</p>
</body>
</html>
";

/// Serves all sites; which one is told by the address that the visitor came to.
pub async fn serve(listener: TcpListener, places: Arc<Places<IpAddr>>) {
    places::admit(listener, places, |visitor| Some(visitor.ip()), |stream, _| visit(stream)).await;
}

async fn visit(stream: TcpStream) -> std::io::Result<()> {
    let site = stream.local_addr()?.ip();
    let answer = service_fn(move |request: Request<Incoming>| async move {
        Ok::<_, std::convert::Infallible>(page(site, &request))
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_MAX);
    let connection = builder.serve_connection(TokioIo::new(stream), answer).without_shutdown();
    let served = tokio::time::timeout(VISIT_MAX, connection).await?;
    let parts = served.map_err(|error| match error.is_timeout() {
        true => std::io::ErrorKind::TimedOut.into(),
        false => std::io::Error::other(error),
    })?;
    conversation::close(parts.io.into_inner()).await
}

fn page(site: IpAddr, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    if site == IpAddr::V4(public_names::REDIRECT) {
        let there = format!("http://example.com{}", request.uri().path());
        return Response::builder()
            .status(StatusCode::MOVED_PERMANENTLY)
            .header("location", there)
            .body(Full::default())
            .unwrap_or_default();
    }
    Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .body(Full::new(Bytes::from_static(EXAMPLE.as_bytes())))
        .unwrap_or_default()
}
