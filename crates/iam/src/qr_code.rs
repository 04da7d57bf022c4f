//! A text as a picture that cameras read: a QR code (ISO/IEC 18004) as a PNG image (ISO/IEC 15948) of black and white.

use miniz_oxide::deflate::compress_to_vec_zlib;
use qrcodegen::{QrCode, QrCodeEcc};

/// White around the code: four modules, which readers rely on.
const QUIET_ZONE: i32 = 4;
/// Pixels of a module's side.
const SCALE: usize = 5;
/// "PNG file signature".
const SIGNATURE: [u8; 8] = [137, b'P', b'N', b'G', 13, 10, 26, 10];
/// How hard to compress: the pictures are small.
const LEVEL: u8 = 9;
/// The polynomial of the chunks' checksums, its lowest power first.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// The picture of a text; `None` if it is too long for one.
pub(crate) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    Some(image(&rows(&code)))
}

/// Whether each pixel is black, row by row.
fn rows(code: &QrCode) -> Vec<Vec<bool>> {
    let modules = || (-QUIET_ZONE..code.size() + QUIET_ZONE).flat_map(|at| std::iter::repeat_n(at, SCALE));
    modules().map(|y| modules().map(|x| code.get_module(x, y)).collect()).collect()
}

fn image(rows: &[Vec<bool>]) -> Vec<u8> {
    let side = u32::try_from(rows.len()).expect("a code is small").to_be_bytes();
    // A bit for each pixel, gray, and the only methods that there are; not interlaced.
    let header = [&side[..], &side, &[1, 0, 0, 0, 0]].concat();
    let pixels: Vec<u8> = rows.iter().flat_map(|row| scan_line(row)).collect();
    let mut png = SIGNATURE.to_vec();
    for (kind, data) in
        [(b"IHDR", header), (b"IDAT", compress_to_vec_zlib(&pixels, LEVEL)), (b"IEND", Vec::new())]
    {
        put_chunk(&mut png, kind, &data);
    }
    png
}

/// The row's filter, which is none, and its pixels: eight in a byte, the first one highest, 0 being black.
fn scan_line(row: &[bool]) -> Vec<u8> {
    let packed = row.chunks(8).map(|pixels| {
        let bits = (0..).zip(pixels).filter(|(_, is_black)| !**is_black);
        bits.fold(0, |byte, (at, _)| byte | 0x80_u8 >> at)
    });
    std::iter::once(0).chain(packed).collect()
}

fn put_chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let checked = [kind, data].concat();
    png.extend(u32::try_from(data.len()).expect("a code is small").to_be_bytes());
    png.extend(&checked);
    png.extend(crc32(&checked).to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ POLYNOMIAL } else { sum >> 1 },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        // The last chunk of every PNG image.
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn the_picture_has_the_codes_three_corners_in_white() {
        let png = png("otpauth://totp/x").unwrap();
        let side = usize::try_from(u32::from_be_bytes(png[16..20].try_into().unwrap())).unwrap();
        assert_eq!((&png[..8], &png[12..16], png[24]), (&SIGNATURE[..], &b"IHDR"[..], 1));
        let length = usize::try_from(u32::from_be_bytes(png[33..37].try_into().unwrap())).unwrap();
        let pixels = decompress_to_vec_zlib(&png[41..41 + length]).unwrap();
        let bytes = 1 + side.div_ceil(8);
        assert_eq!(pixels.len(), side * bytes);
        let is_black = |module_x: usize, module_y: usize| {
            let (x, y) = (module_x * SCALE, module_y * SCALE);
            pixels[y * bytes + 1 + x / 8] & 0x80 >> (x % 8) == 0
        };
        let last = side / SCALE - 1;
        assert!(!is_black(0, 0) && !is_black(last, last));
        // The frame of a corner, the white in it, and its middle.
        for (x, y) in [(4, 4), (last - 10, 4), (4, last - 10)] {
            assert!(is_black(x, y) && !is_black(x + 1, y + 1) && is_black(x + 3, y + 3), "{x} {y}");
        }
        assert!(is_black(last - 4, 4) && is_black(4, last - 4));
    }

    #[test]
    fn a_text_that_is_too_long_has_none() {
        assert!(super::png(&"x".repeat(3000)).is_none());
    }
}
