//! Names of devices: where an instance has a volume.
//!
//! Follows "Device names for volumes on Amazon EC2 instances" (EC2 User Guide), for instances with hardware virtualization,
//! which all are here.

/// Whether a volume can be attached under this name.
pub fn is_device_name(name: &str) -> bool {
    let Some((letters, is_xvd)) = letters_of(name) else { return false };
    match letters.as_bytes() {
        [b'a'..=b'z'] => true,
        [b'a'..=b'd', b'a'..=b'z'] => is_xvd,
        b"a1" => true,
        _ => false,
    }
}

/// Whether two names mean one place: `/dev/sdf`, `/dev/xvdf` and `xvdf` do.
pub fn is_same_device(one: &str, other: &str) -> bool {
    let place = |name| letters_of(name).map(|(letters, _)| letters.strip_suffix('1').unwrap_or(letters));
    one == other || place(one).is_some_and(|letters| place(other) == Some(letters))
}

/// What follows `sd` or `xvd`, and whether it was the latter.
fn letters_of(name: &str) -> Option<(&str, bool)> {
    let name = name.strip_prefix("/dev/").unwrap_or(name);
    let xvd = name.strip_prefix("xvd").map(|letters| (letters, true));
    xvd.or_else(|| name.strip_prefix("sd").map(|letters| (letters, false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_guide() {
        for name in
            ["/dev/sdf", "/dev/xvdf", "xvdh", "sdb", "/dev/sda1", "/dev/xvda", "/dev/xvdba", "/dev/xvddz"]
        {
            assert!(is_device_name(name), "{name}");
        }
        for name in [
            "",
            "/dev/",
            "/dev/sd",
            "/dev/sdk1",
            "/dev/sdF",
            "/dev/sdba",
            "/dev/xvdea",
            "/dev/nvme1n1",
            "foo",
        ] {
            assert!(!is_device_name(name), "{name}");
        }
    }

    #[test]
    fn two_names_can_mean_one_device() {
        assert!(is_same_device("/dev/sdb", "/dev/xvdb"));
        assert!(is_same_device("/dev/sda1", "/dev/xvda"));
        assert!(is_same_device("xvdh", "/dev/sdh"));
        assert!(!is_same_device("/dev/sdb", "/dev/sdc"));
        assert!(!is_same_device("/dev/xvdb", "/dev/xvdba"));
    }
}
