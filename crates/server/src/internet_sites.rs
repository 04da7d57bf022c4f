//! The sites of the simulated internet ([`guest::internet`]), over HTTP and over TLS.
//!
//! Some tell their visitor from which address they see it, as their models do: behind a NAT gateway it is the gateway's.

use guest::PublicNames;
use guest::internet::{HTTPS, Host, WebAnswer};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Bytes, Incoming};
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
use tokio_rustls::server::TlsStream;

use crate::conversation;
use crate::host_name::name_in;
use crate::internet_ports;
use crate::ip_ranges;
use crate::listener::Stream;
use crate::places::{self, Places};

/// How many visitors the sites have at once: in all, and from one address. Whoever is behind a NAT gateway shares its.
pub const VISITORS_MAX: usize = 1024;
/// The share of one address.
pub const VISITORS_PER_ADDRESS_MAX: usize = 128;
/// How long a visitor may take to secure a connection, to send the head of a request, and be silent before it.
const HEAD_MAX: Duration = Duration::from_secs(5);
/// How long a body is at most that is sent back, in bytes.
const ECHO_BYTES_MAX: usize = 64 << 10;
/// How long a visit lasts at most.
const VISIT_MAX: Duration = Duration::from_secs(120);

/// What the sites are served from.
#[derive(Clone)]
pub(crate) struct Sites {
    /// Which there are.
    pub(crate) names: Arc<PublicNames>,
    /// The places of their visitors.
    pub(crate) places: Arc<Places<IpAddr>>,
    /// How connections to port 443 are secured.
    pub(crate) tls: TlsAcceptor,
}

impl Sites {
    /// Serves all of them at a port, 80 or 443.
    pub(crate) async fn serve(self, listener: TcpListener) {
        let places = Arc::clone(&self.places);
        let visit_one = |stream, _| self.clone().visit(stream);
        places::admit(listener, places, |visitor| Some(visitor.ip()), visit_one).await;
    }

    async fn visit(self, stream: TcpStream) -> std::io::Result<()> {
        let visitor = stream.peer_addr()?.ip().to_canonical();
        let ends = Ends { names: self.names, site: stream.local_addr()?, visitor };
        if ends.site.port() != HTTPS {
            return ends.converse(stream).await;
        }
        let secured = timeout(HEAD_MAX, self.tls.accept(stream)).await??;
        ends.converse(secured).await
    }
}

/// Who talks with whom.
#[derive(Clone)]
struct Ends {
    names: Arc<PublicNames>,
    site: SocketAddr,
    visitor: IpAddr,
}

impl Ends {
    async fn converse<S: Farewell>(self, stream: S) -> std::io::Result<()> {
        if let Some(WebAnswer::Forward(to)) = self.host("").map(|host| host.web(self.site.port())) {
            return internet_ports::forward(stream, *to).await;
        }
        self.show(stream).await?.farewell().await
    }

