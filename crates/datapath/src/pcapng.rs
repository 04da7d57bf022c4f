//! The file format of captures: pcapng (draft-ietf-opsawg-pcapng), little endian.
//!
//! It can say what plain pcap cannot: which way a packet went, and in a comment why it died. `tcpdump -r`, Wireshark and
//! tshark read it. Section header, one interface description, enhanced packets; no name resolution, no statistics.

/// Which way a packet went, as the interface's owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the owner.
    Inbound,
    /// From the owner.
    Outbound,
}

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const LINKTYPE_ETHERNET: u16 = 1;

const OPTION_COMMENT: u16 = 1;
const OPTION_NAME: u16 = 2;
const OPTION_RESOLUTION: u16 = 9;
const OPTION_FLAGS: u16 = 2;
const OPTION_APPLICATION: u16 = 4;

/// What a file begins with.
pub(crate) fn preamble(interface: &str) -> Vec<u8> {
    let mut section = Block::new(SECTION_HEADER);
    section.put(&0x1a2b_3c4du32.to_le_bytes());
    section.put(&[1, 0, 0, 0]);
    // The section's length is not known.
    section.put(&[0xff; 8]);
    section.option(OPTION_APPLICATION, b"hamlet");
    let mut file = section.finish();

    let mut description = Block::new(INTERFACE_DESCRIPTION);
    description.put(&LINKTYPE_ETHERNET.to_le_bytes());
    // Two reserved bytes, and packets of any length.
    description.put(&[0; 6]);
    description.option(OPTION_NAME, interface.as_bytes());
    // Times are nanoseconds: 10 to the power of -9.
    description.option(OPTION_RESOLUTION, &[9]);
    file.extend(description.finish());
    file
}

/// One packet.
pub(crate) fn packet(frame: &[u8], nanoseconds: u64, direction: Direction, comment: Option<&str>) -> Vec<u8> {
    let mut block = Block::new(ENHANCED_PACKET);
    block.put(&0u32.to_le_bytes());
    let [t0, t1, t2, t3, t4, t5, t6, t7] = nanoseconds.to_le_bytes();
    block.put(&[t4, t5, t6, t7, t0, t1, t2, t3]);
    let length = u32::try_from(frame.len()).expect("frames are shorter than 64 KiB and their headers");
    block.put(&length.to_le_bytes());
    block.put(&length.to_le_bytes());
    block.put(frame);
    block.pad();
    let flags: u32 = match direction {
        Direction::Inbound => 1,
        Direction::Outbound => 2,
    };
    block.option(OPTION_FLAGS, &flags.to_le_bytes());
    if let Some(comment) = comment {
        block.option(OPTION_COMMENT, comment.as_bytes());
    }
    block.finish()
}

/// A block being written: type, length, content, options, length again.
struct Block {
    bytes: Vec<u8>,
    has_options: bool,
}

impl Block {
    fn new(kind: u32) -> Block {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend([0; 4]);
        Block { bytes, has_options: false }
    }

    fn put(&mut self, content: &[u8]) {
        self.bytes.extend_from_slice(content);
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        // Names and comments are one line; a longer one is cut.
        let value = &value[..value.len().min(usize::from(u16::MAX))];
        let length = u16::try_from(value.len()).expect("it was just cut");
        self.put(&code.to_le_bytes());
        self.put(&length.to_le_bytes());
        self.put(value);
        self.pad();
        self.has_options = true;
    }

    fn finish(mut self) -> Vec<u8> {
        if self.has_options {
            self.put(&[0; 4]);
        }
        let length = u32::try_from(self.bytes.len() + 4).expect("a block holds one frame and short options");
        self.put(&length.to_le_bytes());
        self.bytes[4..8].copy_from_slice(&length.to_le_bytes());
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types and lengths of the blocks of a file, checked to agree at both ends.
    fn blocks(mut file: &[u8]) -> Vec<(u32, usize)> {
        let mut found = Vec::new();
        let word = |bytes: &[u8]| u32::from_le_bytes(bytes[..4].try_into().unwrap());
        while !file.is_empty() {
            let length = word(&file[4..]) as usize;
            assert_eq!(length % 4, 0);
            assert_eq!(word(&file[length - 4..]) as usize, length);
            found.push((word(file), length));
            file = &file[length..];
        }
        found
    }

    #[test]
    fn a_file_is_a_chain_of_blocks_that_say_their_length_twice() {
        let mut file = preamble("eni-1");
        file.extend(packet(
            &[7; 61],
            1_700_000_000_000_000_001,
            Direction::Outbound,
            Some("dropped: no-route"),
        ));
        file.extend(packet(&[7; 60], 1_700_000_000_000_000_002, Direction::Inbound, None));
        let kinds: Vec<u32> = blocks(&file).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [SECTION_HEADER, INTERFACE_DESCRIPTION, ENHANCED_PACKET, ENHANCED_PACKET]);
    }

    #[test]
    fn the_time_is_written_high_half_first() {
        let block = packet(&[], 0x0102_0304_0506_0708, Direction::Inbound, None);
        assert_eq!(block[12..20], [4, 3, 2, 1, 8, 7, 6, 5]);
    }
}
