//! Bodies that are streamed to disk: too large for memory, and nothing of one is left that ends early, nor when Hamlet is
//! killed, since its file has no name.

use awsproto::StreamedBody;
use hyper::body::{Body, Bytes};
use rustix::fs::{Mode, OFlags, open};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

use crate::body::{BODY_BYTES_DISCARDED_MAX, Pace, Pieces, Unread, too_long};
use crate::refusal::{Reason, Refusal};
use crate::shares::{Holder, Share, Shares};

/// How many bodies are streamed at once.
const STREAMS_MAX: usize = 64;

/// Where bodies are streamed to.
pub(crate) struct Spool {
    folder: PathBuf,
    streams: Arc<Shares>,
}

/// A body on disk, and the place that it takes until its call has ended.
#[derive(Debug)]
pub(crate) struct Spooled {
    /// The body.
    pub(crate) body: StreamedBody,
    _place: Share,
}

impl Spool {
    /// A spool in a folder that is there.
    pub(crate) fn new(folder: &Path) -> Spool {
        Spool { folder: folder.to_owned(), streams: Shares::of(STREAMS_MAX) }
    }

    /// Takes a body of at most so many bytes.
    pub(crate) async fn take(
        &self,
        pace: Pace,
        holder: Holder,
        body: impl Body<Data = Bytes>,
        bytes_max: usize,
    ) -> Result<Spooled, Unread> {
        let place = self.streams.take(holder, 1).ok_or_else(too_many_streams)?;
        let body = pin!(body);
        let mut pieces = Pieces::of(pace, body);
        let mut file = tokio::fs::File::from_std(nameless(&self.folder).map_err(Unread::NotKept)?);
        let mut digest = Sha256::new();
        while let Some(data) = pieces.next().await? {
            match pieces.length {
                length if length <= bytes_max => {
                    digest.update(&data);
                    file.write_all(&data).await.map_err(Unread::NotKept)?;
                }
                length if length - bytes_max > BODY_BYTES_DISCARDED_MAX => return Err(too_long(bytes_max)),
                _ => {}
            }
        }
        if pieces.length > bytes_max {
            return Err(too_long(bytes_max));
        }
        file.flush().await.map_err(Unread::NotKept)?;
        let file = file.into_std().await;
        let (length, sha256) = (pieces.length, digest.finalize().into());
        Ok(Spooled { body: StreamedBody { file: Arc::new(file), length, sha256 }, _place: place })
    }
}

fn too_many_streams() -> Unread {
    Unread::Refused(Refusal::new(
        Reason::TooManyBodies,
        format!("{STREAMS_MAX} bodies are being received already, or as many as are your share: try again."),
    ))
}

/// A file without a name; where the file system has none, one whose name is taken away at once.
fn nameless(folder: &Path) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::CLOEXEC;
    let mode = Mode::RUSR | Mode::WUSR;
    match open(folder, flags | OFlags::TMPFILE, mode) {
        Ok(file) => Ok(file.into()),
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::ISDIR) => {
            let path = folder.join(format!("body-{}", crate::clock::ids().uuid()));
            let file = open(&path, flags | OFlags::CREATE | OFlags::EXCL, mode)?;
            std::fs::remove_file(path)?;
            Ok(file.into())
        }
        Err(error) => Err(error.into()),
    }
}
