//! HTTP/1.1 as far as the metadata service needs it: a request's head out of a stream's bytes, an answer into bytes.
//!
//! For callers that hold the connection's bytes themselves. Requests with a body are taken only if it is empty; no chunked
//! transfer, no pipelining of requests behind one that is refused.

use super::{Request, Response};

/// The longest request head that is read.
pub const HEAD_LEN_MAX: usize = 8192;

/// What the bytes of a stream hold so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed<'a> {
    /// Not a whole request head yet.
    Incomplete,
    /// No request, and nothing behind it can be one: answer with [`malformed`] and close.
    Malformed,
    /// A request.
    Whole(Head<'a>),
}

/// A request's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// The method.
    pub method: &'a str,
    /// The path, with the query.
    pub path: &'a str,
    /// Header names and values.
    pub headers: Vec<(&'a str, &'a str)>,
    /// How many bytes of the stream it took.
    pub len: usize,
    /// Whether the client wants the connection closed behind the answer.
    pub close: bool,
}

impl Head<'_> {
    /// The request.
    pub fn request(&self) -> Request<'_> {
        Request { method: self.method, path: self.path, headers: &self.headers }
    }
}

/// Reads a request's head from the start of a stream.
pub fn parse(bytes: &[u8]) -> Parsed<'_> {
    let window = &bytes[..bytes.len().min(HEAD_LEN_MAX)];
    let Some(end) = window.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if bytes.len() < HEAD_LEN_MAX { Parsed::Incomplete } else { Parsed::Malformed };
    };
    let head = std::str::from_utf8(&window[..end]).ok().and_then(|text| head(text, end + 4));
    head.map_or(Parsed::Malformed, Parsed::Whole)
}

fn head(text: &str, len: usize) -> Option<Head<'_>> {
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let headers: Vec<(&str, &str)> = lines.map(header).collect::<Option<_>>()?;
    let well_formed = !method.is_empty() && words.next().is_none() && has_no_body(&headers);
    let old = match version {
        "HTTP/1.1" => false,
        "HTTP/1.0" => true,
        _ => return None,
    };
    let close = wants_close(&headers, old);
    well_formed.then(|| Head { method, path: path_of(target), headers, len, close })
}

fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    is_name.then(|| (name, value.trim()))
}

/// A target may name the host as well, as proxies' clients write it.
fn path_of(target: &str) -> &str {
    let Some(rest) = target.strip_prefix("http://") else { return target };
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

fn has_no_body(headers: &[(&str, &str)]) -> bool {
    headers.iter().all(|(name, value)| {
        let chunked = name.eq_ignore_ascii_case("transfer-encoding");
        !chunked && (!name.eq_ignore_ascii_case("content-length") || *value == "0")
    })
}

fn wants_close(headers: &[(&str, &str)], old: bool) -> bool {
    let connection = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("connection"));
    match connection {
        Some((_, value)) if old => !value.eq_ignore_ascii_case("keep-alive"),
        Some((_, value)) => value.eq_ignore_ascii_case("close"),
        None => old,
    }
}

/// The answer to what is no request.
pub fn malformed() -> Response {
    super::Status::BadRequest.page()
}

impl Response {
    /// The answer's bytes; an answer to HEAD ends behind its headers.
    pub fn to_http(&self, method: &str, close: bool) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let connection = if close { "close" } else { "keep-alive" };
        head.push_str(&format!("Content-Length: {}\r\nConnection: {connection}\r\n\r\n", self.body.len()));
        let mut bytes = head.into_bytes();
        if method != "HEAD" {
            bytes.extend(&self.body);
        }
        bytes
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_once_it_is_whole() {
        let bytes = b"PUT /latest/api/token HTTP/1.1\r\nHost: 169.254.169.254\r\nX-Ttl:  60 \r\n\r\nnext";
        for len in 0..bytes.len() - 4 {
            assert_eq!(parse(&bytes[..len]), Parsed::Incomplete, "{len}");
        }
        let Parsed::Whole(head) = parse(bytes) else { panic!("whole") };
        assert_eq!((head.method, head.path, head.len), ("PUT", "/latest/api/token", bytes.len() - 4));
        assert_eq!(head.headers, [("Host", "169.254.169.254"), ("X-Ttl", "60")]);
        assert!(!head.close);
    }

    #[test]
    fn the_client_says_whether_the_connection_stays() {
        for (bytes, close) in [
            ("GET / HTTP/1.1\r\n\r\n", false),
            ("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", true),
            ("GET / HTTP/1.0\r\n\r\n", true),
            ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false),
        ] {
            let Parsed::Whole(head) = parse(bytes.as_bytes()) else { panic!("{bytes}") };
            assert_eq!(head.close, close, "{bytes}");
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for bytes in [
            "\r\n\r\n",
            "GET /\r\n\r\n",
            "GET / HTTP/2\r\n\r\n",
            "GET / HTTP/1.1 x\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            "PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        ] {
            assert_eq!(parse(bytes.as_bytes()), Parsed::Malformed, "{bytes}");
        }
        assert_eq!(parse(&[b'x'; HEAD_LEN_MAX]), Parsed::Malformed);
    }

    #[test]
    fn an_answer_to_head_has_the_length_of_a_body_that_is_not_sent() {
        let response = malformed();
        let (get, head) = (response.to_http("GET", true), response.to_http("HEAD", true));
        assert!(get.starts_with(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n"));
        assert_eq!(get.len(), head.len() + response.body.len());
        assert!(head.ends_with(b"Connection: close\r\n\r\n"));
    }
}
