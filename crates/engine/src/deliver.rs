//! A packet leaves the engine: its frame becomes what arrives, and it is counted where it passes.

use model::MacAddress;
use wire::{ChecksumState, Headers, Link, Mac, Rewrite};

use crate::clock::Moment;
use crate::engine::Engine;
use crate::findings::NatVisits;
use crate::nat_metrics::Sizes;
use crate::passage::Transfer;
use crate::port::PortId;

impl Engine {
    /// Changes a frame into what arrives, and counts it on both links.
    #[inline]
    pub(crate) fn deliver(
        &mut self,
        frame: &mut [u8],
        headers: &mut Headers,
        checksum: ChecksumState,
        transfer: Transfer,
    ) -> Option<()> {
        let destination = self.ports.get(transfer.to)?.mac;
        let source = match transfer.way.neighbours {
            true => self.ports.get(transfer.from)?.mac,
            false => MacAddress::ROUTER,
        };
        let mut rewrite = Rewrite::new(frame, headers, checksum);
        if let Some(flow) = &transfer.flow {
            rewrite.set_flow(flow).ok()?;
        }
        rewrite.set_link(Link { source: Mac(source.0), destination: Mac(destination.0) });
        for _ in 0..transfer.way.hops {
            rewrite.decrement_ttl().ok()?;
        }
        self.count(&transfer);
        Some(())
    }

    #[inline]
    pub(crate) fn count(&mut self, transfer: &Transfer) {
        if let Some(port) = self.ports.get_mut(transfer.from) {
            port.counters.packets_in += u64::from(transfer.packets);
            port.counters.bytes_in += transfer.bytes;
        }
        if let Some(port) = self.ports.get_mut(transfer.to) {
            port.counters.packets_out += u64::from(transfer.packets);
            port.counters.bytes_out += transfer.bytes;
        }
    }

    /// Counts a packet on its connection.
    pub(crate) fn record(&mut self, port: PortId, headers: &Headers, transfer: &Transfer, now: Moment) {
        // An error is about a connection; a later fragment does not show which it belongs to.
        if headers.is_icmp_error() || !headers.has_transport() {
            return;
        }
        if let Some((slot, from)) = self.connections.find(port, &headers.flow())
            && let Some(connection) = self.connections.get_mut(slot)
        {
            connection.record(from, headers.tcp_flags, transfer.packets, transfer.bytes, now);
            self.nat_metrics.turn(connection);
        }
    }

    /// Counts what was no matter of the fast path at the NAT gateways that it came to.
    pub(crate) fn count_nat_visits(&mut self, visits: &NatVisits, sizes: &Sizes) {
        for visit in visits.iter() {
            self.nat_metrics.visit(&visit, sizes);
        }
    }
}
