//! DNS over a stream: messages behind two bytes of length (RFC 1035, section 4.2.2; RFC 7766).

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long an asker may be silent.
const IDLE: Duration = Duration::from_secs(30);

/// Answers queries until the asker goes away, is silent for too long, or `answer` has nothing to say.
pub(crate) async fn serve(
    mut stream: TcpStream,
    answer: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut bytes = Vec::new();
    loop {
        let Some((query, taken)) = framed(&bytes) else {
            if !read_more(&mut stream, &mut bytes).await? {
                return Ok(());
            }
            continue;
        };
        let Some(reply) = answer(query) else { return Ok(()) };
        let Ok(length) = u16::try_from(reply.len()) else { return Ok(()) };
        // In one piece, so that it is one segment where it can be.
        stream.write_all(&[&length.to_be_bytes(), reply.as_slice()].concat()).await?;
        bytes.drain(..taken);
    }
}

/// The first message, and how many bytes it and its length take up.
fn framed(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    rest.get(..length).map(|query| (query, 2 + length))
}

/// Reads what has come. `false` at the end of the stream, or when nothing comes for too long.
pub(crate) async fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> std::io::Result<bool> {
    match tokio::time::timeout(IDLE, stream.read_buf(bytes)).await {
        Ok(read) => Ok(read? > 0),
        Err(_) => Ok(false),
    }
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
