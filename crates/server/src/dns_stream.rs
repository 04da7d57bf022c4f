//! DNS over a stream: messages behind two bytes of length (RFC 1035, section 4.2.2; RFC 7766).

use std::time::Duration;
use tokio::net::TcpStream;

use crate::conversation::{Conversation, Patience};

/// "The idle timeout … on the order of a few seconds" (RFC 7766, section 6.2.3); the rest is Hamlet's choice.
const PATIENCE: Patience = Patience {
    request: Duration::from_secs(2),
    idle: Duration::from_secs(10),
    life: Duration::from_secs(120),
};

/// Answers queries until the asker goes away, is silent for too long, or `answer` has nothing to say.
pub(crate) async fn serve(
    stream: TcpStream,
    answer: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> std::io::Result<()> {
    let mut asker = Conversation::new(stream, PATIENCE)?;
    loop {
        let Some((query, taken)) = framed(asker.bytes()) else {
            match asker.more().await? {
                true => continue,
                false => return asker.close().await,
            }
        };
        let Some(reply) = answer(query) else { return asker.close().await };
        let Ok(length) = u16::try_from(reply.len()) else { return asker.close().await };
        // In one piece, so that it is one segment where it can be.
        asker.answer(taken, &[&length.to_be_bytes(), reply.as_slice()].concat()).await?;
    }
}

/// The first message, and how many bytes it and its length take up.
fn framed(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    rest.get(..length).map(|query| (query, 2 + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_framed_once_all_of_it_has_come() {
        let two = [0, 3, b'a', b'b', b'c', 0, 1, b'd'];
        for len in 0..5 {
            assert_eq!(framed(&two[..len]), None, "{len} bytes");
        }
        assert_eq!(framed(&two[..5]), Some((b"abc".as_slice(), 5)));
        assert_eq!(framed(&two), Some((b"abc".as_slice(), 5)));
        assert_eq!(framed(&two[5..]), Some((b"d".as_slice(), 3)));
        assert_eq!(framed(&[0, 0]), Some((b"".as_slice(), 2)));
    }
}
