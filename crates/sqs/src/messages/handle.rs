//! Receipt handles: which message was received, in which queue and how many times before; nobody can make one up.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::line::Number;

/// What all of them begin with: a version.
const MARK: [u8; 3] = [1, 1, 1];
/// Bytes of the code that proves where one is from.
const PROOF: usize = 16;
const BYTES: usize = MARK.len() + 8 + 8 + 4 + PROOF;

/// What handles are made with. It is kept, so that they hold across restarts.
#[derive(Clone)]
pub(crate) struct HandleKey(pub(super) [u8; 32]);

/// What one says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Under what the queue's messages are kept.
    pub(crate) queue: u64,
    /// Which message.
    pub(crate) number: Number,
    /// How often it had been received, this time included.
    pub(crate) receives: u32,
}

impl HandleKey {
    /// The handle of a receipt.
    pub(crate) fn write(&self, receipt: Receipt) -> String {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend(MARK);
        bytes.extend(receipt.queue.to_be_bytes());
        bytes.extend(receipt.number.to_be_bytes());
        bytes.extend(receipt.receives.to_be_bytes());
        let proof = self.proof(&bytes);
        bytes.extend(proof);
        STANDARD.encode(bytes)
    }

    /// The receipt of a handle, if it is one of ours.
    pub(crate) fn read(&self, handle: &str) -> Option<Receipt> {
        // Nothing is decoded that cannot be one.
        let bytes = (handle.len() <= 2 * BYTES).then(|| STANDARD.decode(handle).ok()).flatten()?;
        let (said, proof) = bytes.split_at_checked(BYTES - PROOF)?;
        if proof != self.proof(said) || said[..3] != MARK {
            return None;
        }
        let number = |from: usize| Some(u64::from_be_bytes(said.get(from..from + 8)?.try_into().ok()?));
        Some(Receipt {
            queue: number(3)?,
            number: number(11)?,
            receives: u32::from_be_bytes(said.get(19..23)?.try_into().ok()?),
        })
    }

    fn proof(&self, said: &[u8]) -> [u8; PROOF] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("keys of any length will do");
        mac.update(said);
        let all = mac.finalize().into_bytes();
        std::array::from_fn(|place| all[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_leads_back_to_its_receipt_and_no_other_text_does() {
        let key = HandleKey([7; 32]);
        let receipt = Receipt { queue: u64::MAX, number: 5, receives: 2 };
        let handle = key.write(receipt);
        assert!(handle.starts_with("AQEB"), "{handle}");
        assert_eq!(key.read(&handle), Some(receipt));
        assert_eq!(HandleKey([8; 32]).read(&handle), None);
        for place in 0..handle.len() {
            let mut changed = handle.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(key.read(&String::from_utf8(changed).unwrap()), None, "{place}");
        }
        for other in ["", "x", "AQEB", &"A".repeat(10_000)] {
            assert_eq!(key.read(other), None);
        }
    }
}
