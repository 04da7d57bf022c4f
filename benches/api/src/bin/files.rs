//! The least file server, which S3 is measured beside: GET sends a file, PUT writes one and has it on the disk before it
//! answers. `files FOLDER PORT`.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context as Turn, Poll};

use anyhow::Context;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::AsyncWriteExt;

/// What is read of a file at once.
const PIECE: usize = 256 << 10;

/// A file that is sent; nothing of it where there is none.
struct Sent {
    file: Option<File>,
    left: u64,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Turn<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let most = usize::try_from(self.left).unwrap_or(PIECE).min(PIECE);
        let Some(file) = self.file.as_mut().filter(|_| most > 0) else { return Poll::Ready(None) };
        let mut piece = vec![0; most];
        // It lies in memory, as what was just written does.
        let read = file.read_exact(&mut piece);
        self.left -= most as u64;
        Poll::Ready(Some(read.map(|()| Frame::data(Bytes::from(piece)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let folder: Arc<Path> = PathBuf::from(words.next().context("files FOLDER PORT")?).into();
    let port: u16 = words.next().context("files FOLDER PORT")?.parse()?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let number = Arc::new(AtomicU64::default());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (folder, number) = (Arc::clone(&folder), Arc::clone(&number));
        tokio::spawn(async move {
            let serve = service_fn(move |request| answer(Arc::clone(&folder), Arc::clone(&number), request));
            // A client that hangs up has had enough.
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), serve).await;
        });
    }
}

async fn answer(
    folder: Arc<Path>,
    number: Arc<AtomicU64>,
    request: Request<Incoming>,
) -> Result<Response<Sent>, Infallible> {
    let name = request.uri().path().replace('/', "-");
    let done = match *request.method() {
        Method::PUT => {
            let new = folder.join(format!("new-{}", number.fetch_add(1, Ordering::Relaxed)));
            put(&new, &folder.join(name), request.into_body()).await.map(|()| Sent { file: None, left: 0 })
        }
        _ => get(&folder.join(name)),
    };
    let nothing = Sent { file: None, left: 0 };
    Ok(done.map(Response::new).unwrap_or_else(|_| {
        let mut response = Response::new(nothing);
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    }))
}

async fn put(new: &Path, path: &Path, mut body: Incoming) -> io::Result<()> {
    let mut file = tokio::fs::File::create(new).await?;
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(io::Error::other)?.into_data() {
            file.write_all(&data).await?;
        }
    }
    file.sync_data().await?;
    tokio::fs::rename(new, path).await
}

fn get(path: &Path) -> io::Result<Sent> {
    let file = File::open(path)?;
    let left = file.metadata()?.len();
    Ok(Sent { file: Some(file), left })
}
