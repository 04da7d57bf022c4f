//! A guest's connection to a service: requests come in, answers go out, and nobody is waited for for ever.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use crate::places::reset_when_dropped;

/// How long a service waits for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For the whole of a request, from its first byte; for the first request, from the connection's beginning.
    pub(crate) request: Duration,
    /// For another request.
    pub(crate) idle: Duration,
    /// For the end of a connection, whatever goes on in it.
    pub(crate) life: Duration,
}

/// For a guest to take an answer, which fits its kernel's buffers unless it has stopped reading.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// For a guest to close its side, after the service has closed its own.
const FAREWELL_MAX: Duration = Duration::from_secs(1);

/// One connection, and what has come over it so far.
pub(crate) struct Conversation {
    stream: TcpStream,
    bytes: Vec<u8>,
    patience: Patience,
    /// Whether a request was answered and no other has begun.
    is_idle: bool,
    /// When the present request must be whole, or another one begin.
    due: Instant,
    /// When the connection ends, whatever goes on in it.
    end: Instant,
}

impl Conversation {
    /// A connection on which nothing was said yet.
    pub(crate) fn new(stream: TcpStream, patience: Patience) -> std::io::Result<Conversation> {
        stream.set_nodelay(true)?;
        let now = Instant::now();
        let (due, end) = (now + patience.request, now + patience.life);
        Ok(Conversation { stream, bytes: Vec::new(), patience, is_idle: false, due, end })
    }

    /// The connection itself.
    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// What has come and is not answered yet.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Waits for more. `false` when there will be no more: the guest has closed, or has asked nothing for long enough. An
    /// error of the kind `TimedOut` when it is late with what it has begun.
    pub(crate) async fn more(&mut self) -> std::io::Result<bool> {
        match timeout_at(self.due.min(self.end), self.stream.read_buf(&mut self.bytes)).await {
            Ok(read) => {
                if std::mem::take(&mut self.is_idle) {
                    self.due = Instant::now() + self.patience.request;
                }
                Ok(read? > 0)
            }
            Err(_) if self.is_idle => Ok(false),
            Err(late) => Err(late.into()),
        }
    }

    /// Answers a request that took up so many of the bytes.
    pub(crate) async fn answer(&mut self, taken: usize, reply: &[u8]) -> std::io::Result<()> {
        timeout(ANSWER_MAX, self.stream.write_all(reply)).await??;
        self.bytes.drain(..taken);
        self.is_idle = self.bytes.is_empty();
        let wait = if self.is_idle { self.patience.idle } else { self.patience.request };
        self.due = Instant::now() + wait;
        Ok(())
    }

    /// Closes in order.
    pub(crate) async fn close(self) -> std::io::Result<()> {
        close(self.stream).await
    }
}

/// Closes a connection in order: says that no more comes, and waits a little until the guest has said so too. A guest that
/// does not is not waited for by the kernel either.
pub(crate) async fn close(mut stream: TcpStream) -> std::io::Result<()> {
    stream.shutdown().await?;
    let mut rest = [0; 512];
    let until_its_end = async {
        while stream.read(&mut rest).await? > 0 {}
        std::io::Result::Ok(())
    };
    match timeout(FAREWELL_MAX, until_its_end).await {
        Ok(ended) => ended.and_then(|()| reset_when_dropped(&stream, false)),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    const PATIENCE: Patience = Patience {
        request: Duration::from_millis(200),
        idle: Duration::from_millis(600),
        life: Duration::from_secs(5),
    };

    async fn pair(patience: Patience) -> (Conversation, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let guest = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        (Conversation::new(stream, patience).unwrap(), guest)
    }

    /// How long `more` waits, and what it comes to.
    async fn wait(conversation: &mut Conversation) -> (Duration, Result<bool, std::io::ErrorKind>) {
        let began = Instant::now();
        let more = conversation.more().await.map_err(|error| error.kind());
        (began.elapsed(), more)
    }

    const LATE: Result<bool, std::io::ErrorKind> = Err(std::io::ErrorKind::TimedOut);

    #[tokio::test]
    async fn who_says_nothing_or_only_half_a_request_is_late_however_slowly_it_goes_on() {
        let (mut silent, _guest) = pair(PATIENCE).await;
        let (waited, more) = wait(&mut silent).await;
        assert_eq!(more, LATE);
        assert!(waited < PATIENCE.idle, "{waited:?}");

        let (mut slow, mut guest) = pair(PATIENCE).await;
        let began = Instant::now();
        let drip = tokio::spawn(async move {
            while guest.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        let mut last = Ok(true);
        while last == Ok(true) {
            last = wait(&mut slow).await.1;
        }
        assert_eq!(last, LATE);
        assert!(began.elapsed() < PATIENCE.idle, "{:?}", began.elapsed());
        drop(slow);
        drip.await.unwrap();
    }

    #[tokio::test]
    async fn between_requests_there_is_more_time_and_then_the_end_is_nobodys_fault() {
        let (mut conversation, mut guest) = pair(PATIENCE).await;
        guest.write_all(b"one").await.unwrap();
        assert_eq!(wait(&mut conversation).await.1, Ok(true));
        conversation.answer(3, b"two").await.unwrap();
        let (waited, more) = wait(&mut conversation).await;
        assert_eq!(more, Ok(false));
        assert!(waited >= Duration::from_millis(550), "{waited:?}");
    }

    #[tokio::test]
    async fn a_request_begun_after_a_pause_has_its_whole_time_and_no_more() {
        let (mut conversation, mut guest) = pair(PATIENCE).await;
        guest.write_all(b"one").await.unwrap();
        assert_eq!(wait(&mut conversation).await.1, Ok(true));
        conversation.answer(3, b"two").await.unwrap();
        tokio::time::sleep(Duration::from_millis(400)).await;
        guest.write_all(b"th").await.unwrap();
        assert_eq!(wait(&mut conversation).await.1, Ok(true));
        let (waited, more) = wait(&mut conversation).await;
        assert_eq!(more, LATE);
        assert!(waited >= Duration::from_millis(150) && waited < PATIENCE.idle, "{waited:?}");
    }

    #[tokio::test]
    async fn a_guest_that_does_not_read_its_answer_is_late() {
        let (mut conversation, _guest) = pair(PATIENCE).await;
        let much = vec![0; 64 << 20];
        let error = conversation.answer(0, &much).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn no_connection_outlives_its_end() {
        let (mut conversation, mut guest) =
            pair(Patience { life: Duration::from_millis(300), ..PATIENCE }).await;
        let busy = tokio::spawn(async move {
            while guest.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let began = Instant::now();
        while let (_, Ok(true)) = wait(&mut conversation).await {
            let taken = conversation.bytes().len();
            conversation.answer(taken, b"").await.unwrap();
        }
        assert!((300..600).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
        drop(conversation);
        busy.await.unwrap();
    }
}