    /// Answers what is asked over a connection, and gives it back.
    async fn show<S: Stream>(self, stream: S) -> std::io::Result<S> {
        let answer = service_fn(move |request: Request<Incoming>| {
            let ends = self.clone();
            async move { Ok::<_, std::convert::Infallible>(ends.answer(request).await) }
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

    fn host(&self, name: &str) -> Option<&Host> {
        self.names.internet().at(self.site.ip().to_canonical(), name)
    }

    async fn answer<B>(self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let asked = request.headers().get("host").and_then(|value| value.to_str().ok());
        let name = asked.and_then(name_in).unwrap_or_default();
        let Some(host) = self.host(&name) else { return text(StatusCode::NOT_FOUND, "text/plain", "") };
        // A visitor who has asked for no name that is there is answered as if for the first.
        let name = if host.names().any(|it| it == name) { name.as_str() } else { host.name() };
        let path = request.uri().path_and_query().map_or("/", |it| it.as_str());
        let plain = |body: String| text(StatusCode::OK, "text/plain", body);
        match host.web(self.site.port()) {
            WebAnswer::Page => text(StatusCode::OK, "text/html; charset=utf-8", page(name)),
            WebAnswer::File(content, kind) => {
                text(StatusCode::OK, kind, Bytes::from_owner(Arc::clone(content)))
            }
            WebAnswer::Elsewhere(place) => moved(&format!("{place}{path}")),
            WebAnswer::Secured => moved(&format!("https://{name}{path}")),
            WebAnswer::Echo => echo(request).await,
            WebAnswer::AddressLine => plain(format!("{}\n", self.visitor)),
            WebAnswer::Address => plain(self.visitor.to_string()),
            WebAnswer::AddressRanges => match request.uri().path() {
                ip_ranges::PATH => text(StatusCode::OK, "application/json", ip_ranges::document()),
                _ => text(StatusCode::NOT_FOUND, "text/plain", ""),
            },
            WebAnswer::AddressJson => match request.uri().path() {
                "/ip" => plain(format!("{}\n", self.visitor)),
                _ => text(
                    StatusCode::OK,
                    "application/json",
                    format!("{{\n  \"ip\": \"{}\"\n}}", self.visitor),
                ),
            },
            // Connections to it were led on before anything was read.
            WebAnswer::Forward(_) => text(StatusCode::BAD_GATEWAY, "text/plain", ""),
        }
    }
}

/// A connection that is closed in order when all is said.
trait Farewell: Stream {
    async fn farewell(self) -> std::io::Result<()>;
}

impl Farewell for TcpStream {
    async fn farewell(self) -> std::io::Result<()> {
        conversation::close(self).await
    }
}

impl Farewell for TlsStream<TcpStream> {
    async fn farewell(mut self) -> std::io::Result<()> {
        let _ = timeout(HEAD_MAX, self.shutdown()).await;
        conversation::close(self.into_inner().0).await
    }
}

/// A request as it came: what it asks, its headers, and its body as far as [`ECHO_BYTES_MAX`].
async fn echo<B>(request: Request<B>) -> Response<Full<Bytes>>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, ECHO_BYTES_MAX).collect().await else {
        return text(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "");
    };
    let mut said = format!("{} {} {:?}\r\n", head.method, head.uri, head.version).into_bytes();
    for (name, value) in &head.headers {
        said.extend_from_slice(name.as_str().as_bytes());
        said.extend_from_slice(b": ");
        said.extend_from_slice(value.as_bytes());
        said.extend_from_slice(b"\r\n");
    }
    said.extend_from_slice(b"\r\n");
    said.extend_from_slice(&body.to_bytes());
    text(StatusCode::OK, "text/plain", said)
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

    async fn asked(name: &str, port: u16, path: &str) -> (u16, String) {
        let names = Arc::new(PublicNames::simulated());
        let site = (names.internet().named(name).unwrap().addresses[0], port).into();
        let ends = Ends { names, site, visitor: IpAddr::from([203, 0, 113, 7]) };
        let request = Request::builder().uri(path).header("host", format!("{name}:{port}"));
        let response = ends.answer(request.body(Full::<Bytes>::default()).unwrap()).await;
        let location = response.headers().get("location").map(|it| it.to_str().unwrap().to_owned());
        (response.status().as_u16(), location.unwrap_or_default())
    }

    #[tokio::test]
    async fn visitors_are_sent_where_people_see_that_they_are_sent() {
        for (name, port, there) in [
            ("google.com", 80, "http://www.google.com/a?b=c"),
            ("google.com", 443, "https://www.google.com/a?b=c"),
            ("github.com", 80, "https://github.com/a?b=c"),
            ("learn.nextwork.org", 80, "https://learn.nextwork.org/a?b=c"),
            ("wikipedia.org", 443, "https://www.wikipedia.org/a?b=c"),
            ("redirect.example.net", 80, "http://example.com/a?b=c"),
        ] {
            assert_eq!(asked(name, port, "/a?b=c").await, (301, there.to_owned()), "{name}");
        }
        for (name, port) in
            [("example.com", 80), ("www.google.com", 80), ("github.com", 443), ("ipinfo.io", 443)]
        {
            assert_eq!(asked(name, port, "/").await, (200, String::new()), "{name}");
        }
    }

    #[tokio::test]
    async fn the_ranges_of_aws_are_under_their_own_path_alone() {
        for port in [80, 443] {
            assert_eq!(asked("ip-ranges.amazonaws.com", port, "/ip-ranges.json").await.0, 200);
            assert_eq!(asked("ip-ranges.amazonaws.com", port, "/").await.0, 404);
        }
    }
}
