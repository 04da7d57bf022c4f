//! Frames in, frames out: the fast path for packets of known connections, the slow path for all others.

use wire::{Malformed, VnetHeader};

use crate::clock::Now;
use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::port::PortId;
use crate::verdict::{Outgoing, Verdict};

impl Engine {
    /// Takes a frame from a link. It may be changed in place; frames that the engine makes are added to `out`.
    #[inline]
    pub fn receive(
        &mut self,
        port: PortId,
        frame: &mut [u8],
        vnet: &mut VnetHeader,
        now: Now,
        out: &mut Vec<Outgoing>,
    ) -> Verdict {
        if let Some(to) = self.fast_path_ipv4(port, frame, vnet, now.moment) {
            return Verdict::Forward(to);
        }
        self.receive_other(port, frame, vnet, now, out)
    }

    /// Whatever is not a plain packet of a known connection.
    #[inline(never)]
    fn receive_other(
        &mut self,
        port: PortId,
        frame: &mut [u8],
        vnet: &mut VnetHeader,
        now: Now,
        out: &mut Vec<Outgoing>,
    ) -> Verdict {
        if let Some(to) = self.fast_path_ipv6(port, frame, vnet, now.moment) {
            return Verdict::Forward(to);
        }
        let verdict = match wire::parse(frame) {
            Ok(mut headers) => match self.fast_path(port, frame, &mut headers, vnet, now.moment) {
                Some(to) => return Verdict::Forward(to),
                None => self.slow_path(port, frame, &mut headers, vnet, now, out),
            },
            Err(Malformed::NotIp(_) | Malformed::Vlan) => Verdict::Dropped(DropReason::Ethertype),
            Err(_) => Verdict::Dropped(DropReason::Malformed),
        };
        if let Verdict::Dropped(reason) = verdict {
            self.drops.count(reason, 1);
        }
        verdict
    }
}
