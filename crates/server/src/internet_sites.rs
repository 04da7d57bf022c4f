//! The sites of the simulated internet ([`guest::internet`]), over HTTP and over TLS.
//!
//! Some tell their visitor from which address they see it, as their models do: behind a NAT gateway it is the gateway's.

use guest::internet::{Answer, Site};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::conversation;
use crate::host_name::name_in;
use crate::ip_ranges;
use crate::listener::Stream;
use crate::places::{self, Places};

/// How many visitors the sites have at once: in all, and from one address. Whoever is behind a NAT gateway shares its.
pub const VISITORS_MAX: usize = 1024;
/// The share of one address.
pub const VISITORS_PER_ADDRESS_MAX: usize = 128;
/// How long a visitor may take to secure a connection, to send the head of a request, and be silent before it.
const HEAD_MAX: Duration = Duration::from_secs(5);
/// How long a visit lasts at most.
const VISIT_MAX: Duration = Duration::from_secs(120);

/// Serves all sites at a port.
pub async fn serve(listener: TcpListener, places: Arc<Places<IpAddr>>, tls: Option<TlsAcceptor>) {
    let visit_one = |stream, _| visit(stream, tls.clone());
    places::admit(listener, places, |visitor| Some(visitor.ip()), visit_one).await;
}

async fn visit(stream: TcpStream, tls: Option<TlsAcceptor>) -> std::io::Result<()> {
    let ends = Ends { site: stream.local_addr()?, visitor: stream.peer_addr()?.ip().to_canonical() };
    let Some(tls) = tls else { return conversation::close(show(stream, ends).await?).await };
    let secured = timeout(HEAD_MAX, tls.accept(stream)).await??;
    let mut secured = show(secured, ends).await?;
    let _ = timeout(HEAD_MAX, secured.shutdown()).await;
    conversation::close(secured.into_inner().0).await
}

/// Answers what is asked over a connection, and gives it back.
async fn show<S: Stream>(stream: S, ends: Ends) -> std::io::Result<S> {
    let answer = service_fn(move |request: Request<Incoming>| async move {
        Ok::<_, std::convert::Infallible>(ends.answer(&request))
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_MAX);
    let connection = builder.serve_connection(TokioIo::new(stream), answer).without_shutdown();
    let served = timeout(VISIT_MAX, connection).await?;
    let parts = served.map_err(|error| match error.is_timeout() {
        true => std::io::ErrorKind::TimedOut.into(),
        false => std::io::Error::other(error),
    })?;
    Ok(parts.io.into_inner())
}

/// Who talks with whom.
#[derive(Clone, Copy)]
struct Ends {
    site: SocketAddr,
    visitor: IpAddr,
}

impl Ends {
    fn answer<B>(self, request: &Request<B>) -> Response<Full<Bytes>> {
        let host = request.headers().get("host").and_then(|value| value.to_str().ok());
        let name = host.and_then(name_in).unwrap_or_default();
        let Some(site) = Site::at(self.site.ip().to_canonical(), &name) else {
            return text(StatusCode::NOT_FOUND, "text/plain", "");
        };
        // A visitor who has asked for no name that is there is answered as if for the first.
        let name = if site.names.contains(&name.as_str()) { name.as_str() } else { site.names[0] };
        let path = request.uri().path_and_query().map_or("/", |it| it.as_str());
        let is_secured = self.site.port() == 443;
        let plain = |body: String| text(StatusCode::OK, "text/plain", body);
        match if is_secured { site.https } else { site.http } {
            Answer::Page => text(StatusCode::OK, "text/html; charset=utf-8", page(name)),
            Answer::Elsewhere(place) => moved(&format!("{place}{path}")),
            Answer::Secured => moved(&format!("https://{name}{path}")),
            Answer::AddressLine => plain(format!("{}\n", self.visitor)),
            Answer::Address => plain(self.visitor.to_string()),
            Answer::AddressRanges => match request.uri().path() {
                ip_ranges::PATH => text(StatusCode::OK, "application/json", ip_ranges::document()),
                _ => text(StatusCode::NOT_FOUND, "text/plain", ""),
            },
            Answer::AddressJson => match request.uri().path() {
                "/ip" => plain(format!("{}\n", self.visitor)),
                _ => text(
                    StatusCode::OK,
                    "application/json",
                    format!("{{\n  \"ip\": \"{}\"\n}}", self.visitor),
                ),
            },
        }
    }
}

fn text(status: StatusCode, kind: &str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let builder = Response::builder().status(status).header("content-type", kind);
    builder.body(Full::new(body.into())).unwrap_or_default()
}

fn moved(there: &str) -> Response<Full<Bytes>> {
    let builder = Response::builder().status(StatusCode::MOVED_PERMANENTLY).header("location", there);
    builder.body(Full::default()).unwrap_or_else(|_| {
        let mut malformed = Response::default();
        *malformed.status_mut() = StatusCode::BAD_REQUEST;
        malformed
    })
}

/// A page that nobody takes for the real one.
fn page(name: &str) -> String {
    let title = if name.ends_with("example.com") { "Example Domain" } else { name };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<p>This page comes \
         from Hamlet's simulated internet. Nothing left your machine.</p>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, port: u16, path: &str) -> (u16, String) {
        let site = Site::named(name).unwrap();
        let ends = Ends { site: (site.v4, port).into(), visitor: IpAddr::from([203, 0, 113, 7]) };
        let request = Request::builder().uri(path).header("host", format!("{name}:{port}")).body(()).unwrap();
        let response = ends.answer(&request);
        let location = response.headers().get("location").map(|it| it.to_str().unwrap().to_owned());
        (response.status().as_u16(), location.unwrap_or_default())
    }

    #[test]
    fn visitors_are_sent_where_people_see_that_they_are_sent() {
        for (name, port, there) in [
            ("google.com", 80, "http://www.google.com/a?b=c"),
            ("google.com", 443, "https://www.google.com/a?b=c"),
            ("github.com", 80, "https://github.com/a?b=c"),
            ("learn.nextwork.org", 80, "https://learn.nextwork.org/a?b=c"),
            ("wikipedia.org", 443, "https://www.wikipedia.org/a?b=c"),
            ("redirect.example.net", 80, "http://example.com/a?b=c"),
        ] {
            assert_eq!(asked(name, port, "/a?b=c"), (301, there.to_owned()), "{name}");
        }
        for (name, port) in
            [("example.com", 80), ("www.google.com", 80), ("github.com", 443), ("ipinfo.io", 443)]
        {
            assert_eq!(asked(name, port, "/"), (200, String::new()), "{name}");
        }
    }
    #[test]
    fn the_ranges_of_aws_are_under_their_own_path_alone() {
        for port in [80, 443] {
            assert_eq!(asked("ip-ranges.amazonaws.com", port, "/ip-ranges.json").0, 200);
            assert_eq!(asked("ip-ranges.amazonaws.com", port, "/").0, 404);
        }
    }
}
