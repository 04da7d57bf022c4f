//! A client of the instance metadata service, as small as an instance needs.
//!
//! IMDSv2: a token first, then GET with it (EC2 User Guide, "Use the Instance Metadata Service"). HTTP/1.1, one request
//! per connection, no redirects.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));
/// For instances without IPv4, where `HttpProtocolIpv6` is enabled.
const ADDRESS_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254));
const ANSWER_BYTES_MAX: u64 = 256 * 1024;
const PATIENCE_OF_ONE_REQUEST: Duration = Duration::from_secs(2);

/// A session with the service.
pub(super) struct Metadata {
    service: SocketAddr,
    token: Option<String>,
}

impl Metadata {
    /// Asks for a token, again and again until `patience` is over: the service may come after us.
    pub(super) fn connect(patience: Duration) -> io::Result<Self> {
        let start = Instant::now();
        let services = [ADDRESS, ADDRESS_V6].map(|address| SocketAddr::new(address, 80));
        for service in services.into_iter().cycle() {
            let header = "X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n";
            match ask(service, "PUT", "/latest/api/token", header) {
                Ok((200, body)) => {
                    let token = String::from_utf8(body).ok().filter(|token| is_token(token));
                    return Ok(Self { service, token });
                }
                // Without tokens there is version 1.
                Ok((403..=405, _)) => return Ok(Self { service, token: None }),
                Ok((status, _)) if start.elapsed() >= patience => return Err(unexpected(status)),
                Err(error) if start.elapsed() >= patience => return Err(error),
                Ok(_) | Err(_) => sleep(Duration::from_millis(50)),
            }
        }
        unreachable!("the services are tried again and again")
    }

    /// What is at `path`, below `/latest/`; nothing where there is nothing.
    pub(super) fn get(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let token = self.token.as_ref();
        let header = token.map(|token| format!("X-aws-ec2-metadata-token: {token}\r\n")).unwrap_or_default();
        match ask(self.service, "GET", &format!("/latest/{path}"), &header)? {
            (200, body) => Ok(Some(body)),
            (404, _) => Ok(None),
            (status, _) => Err(unexpected(status)),
        }
    }

    /// The same as text.
    pub(super) fn get_text(&self, path: &str) -> io::Result<Option<String>> {
        Ok(self.get(path)?.map(|body| String::from_utf8_lossy(&body).into_owned()))
    }
}

fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

fn unexpected(status: u16) -> io::Error {
    io::Error::other(format!("the instance metadata service answered {status}"))
}

fn ask(service: SocketAddr, method: &str, path: &str, header: &str) -> io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect_timeout(&service, PATIENCE_OF_ONE_REQUEST)?;
    stream.set_read_timeout(Some(PATIENCE_OF_ONE_REQUEST))?;
    stream.set_write_timeout(Some(PATIENCE_OF_ONE_REQUEST))?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {service}\r\nConnection: close\r\nContent-Length: 0\r\n{header}\r\n"
    );
    stream.write_all(request.as_bytes())?;
    read_answer(stream)
}

/// Reads head and body. The body ends after `Content-Length` bytes, or with the connection.
fn read_answer(stream: impl Read) -> io::Result<(u16, Vec<u8>)> {
    let mut reader = stream.take(ANSWER_BYTES_MAX);
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some((status, start, length)) = parse_head(&bytes)
            && length.is_some_and(|length| bytes.len() - start >= length)
        {
            bytes.truncate(start + length.unwrap_or(0));
            return Ok((status, bytes.split_off(start)));
        }
        match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    match parse_head(&bytes) {
        Some((status, start, None)) => Ok((status, bytes.split_off(start))),
        Some(_) | None => Err(io::Error::other("the instance metadata service broke off its answer")),
    }
}

/// Status, where the body starts, and how long it is if the head says so.
fn parse_head(bytes: &[u8]) -> Option<(u16, usize, Option<usize>)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    Some((status, end + 4, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let text = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhelloworld";
        assert_eq!(read_answer(&text[..]).unwrap(), (200, b"hello".to_vec()));
    }

    #[test]
    fn an_answer_without_a_length_ends_with_the_connection() {
        assert_eq!(read_answer(&b"HTTP/1.1 404 Not Found\r\n\r\nno"[..]).unwrap(), (404, b"no".to_vec()));
    }

    #[test]
    fn half_an_answer_is_an_error() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello";
        for length in 0..text.len() {
            assert!(read_answer(&text[..length]).is_err(), "{length} bytes were enough");
        }
    }
}
