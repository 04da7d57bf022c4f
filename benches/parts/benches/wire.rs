//! What the codec costs per packet: `cargo bench -p parts-bench --bench wire`.
//!
//! A pool of packets is gone through in turn, so that no single packet stays in the nearest cache line.

use divan::{Bencher, black_box, counter::ItemsCount};
use wire::{ChecksumState, Rewrite, TcpFlags, TcpSegment, UdpDatagram, parse};

fn main() {
    divan::main();
}

const PACKETS: u16 = 1024;

#[derive(Clone, Copy, Debug)]
enum Kind {
    TcpV4,
    TcpV6,
    UdpV4,
}

fn pool(kind: Kind) -> Vec<Vec<u8>> {
    (0..PACKETS)
        .map(|port| {
            let v4 = (format!("10.0.1.10:{port}").parse().unwrap(), "10.0.2.20:443".parse().unwrap());
            let v6 = (format!("[fd00::1]:{port}").parse().unwrap(), "[fd00::2]:443".parse().unwrap());
            match kind {
                Kind::TcpV4 => TcpSegment::new(v4.0, v4.1, TcpFlags::ACK).build(),
                Kind::TcpV6 => TcpSegment::new(v6.0, v6.1, TcpFlags::ACK).build(),
                Kind::UdpV4 => UdpDatagram::new(v4.0, v4.1, &[0; 64]).build(),
            }
        })
        .collect()
}

#[divan::bench(args = [Kind::TcpV4, Kind::TcpV6, Kind::UdpV4])]
fn parse_flow(bencher: Bencher<'_, '_>, kind: Kind) {
    let pool = pool(kind);
    bencher.counter(ItemsCount::new(pool.len())).bench_local(|| {
        for frame in &pool {
            black_box(parse(black_box(frame)).map(|headers| headers.flow()).ok());
        }
    });
}

#[divan::bench(args = [Kind::TcpV4, Kind::TcpV6, Kind::UdpV4])]
fn parse_headers(bencher: Bencher<'_, '_>, kind: Kind) {
    let pool = pool(kind);
    bencher.counter(ItemsCount::new(pool.len())).bench_local(|| {
        for frame in &pool {
            black_box(parse(black_box(frame)).is_ok());
        }
    });
}

#[divan::bench(args = [Kind::TcpV4, Kind::TcpV6, Kind::UdpV4])]
fn parse_and_translate(bencher: Bencher<'_, '_>, kind: Kind) {
    let mut pool = pool(kind);
    bencher.counter(ItemsCount::new(pool.len())).bench_local(|| {
        for frame in &mut pool {
            let Ok(mut headers) = parse(black_box(frame)) else { continue };
            let destination = headers.destination;
            let mut packet = Rewrite::new(frame, &mut headers, ChecksumState::Complete);
            let _ = packet.set_source(black_box(destination));
            packet.set_source_port(black_box(1024));
        }
    });
}

/// What going through the pool costs alone: subtract it from the others.
#[divan::bench(args = [Kind::TcpV4])]
fn touch(bencher: Bencher<'_, '_>, kind: Kind) {
    let pool = pool(kind);
    bencher.counter(ItemsCount::new(pool.len())).bench_local(|| {
        for frame in &pool {
            black_box(black_box(frame)[30]);
        }
    });
}
