//! A router in sixty lines: one port per TAP, by destination address; answers ARP for everyone and DHCP for its ports.

use std::net::Ipv4Addr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use host::VNET_HEADER_LENGTH as V;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

pub(crate) const GATEWAY_MAC: [u8; 6] = [0x0a, 0, 0, 0, 0, 1];

pub(crate) struct Port {
    pub(crate) descriptor: OwnedFd,
    pub(crate) mac: [u8; 6],
    /// `None`: takes everything that nobody else has.
    pub(crate) address: Option<Ipv4Addr>,
}

pub(crate) struct Switch {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Switch {
    pub(crate) fn start(ports: Vec<Port>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            while !flag.load(Ordering::Relaxed) {
                turn(&ports)
            }
        });
        Self { over, thread: Some(thread) }
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn turn(ports: &[Port]) {
    let mut waiting: Vec<_> = ports.iter().map(|port| PollFd::new(&port.descriptor, PollFlags::IN)).collect();
    let soon = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    let _ = poll(&mut waiting, Some(&soon));
    let mut frame = vec![0; 70_000];
    for port in ports {
        while let Ok(length) = rustix::io::read(port.descriptor.as_fd(), &mut frame[..]) {
            handle(ports, port, &mut frame[..length]);
        }
    }
}

fn handle(ports: &[Port], from: &Port, frame: &mut [u8]) {
    if frame.len() < V + 34 {
        return;
    }
    match frame[V + 12..V + 14] {
        [8, 6] => answer_arp(from, frame),
        [8, 0] if frame[V + 23] == 17 && frame[V + 36..V + 38] == [0, 67] => answer_dhcp(from, frame),
        [8, 0] => forward(ports, frame),
        _ => {}
    }
}

fn forward(ports: &[Port], frame: &mut [u8]) {
    let octets: [u8; 4] = frame[V + 30..V + 34].try_into().expect("four bytes");
    let to = Ipv4Addr::from(octets);
    let port = ports
        .iter()
        .find(|port| port.address == Some(to))
        .or_else(|| ports.iter().find(|port| port.address.is_none()));
    if let Some(port) = port {
        frame[V..V + 6].copy_from_slice(&port.mac);
        frame[V + 6..V + 12].copy_from_slice(&GATEWAY_MAC);
        let _ = rustix::io::write(&port.descriptor, frame);
    }
}

fn answer_arp(from: &Port, frame: &mut [u8]) {
    let arp = &mut frame[V + 14..];
    let (sender, target): ([u8; 10], [u8; 4]) =
        (arp[8..18].try_into().expect("ten"), arp[24..28].try_into().expect("four"));
    // An address probe for the port's own address stays unanswered.
    if arp[7] != 1 || Some(Ipv4Addr::from(target)) == from.address {
        return;
    }
    arp[7] = 2;
    arp[8..14].copy_from_slice(&GATEWAY_MAC);
    arp[14..18].copy_from_slice(&target);
    arp[18..28].copy_from_slice(&sender);
    frame[V..V + 6].copy_from_slice(&from.mac);
    frame[V + 6..V + 12].copy_from_slice(&GATEWAY_MAC);
    let _ = rustix::io::write(&from.descriptor, &frame[..V + 42]);
}

fn answer_dhcp(from: &Port, frame: &[u8]) {
    let Some(address) = from.address else { return };
    let question = &frame[V + 42..];
    let kind = if question[242] == 1 { 2 } else { 5 };
    let host = format!("ip-{}", address.to_string().replace('.', "-"));
    let mut answer = vec![2, 1, 6, 0];
    answer.extend_from_slice(&question[4..8]);
    answer.resize(16, 0);
    answer.extend_from_slice(&address.octets());
    answer.resize(28, 0);
    answer.extend_from_slice(&from.mac);
    answer.resize(236, 0);
    answer.extend_from_slice(&[99, 130, 83, 99, 53, 1, kind, 54, 4, 10, 0, 0, 1, 51, 4, 0, 0, 14, 16]);
    answer.extend_from_slice(&[
        1, 4, 255, 255, 255, 0, 3, 4, 10, 0, 0, 1, 6, 4, 10, 0, 0, 2, 26, 2, 0x23, 0x29, 15, 12,
    ]);
    answer.extend_from_slice(b"ec2.internal");
    answer.extend_from_slice(&[12, u8::try_from(host.len()).expect("short")]);
    answer.extend_from_slice(host.as_bytes());
    answer.push(255);
    let _ = rustix::io::write(&from.descriptor, &datagram(&answer));
}

/// From 10.0.0.1 port 67 to everyone's port 68.
fn datagram(payload: &[u8]) -> Vec<u8> {
    let length = |more: usize| u16::try_from(payload.len() + more).expect("short").to_be_bytes();
    let mut ip = vec![0x45, 0];
    ip.extend_from_slice(&length(28));
    ip.extend_from_slice(&[0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 255, 255, 255, 255]);
    let sum: u32 = ip.chunks_exact(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1])).sum();
    let folded = !u16::try_from((sum & 0xffff) + (sum >> 16)).expect("short header");
    ip[10..12].copy_from_slice(&folded.to_be_bytes());
    let mut frame = vec![0; V];
    frame.extend_from_slice(&[0xff; 6]);
    frame.extend_from_slice(&GATEWAY_MAC);
    frame.extend_from_slice(&[8, 0]);
    frame.extend_from_slice(&ip);
    frame.extend_from_slice(&[0, 67, 0, 68]);
    frame.extend_from_slice(&length(8));
    frame.extend_from_slice(&[0, 0]);
    frame.extend_from_slice(payload);
    frame
}
