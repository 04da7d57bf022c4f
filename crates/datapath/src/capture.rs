//! Packet captures: what an interface sends and receives, as it would be on a wire.
//!
//! The thread that moves frames only copies them. Each capture has a thread that finishes checksums, cuts super-frames
//! into their packets and writes; when its sink is slower than the traffic, packets are left out of the capture and
//! counted, and the traffic goes on.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{SystemTime, UNIX_EPOCH};

use engine::{DropReason, PortId, PortKind};
use model::NetworkInterfaceId;
use wire::VnetHeader;

use crate::pcapng::{self, Direction};

/// How many frames may wait to be written.
const WAITING_MAX: usize = 1024;
/// How many captures may run at a time.
pub(crate) const CAPTURES_MAX: usize = 64;

/// A running capture, by its number. Numbers are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaptureId(pub(crate) u64);

/// What is captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureScope {
    /// One link, while it is open.
    Link(PortId),
    /// A network interface, on whichever link it is now or will be.
    Interface(NetworkInterfaceId),
}

impl CaptureScope {
    pub(crate) fn covers(&self, port: PortId, kind: &PortKind) -> bool {
        match self {
            CaptureScope::Link(link) => *link == port,
            CaptureScope::Interface(interface) => matches!(kind, PortKind::Interface(id) if id == interface),
        }
    }

    fn name(&self) -> String {
        match self {
            CaptureScope::Link(PortId(number)) => format!("link-{number}"),
            CaptureScope::Interface(id) => id.to_string(),
        }
    }
}

/// A frame as it was read or written.
#[derive(Clone)]
pub(crate) struct Captured {
    pub(crate) frame: Vec<u8>,
    pub(crate) vnet: VnetHeader,
    pub(crate) direction: Direction,
    pub(crate) time: SystemTime,
    pub(crate) died_of: Option<DropReason>,
}

/// A running capture, as the thread that moves frames sees it.
pub(crate) struct Capture {
    pub(crate) id: CaptureId,
    pub(crate) scope: CaptureScope,
    /// Frames that were left out because the sink was too slow.
    pub(crate) left_out: u64,
    frames: SyncSender<Captured>,
}

/// The other half: the thread that writes.
pub(crate) struct Writer(JoinHandle<io::Result<()>>);

impl Capture {
    /// Begins a capture; the sink gets the file's beginning at once.
    pub(crate) fn start(
        id: CaptureId,
        scope: CaptureScope,
        sink: Box<dyn Write + Send>,
    ) -> io::Result<(Capture, Writer)> {
        let (frames, waiting) = sync_channel(WAITING_MAX);
        let name = scope.name();
        let work = move || write(&name, waiting, sink);
        let thread = thread::Builder::new().name("capture".into()).spawn(work)?;
        Ok((Capture { id, scope, left_out: 0, frames }, Writer(thread)))
    }

    /// Hands a frame to the writer. Returns whether the writer is still there.
    pub(crate) fn take(&mut self, captured: Captured) -> bool {
        match self.frames.try_send(captured) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.left_out += 1;
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        }
    }
}

impl Writer {
    /// Whether it has stopped writing.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.is_finished()
    }

    /// Waits until all that was captured is written. The capture must have been dropped.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.0.join().unwrap_or_else(|_| Err(io::Error::other("the capture's thread has panicked")))
    }
}

fn write(name: &str, frames: Receiver<Captured>, mut sink: Box<dyn Write + Send>) -> io::Result<()> {
    sink.write_all(&pcapng::preamble(name))?;
    sink.flush()?;
    while let Ok(first) = frames.recv() {
        write_one(&first, &mut sink)?;
        while let Ok(next) = frames.try_recv() {
            write_one(&next, &mut sink)?;
        }
        // Whoever reads along sees everything once it is quiet.
        sink.flush()?;
    }
    Ok(())
}

fn write_one(captured: &Captured, sink: &mut dyn Write) -> io::Result<()> {
    let since_1970 = captured.time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let nanoseconds = u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX);
    let comment = captured.died_of.map(|reason| format!("dropped: {reason}"));
    for packet in packets(captured) {
        sink.write_all(&pcapng::packet(&packet, nanoseconds, captured.direction, comment.as_deref()))?;
    }
    Ok(())
}

/// The packets that a frame stands for. One that cannot be understood is shown as it is.
fn packets(captured: &Captured) -> Vec<Vec<u8>> {
    let Captured { frame, vnet, .. } = captured;
    wire::parse(frame)
        .ok()
        .and_then(|headers| wire::segment(frame, &headers, vnet).ok())
        .unwrap_or_else(|| vec![frame.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::{Gso, TcpFlags, TcpSegment};

    fn super_frame() -> Captured {
        let (a, b) = ("10.0.0.1:1".parse().unwrap(), "10.0.0.2:2".parse().unwrap());
        let frame = TcpSegment { payload: &[7; 2500], ..TcpSegment::new(a, b, TcpFlags::ACK) }.build();
        let headers = wire::parse(&frame).unwrap();
        let vnet = VnetHeader { gso: Gso::TcpV4, gso_size: 1000, ..VnetHeader::partial(&headers).unwrap() };
        Captured { frame, vnet, direction: Direction::Outbound, time: SystemTime::now(), died_of: None }
    }

    #[test]
    fn a_super_frame_is_captured_as_its_packets_with_whole_checksums() {
        let packets = packets(&super_frame());
        assert_eq!(packets.iter().map(Vec::len).collect::<Vec<_>>(), [1054, 1054, 554]);
        for packet in packets {
            let headers = wire::parse(&packet).unwrap();
            assert!(wire::checksum::transport_is_valid(&packet, &headers));
        }
    }

    #[test]
    fn a_frame_that_makes_no_sense_is_captured_as_it_is() {
        let captured = Captured { frame: vec![1, 2, 3], ..super_frame() };
        assert_eq!(packets(&captured), [vec![1, 2, 3]]);
    }

    #[test]
    fn a_sink_that_fails_ends_its_capture() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (mut capture, writer) =
            Capture::start(CaptureId(1), CaptureScope::Link(PortId(0)), Box::new(Full)).unwrap();
        assert_eq!(writer.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(!capture.take(super_frame()));
    }
}
