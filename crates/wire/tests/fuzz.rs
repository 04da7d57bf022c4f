//! Fuzz target: any bytes, taken as a frame and as an offload header with a frame behind it.
//!
//! `cargo test` runs it on random bytes for a moment; `cargo bolero test` runs it for as long as you like.

mod packets;

use bolero::check;
use wire::VnetHeader;

#[test]
fn any_bytes() {
    check!().for_each(|bytes: &[u8]| {
        packets::exercise(bytes);
        as_ip(bytes);
        as_received(bytes);
    });
}

/// Random bytes rarely say that they are IP: help them.
fn as_ip(bytes: &[u8]) {
    let Some((&choice, packet)) = bytes.split_first() else { return };
    let ethertype: [u8; 2] = if choice & 1 == 0 { [0x08, 0x00] } else { [0x86, 0xdd] };
    let mut frame = vec![2; 12];
    frame.extend_from_slice(&ethertype);
    frame.extend_from_slice(packet);
    if frame.len() > 54 {
        help(&mut frame, choice);
    }
    packets::exercise(&frame);
}

fn help(frame: &mut [u8], choice: u8) {
    const PROTOCOLS: [u8; 8] = [1, 6, 17, 58, 44, 43, 0, 60];
    let protocol = PROTOCOLS[usize::from(choice >> 1 & 7)];
    let len = u16::try_from(frame.len() - 14).unwrap_or(u16::MAX);
    if choice & 1 == 0 {
        frame[14] = 0x45 | (frame[14] & 1);
        frame[16..18].copy_from_slice(&len.to_be_bytes());
        frame[20] &= 0x60;
        frame[21] = 0;
        frame[23] = protocol;
    } else {
        frame[14] = 0x60;
        frame[18..20].copy_from_slice(&(len - 40).to_be_bytes());
        frame[20] = protocol;
    }
}

fn as_received(bytes: &[u8]) {
    let Ok(mut vnet) = VnetHeader::parse(bytes) else { return };
    assert_eq!(VnetHeader::parse(&vnet.to_bytes()), Ok(vnet));
    let mut frame = bytes[VnetHeader::LEN..].to_vec();
    let _ = wire::finish_checksum(&mut frame, &mut vnet);
}
