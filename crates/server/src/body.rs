//! The bodies of requests: how long they may be, how long they may take, and how much of them is held in memory at once.

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep_until, timeout, timeout_at};

use crate::refusal::{Reason, Refusal};
use crate::shares::{Holder, Share, Shares};

/// The longest body that is read into memory. The largest that EC2 means anything by is a few hundred kilobytes.
pub(crate) const BODY_BYTES_MAX: usize = 4 << 20;
/// How much more is read and forgotten, so that a client that only listens when it has sent everything hears why it is
/// refused.
pub(crate) const BODY_BYTES_DISCARDED_MAX: usize = 64 << 20;
/// How long that may take where nothing is wanted of the body.
const DISCARD_MAX: Duration = Duration::from_secs(2);
/// How much of all bodies is held at once.
const BODIES_BYTES_MAX: usize = 64 << 20;
/// Bodies up to this length, and nearly all are, have room of their own, so that long ones do not keep them out.
const SHORT_BYTES_MAX: usize = 64 << 10;
const SHORT_BODIES_BYTES_MAX: usize = 16 << 20;
/// How slowly a body may come: without a byte for so long, and on the whole so few, after a while of grace.
pub(crate) const PACE: Pace =
    Pace { silence: Duration::from_secs(30), grace: Duration::from_secs(30), bytes_per_s: 1024 };

/// The room for bodies.
pub(crate) struct Bodies {
    short: Arc<Shares>,
    long: Arc<Shares>,
}

/// A body, and the room that it takes as long as it is held.
#[derive(Debug)]
pub(crate) struct Whole {
    /// The body.
    pub(crate) bytes: Bytes,
    _room: Share,
}

/// Why a body was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// Its sender is told so.
    Refused(Refusal),
    /// It ended before its end.
    Broken,
    /// It could not be kept.
    NotKept(io::Error),
}

impl Bodies {
    pub(crate) fn new() -> Bodies {
        Bodies { short: Shares::of(SHORT_BODIES_BYTES_MAX), long: Shares::of(BODIES_BYTES_MAX) }
    }

    /// Reads a body.
    pub(crate) async fn read(&self, holder: Holder, body: impl Body<Data = Bytes>) -> Result<Whole, Unread> {
        self.read_at(PACE, holder, body).await
    }

    async fn read_at(
        &self,
        pace: Pace,
        holder: Holder,
        body: impl Body<Data = Bytes>,
    ) -> Result<Whole, Unread> {
        let body = pin!(body);
        let mut pieces = Pieces::of(pace, body);
        let mut kept = Kept::nothing(self, holder)?;
        while let Some(data) = pieces.next().await? {
            match pieces.length {
                ..=BODY_BYTES_MAX => kept.add(self, &data)?,
                length if length > BODY_BYTES_DISCARDED_MAX => return Err(too_long(BODY_BYTES_MAX)),
                _ => kept = Kept::nothing(self, holder)?,
            }
        }
        match pieces.length <= BODY_BYTES_MAX {
            true => Ok(Whole { bytes: kept.bytes.into(), _room: kept.room }),
            false => Err(too_long(BODY_BYTES_MAX)),
        }
    }
}

/// A body, piece by piece, at no less than a pace.
pub(crate) struct Pieces<'b, B> {
    body: Pin<&'b mut B>,
    pace: Pace,
    began: Instant,
    /// How many bytes have come.
    pub(crate) length: usize,
}

