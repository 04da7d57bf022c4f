//! The Amazon Time Sync Service: NTP at 169.254.169.123.
//!
//! Follows "Set the time reference for your EC2 instance" (EC2 User Guide) and RFC 5905. Answers client requests of
//! versions 1 to 4; no authentication, no PTP, and no leap second in sight.

use model::Timestamp;

/// Seconds between 1900, where NTP counts from, and 1970.
const NTP_EPOCH_OFFSET_S: i64 = 2_208_988_800;
const MODE_CLIENT: u8 = 3;
const MODE_SERVER: u8 = 4;
/// What the service reports on AWS.
const STRATUM: u8 = 3;
/// log2 of the clock's resolution: a millisecond is a little less than 2^-9 seconds.
const PRECISION: i8 = -9;
/// 2^-10 seconds as NTP short format: half of the resolution.
const ROOT_DISPERSION: u32 = 1 << 6;
/// The upstream's address, as stratum 3 servers report it.
const REFERENCE_ID: [u8; 4] = [169, 254, 169, 122];
/// How long ago the clock was set, as reported.
const REFERENCE_AGE_MS: i64 = 16_000;

/// Answers an NTP request; `None` for anything that is not one.
pub fn answer(payload: &[u8], now: Timestamp) -> Option<[u8; 48]> {
    let request: &[u8; 48] = payload.first_chunk()?;
    let (version, mode) = ((request[0] >> 3) & 7, request[0] & 7);
    if mode != MODE_CLIENT || !(1..=4).contains(&version) {
        return None;
    }
    let mut reply = [0; 48];
    reply[0] = version << 3 | MODE_SERVER;
    reply[1] = STRATUM;
    reply[2] = request[2];
    reply[3] = PRECISION.to_be_bytes()[0];
    reply[8..12].copy_from_slice(&ROOT_DISPERSION.to_be_bytes());
    reply[12..16].copy_from_slice(&REFERENCE_ID);
    reply[16..24].copy_from_slice(&ntp_time(now.0.saturating_sub(REFERENCE_AGE_MS)));
    // The client recognizes the answer by its own transmit time, and corrects by the two that follow.
    reply[24..32].copy_from_slice(&request[40..48]);
    reply[32..40].copy_from_slice(&ntp_time(now.0));
    reply[40..48].copy_from_slice(&ntp_time(now.0));
    Some(reply)
}

/// 32 bits of seconds, which wrap in 2036 as the standard wants, and 32 bits of fraction.
fn ntp_time(unix_ms: i64) -> [u8; 8] {
    let since_1900_ms = i128::from(unix_ms) + i128::from(NTP_EPOCH_OFFSET_S) * 1000;
    let fixed = (since_1900_ms << 32).div_euclid(1000);
    let bytes = fixed.to_be_bytes();
    bytes.last_chunk().copied().expect("sixteen bytes have a last eight")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(first: u8) -> [u8; 48] {
        let mut request = [0; 48];
        request[0] = first;
        request[2] = 6;
        request[40..48].copy_from_slice(b"transmit");
        request
    }

    #[test]
    fn a_client_gets_the_time_and_its_own_transmit_time_back() {
        let reply = answer(&request(0x23), Timestamp(1_700_000_000_500)).unwrap();
        assert_eq!(reply[0], 0x24, "version 4, mode server, no leap warning");
        assert_eq!((reply[1], reply[2]), (3, 6));
        assert_eq!(&reply[24..32], b"transmit");
        let seconds = u32::from_be_bytes(reply[40..44].try_into().unwrap());
        assert_eq!(i64::from(seconds), 1_700_000_000 + NTP_EPOCH_OFFSET_S);
        assert_eq!(reply[44..48], [0x80, 0, 0, 0], "half a second");
    }

    #[test]
    fn whatever_is_not_a_client_request_gets_no_answer() {
        let now = Timestamp(0);
        assert_eq!(answer(&[], now), None);
        assert_eq!(answer(&request(0x23)[..47], now), None);
        for first in [0x24, 0x26, 0x03, 0x2b] {
            assert_eq!(answer(&request(first), now), None, "{first:#x}");
        }
    }

    #[test]
    fn any_point_in_time_can_be_written() {
        for ms in [i64::MIN, -1, 0, i64::MAX] {
            assert!(answer(&request(0x23), Timestamp(ms)).is_some());
        }
    }
}
