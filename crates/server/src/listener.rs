//! The API's connections: how many there may be, for whom, and how long one may be idle.

use awsproto::{Origin, Sender};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::api::{Answer, Api, Client};
use crate::clock;
use crate::local_users::LocalUsers;
use crate::namespaces;
use crate::refusal::{Reason, Refusal, RefusedRequests};
use crate::shares::Shares;

/// How many connections there are at once, where the system lets us have twice as many files.
const CONNECTIONS_MAX: usize = 1024;
/// How many more are told at once that there are too many; beyond these they are only closed.
const TURNED_AWAY_MAX: usize = 64;
/// How long that may take.
const TURNING_AWAY_MAX: Duration = Duration::from_secs(1);
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest head. Longer ones are for nothing that AWS has.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// How long a connection may be without a request, and how long it may take to end after that.
const IDLE_MAX: Duration = Duration::from_secs(60);
const GOODBYE_MAX: Duration = Duration::from_secs(5);
/// How many requests of HTTP/2 share a connection, and how much of their bodies waits to be read.
const STREAMS_MAX: u32 = 64;
const STREAM_WINDOW_BYTES: u32 = 64 << 10;
const CONNECTION_WINDOW_BYTES: u32 = 256 << 10;
/// How long to wait when the system has no more files for us.
const NO_FILES_WAIT: Duration = Duration::from_millis(50);

/// Takes connections as long as the program runs.
pub(crate) async fn accept(listener: TcpListener, users: LocalUsers, api: Arc<Api>) {
    let connections = Shares::of(connections_max());
    let turned_away = Arc::new(Semaphore::new(TURNED_AWAY_MAX));
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            sleep(NO_FILES_WAIT).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (holder, refused) = users.who(&stream, peer.ip());
        let origin = Origin { sender: Sender::UsersMachine, seen_as: as_seen(peer.ip()), is_secure: false };
        let client = Client { origin, holder, refused, auth: api.config.auth, endpoint: None, tls: None };
        if let Some(place) = connections.take(holder, 1) {
            tokio::spawn(serve(stream, client, Arc::clone(&api), place));
            continue;
        }
        api.refused.count(Reason::TooManyConnections);
        if let Ok(permit) = Arc::clone(&turned_away).try_acquire_owned() {
            tokio::spawn(async move {
                let _ = timeout(TURNING_AWAY_MAX, turn_away(stream)).await;
                drop(permit);
            });
        }
    }
}

/// What a connection is, whatever it is secured by.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for T {}

/// Instances, their links and the store need files as well.
fn connections_max() -> usize {
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let files = files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
    CONNECTIONS_MAX.min(files / 2)
}

/// This machine is the user's own computer, which policies and the audit trail know by its public address.
pub(crate) fn as_seen(peer: IpAddr) -> IpAddr {
    let peer = peer.to_canonical();
    match (peer.is_loopback(), peer.is_ipv4()) {
        (true, true) => namespaces::LAPTOP.into(),
        (true, false) => namespaces::LAPTOP_V6.into(),
        (false, _) => peer,
    }
}

/// Answers what comes over a connection, until it ends or has been idle for long.
pub(crate) async fn serve(stream: impl Stream, client: Client, api: Arc<Api>, _place: impl Send) {
    let (client, activity) = (Arc::new(client), Activity::new());
    let refused = Arc::clone(&api.refused);
    let answer = service_fn(|request| {
        let (api, client) = (Arc::clone(&api), Arc::clone(&client));
        let (activity, busy) = (activity.clone(), activity.begin());
        async move {
            let response = api.serve(&client, request).await;
            drop(busy);
            Ok::<_, std::convert::Infallible>(response.map(|body| Answering { body, activity }))
        }
    });
    let builder = builder();
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), answer));
    tokio::select! {
        ended = connection.as_mut() => return count(&refused, ended),
        () = activity.idle_for(IDLE_MAX) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(GOODBYE_MAX, connection).await;
}

/// Counts who spoke no HTTP, or abused it. A client that goes away is its own business.
fn count(refused: &RefusedRequests, ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    let Err(error) = ended else { return };
    let Some(error) = error.downcast_ref::<hyper::Error>() else { return };
    // Of HTTP/2, hyper tells only that its own errors have a cause, which is not the network's.
    let cause = std::error::Error::source(error);
    if error.is_parse() || cause.is_some_and(|cause| !cause.is::<std::io::Error>()) {
        refused.count(Reason::Unintelligible);
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    let mut http1 = builder.http1();
    http1.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(HEAD_BYTES_MAX);
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(STREAMS_MAX);
    http2.max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX));
    http2.initial_stream_window_size(STREAM_WINDOW_BYTES);
    http2.initial_connection_window_size(CONNECTION_WINDOW_BYTES);
    builder
}

/// Tells a client that there are too many, and waits until it has heard it: what it sends and we have not read would
/// otherwise take our words away.
async fn turn_away(mut stream: TcpStream) -> std::io::Result<()> {
    let sentence =
        "Hamlet has as many connections as it takes, or as are your share: close some that you do not use.";
    let refusal = Refusal::new(Reason::TooManyConnections, sentence);
    let reply = refusal.reply(&ec2::shapes::SERVICE, &clock::ids().uuid());
    let head = format!(
        "HTTP/1.1 {} Service Unavailable\r\ncontent-type: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        reply.status,
        reply.content_type,
        reply.body.len()
    );
    stream.write_all(&[head.as_bytes(), &reply.body].concat()).await?;
    stream.shutdown().await?;
    let mut unheard = [0; 4096];
    while stream.read(&mut unheard).await? > 0 {}
    Ok(())
}

/// What goes on on a connection.
#[derive(Clone)]
struct Activity(Arc<Mutex<(usize, Instant)>>);

impl Activity {
    fn new() -> Activity {
        Activity(Arc::new(Mutex::new((0, Instant::now()))))
    }

    /// A request is being answered, until what is returned is dropped.
    fn begin(&self) -> Busy {
        self.change(|requests| requests + 1);
        Busy(self.clone())
    }

    fn change(&self, change: impl FnOnce(usize) -> usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = (change(state.0), Instant::now());
    }

    /// Returns when there has been no request for so long.
    async fn idle_for(&self, duration: Duration) {
        loop {
            let (requests, since) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let rest = duration.saturating_sub(since.elapsed());
            match (requests, rest) {
                (0, Duration::ZERO) => return,
                (0, rest) => sleep(rest).await,
                (_, _) => sleep(duration).await,
            }
        }
    }
}

/// An answer on its way, which keeps its connection from being idle for as long as the client takes of it.
struct Answering {
    body: Answer,
    activity: Activity,
}

impl Body for Answering {
    type Data = Bytes;
    type Error = <Answer as Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.activity.change(|requests| requests);
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A request that is being answered.
struct Busy(Activity);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.change(|requests| requests.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_is_idle_when_no_request_was_there_for_a_while() {
        let activity = Activity::new();
        let (short, long) = (Duration::from_millis(50), Duration::from_secs(20));
        let busy = [activity.begin(), activity.begin()];
        assert!(timeout(4 * short, activity.idle_for(short)).await.is_err(), "requests are being answered");
        let [one, other] = busy;
        drop(one);
        assert!(timeout(4 * short, activity.idle_for(short)).await.is_err(), "one still is");
        drop(other);
        assert!(timeout(long, activity.idle_for(short)).await.is_ok());
    }
}