impl<'b, B: Body<Data = Bytes>> Pieces<'b, B> {
    pub(crate) fn of(pace: Pace, body: Pin<&'b mut B>) -> Pieces<'b, B> {
        Pieces { body, pace, began: Instant::now(), length: 0 }
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Unread> {
        let deadline = self.pace.deadline(self.began, self.length);
        let frame = timeout_at(deadline, self.body.frame()).await.map_err(|_| too_slow())?;
        let Some(frame) = frame else { return Ok(None) };
        let data = frame.map_err(|_| Unread::Broken)?.into_data().unwrap_or_default();
        self.length += data.len();
        Ok(Some(data))
    }
}

/// A body that somebody else reads, at no less than a pace. What they leave is read and forgotten, as far as that is done for
/// anybody.
pub(crate) struct Paced {
    body: Option<Incoming>,
    pace: Pace,
    began: Instant,
    length: usize,
    deadline: Pin<Box<Sleep>>,
}

impl Paced {
    pub(crate) fn of(pace: Pace, body: Incoming) -> Paced {
        let began = Instant::now();
        Paced {
            body: Some(body),
            pace,
            began,
            length: 0,
            deadline: Box::pin(sleep_until(pace.deadline(began, 0))),
        }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Some(body) = self.body.as_mut() else { return Poll::Ready(None) };
        let Poll::Ready(frame) = Pin::new(body).poll_frame(context) else {
            let late = || io::Error::new(io::ErrorKind::TimedOut, "the body came too slowly");
            return self.deadline.as_mut().poll(context).map(|()| Some(Err(late())));
        };
        self.length += frame.iter().flatten().filter_map(Frame::data_ref).map(Bytes::len).sum::<usize>();
        let deadline = self.pace.deadline(self.began, self.length);
        self.deadline.as_mut().reset(deadline);
        Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Incoming::size_hint).unwrap_or_default()
    }
}

impl Drop for Paced {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !body.is_end_stream());
        if let (Some(rest), Ok(runtime)) = (rest, Handle::try_current()) {
            runtime.spawn(discard(rest));
        }
    }
}

/// What there is of a body, and the room that it takes in memory.
struct Kept {
    bytes: Vec<u8>,
    room: Share,
    holder: Holder,
}

impl Kept {
    fn nothing(bodies: &Bodies, holder: Holder) -> Result<Kept, Unread> {
        let room = bodies.short.take(holder, 0).ok_or_else(too_many)?;
        Ok(Kept { bytes: Vec::new(), room, holder })
    }

    /// Keeps more, if there is room for it.
    fn add(&mut self, bodies: &Bodies, data: &[u8]) -> Result<(), Unread> {
        let wanted = self.bytes.len() + data.len();
        if wanted > self.bytes.capacity() {
            // Twice as much each time, so that little is copied; never more than the longest body.
            let capacity = wanted.max(2 * self.bytes.capacity()).min(BODY_BYTES_MAX);
            self.make_room(bodies, capacity)?;
            self.bytes.reserve_exact(capacity - self.bytes.len());
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }

    fn make_room(&mut self, bodies: &Bodies, capacity: usize) -> Result<(), Unread> {
        let becomes_long = self.room.amount() <= SHORT_BYTES_MAX && capacity > SHORT_BYTES_MAX;
        match becomes_long {
            true => self.room = bodies.long.take(self.holder, capacity).ok_or_else(too_many)?,
            false if self.room.grow(capacity - self.room.amount()) => {}
            false => return Err(too_many()),
        }
        Ok(())
    }
}

/// Reads a body of which nothing is wanted, for a while.
pub(crate) async fn discard(body: impl Body<Data = Bytes>) {
    let read = async {
        let (mut body, mut length) = (pin!(body), 0);
        while let Some(Ok(frame)) = body.frame().await {
            length += frame.into_data().map_or(0, |data| data.len());
            if length > BODY_BYTES_DISCARDED_MAX {
                return;
            }
        }
    };
    let _ = timeout(DISCARD_MAX, read).await;
}

fn too_many() -> Unread {
    Unread::Refused(Refusal::new(
        Reason::TooManyBodies,
        format!(
            "The bodies of all requests together exceed {BODIES_BYTES_MAX} bytes, or your share of them: try again."
        ),
    ))
}

fn too_slow() -> Unread {
    Unread::Refused(Refusal::new(
        Reason::SlowBody,
        format!(
            "The body of this request came too slowly: it must not pause for {} s, nor come with less than {} bytes a second.",
            PACE.silence.as_secs(),
            PACE.bytes_per_s
        ),
    ))
}

pub(crate) fn too_long(bytes_max: usize) -> Unread {
    Unread::Refused(Refusal::new(
        Reason::LongBody,
        format!("The request body must not exceed {bytes_max} bytes."),
    ))
}

/// How slowly a body may come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    silence: Duration,
    grace: Duration,
    bytes_per_s: u32,
}

