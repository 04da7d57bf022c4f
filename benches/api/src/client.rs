//! The least client that an API call needs: one kept-alive connection, a signature in form only.
//!
//! In open mode the key is unknown, and an access key id of twelve digits is the account.

use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::hamlet;

/// A connection to the API.
pub(crate) struct Client {
    /// The account that it acts for.
    pub(crate) account: u64,
    stream: BufReader<TcpStream>,
    head: String,
}

impl Client {
    /// A connection that acts for an account of its own.
    pub(crate) fn new(api: SocketAddr, account: u64) -> Result<Client> {
        let stream = TcpStream::connect(api)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let (date, time) = hamlet::now();
        let head = format!(
            "host: {}\r\ncontent-type: application/x-www-form-urlencoded\r\nx-amz-date: {time}\r\nauthorization: \
             AWS4-HMAC-SHA256 Credential={:012}/{date}/us-west-2/ec2/aws4_request, SignedHeaders=host;x-amz-date, \
             Signature={}\r\n",
            api,
            100_000_000_000 + account,
            "0".repeat(64)
        );
        Ok(Client { account, stream: BufReader::new(stream), head })
    }

    /// Calls an EC2 action and returns the answer's body.
    pub(crate) fn call(&mut self, form: &str) -> Result<String> {
        let body = format!("{form}&Version=2016-11-15");
        let request = format!("POST / HTTP/1.1\r\n{}content-length: {}\r\n\r\n{body}", self.head, body.len());
        self.exchange(&request)
    }

    /// Gets a page.
    pub(crate) fn get(&mut self, path: &str) -> Result<String> {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n"))
    }

    /// The text of the first element of this name in an action's answer.
    pub(crate) fn text_of(&mut self, form: &str, element: &str) -> Result<String> {
        let answer = self.call(form)?;
        text(&answer, element).with_context(|| format!("no {element} in the answer to {form}"))
    }

    /// How often a text occurs in an action's answer.
    pub(crate) fn count_of(&mut self, form: &str, needle: &str) -> Result<usize> {
        Ok(self.call(form)?.matches(needle).count())
    }

    /// Sends a whole request and returns the answer's body.
    pub(crate) fn exchange(&mut self, request: &str) -> Result<String> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let ok = line.starts_with("HTTP/1.1 200");
        let mut length = 0;
        loop {
            let mut header = String::new();
            self.stream.read_line(&mut header)?;
            if header.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let body = String::from_utf8(body)?;
        ensure!(ok, "{} {body}", line.trim());
        Ok(body)
    }
}

/// The text of the first element of this name.
pub(crate) fn text(xml: &str, element: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{element}>"))?;
    rest.split_once("</").map(|(text, _)| text.to_owned())
}

/// Calls on so many connections for so long; calls a second in all.
pub(crate) fn calls_per_second(
    api: SocketAddr,
    connections: u64,
    time: Duration,
    call: impl Fn(&mut Client, u64) -> Result<String> + Sync,
) -> Result<f64> {
    let calls = AtomicU64::new(0);
    let mut clients =
        (0..connections).map(|account| Client::new(api, account)).collect::<Result<Vec<_>>>()?;
    // The first call of an account makes its default VPC.
    for client in &mut clients {
        client.call("Action=DescribeVpcs")?;
    }
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = clients
            .iter_mut()
            .map(|client| {
                let (calls, call) = (&calls, &call);
                scope.spawn(move || -> Result<()> {
                    while begun.elapsed() < time {
                        call(client, calls.fetch_add(1, Ordering::Relaxed))?;
                    }
                    Ok(())
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no client panics"))
    })?;
    Ok(calls.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}
