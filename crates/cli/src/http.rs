//! One HTTP request over any byte stream, and its answer. No more than the program's own two conversations need: the
//! running Hamlet's socket, and one signed call of its API.

use std::io::{self, BufRead, BufReader, Read, Write};

/// The longest head of an answer, and the longest body that is kept in memory.
const HEAD_BYTES_MAX: u64 = 64 << 10;
const BODY_BYTES_MAX: u64 = 64 << 20;

/// A request; HTTP/1.0, so that the answer ends where the connection does.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
}

/// An answer whose body is still to be read.
pub(crate) struct Answer<S> {
    pub(crate) status: u16,
    pub(crate) body: BufReader<S>,
}

/// Sends a request and reads the head of its answer.
pub(crate) fn send<S: Read + Write>(mut stream: S, request: &Request<'_>) -> io::Result<Answer<S>> {
    let mut head = format!("{} {} HTTP/1.0\r\n", request.method, request.path);
    for (name, value) in request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    stream.write_all(head.as_bytes())?;
    stream.write_all(request.body)?;
    stream.flush()?;
    let mut body = BufReader::new(stream);
    let status = read_head(&mut body)?;
    Ok(Answer { status, body })
}

/// The status; the headers say nothing we need.
fn read_head(stream: &mut impl BufRead) -> io::Result<u16> {
    let mut limited = stream.take(HEAD_BYTES_MAX);
    let mut first = String::new();
    limited.read_line(&mut first)?;
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
    let mut line = String::new();
    while limited.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
        line.clear();
    }
    status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP"))
}

impl<S: Read> Answer<S> {
    /// The whole body.
    pub(crate) fn bytes(self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.body.take(BODY_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Wire {
        sent: Vec<u8>,
        answer: io::Cursor<&'static [u8]>,
    }

    impl Read for Wire {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.answer.read(buffer)
        }
    }

    impl Write for Wire {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.sent.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn ask(answer: &'static [u8]) -> io::Result<Answer<Wire>> {
        let request = Request { method: "POST", path: "/x", headers: &[("a", "b")], body: b"{}" };
        send(Wire { sent: Vec::new(), answer: io::Cursor::new(answer) }, &request)
    }

    #[test]
    fn a_request_is_written_and_its_answer_read() {
        let answer = ask(b"HTTP/1.1 404 Not Found\r\nx: y\r\n\r\nbody\r\n").unwrap();
        let sent = String::from_utf8(answer.body.get_ref().sent.clone()).unwrap();
        assert_eq!(sent, "POST /x HTTP/1.0\r\na: b\r\ncontent-length: 2\r\n\r\n{}");
        assert_eq!(answer.status, 404);
        assert_eq!(answer.bytes().unwrap(), b"body\r\n");
    }

    #[test]
    fn rubbish_and_silence_are_errors() {
        assert!(ask(b"").is_err());
        assert!(ask(b"SSH-2.0-x\r\n").is_err());
    }
}
