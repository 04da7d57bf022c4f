//! What becomes of a received frame, and the frames that the engine makes.

use crate::drop_reason::DropReason;
use crate::port::PortId;

/// What becomes of a received frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Send the frame, which was changed in place, to this link.
    Forward(PortId),
    /// The frame has been dealt with; what is to be sent, if anything, is in the outgoing frames.
    Done,
    /// The frame died.
    Dropped(DropReason),
}

/// A frame that the engine made.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// The link to send it to.
    pub port: PortId,
    /// The frame.
    pub frame: Vec<u8>,
}
