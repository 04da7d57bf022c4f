//! The sites of the simulated internet: example.com, and a site that sends its visitors there.

use guest::public_names;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::net::IpAddr;
use tokio::net::TcpListener;

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
pub async fn serve(listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        let Ok(site) = stream.local_addr().map(|address| address.ip()) else { continue };
        tokio::spawn(async move {
            let visit = service_fn(move |request: Request<Incoming>| async move {
                Ok::<_, std::convert::Infallible>(page(site, &request))
            });
            // A visitor that goes away is its own business.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), visit)
                .await;
        });
    }
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