impl Pace {
    /// Until when the next piece must be there.
    fn deadline(self, began: Instant, length: usize) -> Instant {
        let seconds = u32::try_from(length).unwrap_or(u32::MAX) / self.bytes_per_s;
        let on_the_whole = began + self.grace + Duration::from_secs(seconds.into());
        on_the_whole.min(Instant::now() + self.silence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use http_body_util::{Full, StreamBody};
    use hyper::body::Frame;
    use std::convert::Infallible;
    use tokio::time::sleep;

    const FAST: Pace =
        Pace { silence: Duration::from_millis(200), grace: Duration::from_millis(400), bytes_per_s: 1000 };

    fn full(length: usize) -> Full<Bytes> {
        Full::new(vec![b'x'; length].into())
    }

    /// So many pieces of so many bytes, with a pause before each.
    fn pieces(count: usize, length: usize, pause_ms: u64) -> impl Body<Data = Bytes> {
        StreamBody::new(stream::unfold(0, move |sent| async move {
            sleep(Duration::from_millis(pause_ms)).await;
            let piece = Frame::data(Bytes::from(vec![b'x'; length]));
            (sent < count).then_some((Ok::<_, Infallible>(piece), sent + 1))
        }))
    }

    fn reason<T>(read: Result<T, Unread>) -> Option<Reason> {
        match read {
            Ok(_) | Err(Unread::Broken | Unread::NotKept(_)) => None,
            Err(Unread::Refused(refusal)) => Some(refusal.reason),
        }
    }

    #[tokio::test]
    async fn a_body_up_to_the_longest_is_read_and_a_longer_one_is_not() {
        let bodies = Bodies::new();
        for length in [0, 1, BODY_BYTES_MAX] {
            let whole = bodies.read(Holder::Own, full(length)).await.unwrap();
            assert_eq!(whole.bytes.len(), length);
        }
        for length in [BODY_BYTES_MAX + 1, BODY_BYTES_DISCARDED_MAX + 1] {
            assert_eq!(reason(bodies.read(Holder::Own, full(length)).await), Some(Reason::LongBody));
        }
        let long = pieces(BODY_BYTES_MAX / 65536 + 1, 65536, 0);
        assert_eq!(reason(bodies.read(Holder::Own, long).await), Some(Reason::LongBody));
    }

    #[tokio::test]
    async fn a_silent_body_and_a_trickle_end_and_a_slow_one_is_read() {
        let bodies = Bodies::new();
        let read = |body| bodies.read_at(FAST, Holder::Own, body);
        assert_eq!(reason(read(pieces(1, 1, 400)).await), Some(Reason::SlowBody), "silence");
        assert_eq!(reason(read(pieces(100, 1, 20)).await), Some(Reason::SlowBody), "50 bytes a second");
        let whole = read(pieces(40, 100, 20)).await.unwrap();
        assert_eq!(whole.bytes.len(), 4000, "5,000 bytes a second, for longer than the grace");
    }

    #[tokio::test]
    async fn all_bodies_together_take_no_more_than_there_is_room_for() {
        let bodies = Bodies::new();
        let mut held = Vec::new();
        let refused = loop {
            match bodies.read(Holder::Own, pieces(17, BODY_BYTES_MAX / 17, 0)).await {
                Ok(whole) => held.push(whole),
                refused => break reason(refused),
            }
        };
        assert_eq!(refused, Some(Reason::TooManyBodies));
        assert_eq!(held.len(), BODIES_BYTES_MAX / BODY_BYTES_MAX);
        assert!(bodies.read(Holder::Own, pieces(8, SHORT_BYTES_MAX / 8, 0)).await.is_ok(), "a short one");
        held.pop();
        assert!(bodies.read(Holder::Own, full(SHORT_BYTES_MAX + 1)).await.is_ok());
    }
}
