//! The catalogue: the public images that people name, as their publishers released them to all Regions.
//!
//! Names, descriptions and dates are as AWS listed them in September 2026 ("DescribeImages", and the public parameters of
//! Systems Manager). Releases that were superseded are here only where earlier versions of Hamlet had them.

use super::distribution::{self, Distribution};
use crate::instance_type::Architecture;
use crate::volume::VolumeType;

/// An image as it was released to all Regions.
#[derive(Debug, PartialEq)]
pub struct Release {
    /// What it is of.
    pub distribution: &'static Distribution,
    /// Its name.
    pub name: &'static str,
    /// What its publisher says that it is.
    pub description: &'static str,
    /// Instruction set of its programs.
    pub architecture: Architecture,
    /// Size of its root volume.
    pub root_volume_gib: u32,
    /// Type of its root volume.
    pub root_volume_type: VolumeType,
    /// When it was made.
    pub created: &'static str,
    /// When its publisher calls it old, if that is known.
    pub deprecated: Option<&'static str>,
    /// Whether it is the latest of its line. Those are shown whatever the date: the catalogue ages, and what people look
    /// for must not vanish from it.
    pub is_latest: bool,
    /// The public parameters of Systems Manager whose value is its id.
    pub parameters: &'static [&'static str],
}

macro_rules! volume_type {
    ("gp2") => {
        VolumeType::Gp2
    };
    ("gp3") => {
        VolumeType::Gp3
    };
    ("standard") => {
        VolumeType::Standard
    };
}

macro_rules! amazon_linux_2023 {
    ($edition:literal, $description:literal, $kernel:literal, $architecture:literal, $gib:literal, $created:literal,
     [$($alias:literal),*]) => {
        Release {
            distribution: &distribution::AMAZON_LINUX_2023,
            name: concat!("al2023-ami-", $edition, "2023.12.20260930.0-kernel-", $kernel, "-", $architecture),
            description: concat!(
                "Amazon Linux 2023 AMI 2023.12.20260930.0 ", $architecture, $description, " HVM kernel-", $kernel
            ),
            architecture: architecture($architecture),
            root_volume_gib: $gib,
            root_volume_type: volume_type!("gp3"),
            created: $created,
            deprecated: Some("2028-09-30T22:59:00.000Z"),
            is_latest: true,
            parameters: &[$(concat!(
                "/aws/service/ami-amazon-linux-latest/al2023-ami-", $edition, "kernel-", $alias, "-", $architecture
            )),*],
        }
    };
}

macro_rules! amazon_linux_2 {
    ($line:literal, $title:literal, $edition:literal, $architecture:literal, $volume:literal, $type:tt,
     $gib:literal, $created:literal, [$($alias:literal),*]) => {
        Release {
            distribution: &distribution::AMAZON_LINUX_2,
            name: concat!("amzn2-ami-", $line, "hvm-2.0.20260930.0-", $architecture, "-", $volume),
            description: concat!($title, " AMI 2.0.20260930.0 ", $architecture, $edition, " HVM ", $volume),
            architecture: architecture($architecture),
            root_volume_gib: $gib,
            root_volume_type: volume_type!($type),
            created: $created,
            deprecated: Some("2028-09-30T22:59:00.000Z"),
            is_latest: true,
            parameters: &[$(concat!(
                "/aws/service/ami-amazon-linux-latest/amzn2-ami-", $alias, "hvm-", $architecture, "-", $volume
            )),*],
        }
    };
}

macro_rules! first_amazon_linux {
    ($distribution:ident, $line:literal, $description:literal, $type:tt, $created:literal, [$($alias:literal),*]) => {
        Release {
            distribution: &distribution::$distribution,
            name: concat!("amzn-ami-", $line),
            description: concat!("Amazon Linux AMI ", $description),
            architecture: Architecture::X86_64,
            root_volume_gib: 8,
            root_volume_type: volume_type!($type),
            created: $created,
            deprecated: None,
            is_latest: true,
            parameters: &[$(concat!("/aws/service/ami-amazon-linux-latest/amzn-ami-", $alias)),*],
        }
    };
}

macro_rules! ecs {
    ($distribution:ident, $folder:literal, $name:literal, $architecture:literal, $description:literal, $type:tt,
     $created:literal) => {
        Release {
            distribution: &distribution::$distribution,
            name: $name,
            description: $description,
            architecture: architecture($architecture),
            root_volume_gib: 30,
            root_volume_type: volume_type!($type),
            created: $created,
            deprecated: Some("2028-09-24T00:00:00.000Z"),
            is_latest: true,
            parameters: &[
                concat!("/aws/service/ecs/optimized-ami/", $folder, "/recommended/image_id"),
                concat!("/aws/service/ecs/optimized-ami/", $folder, "/", $name, "/image_id"),
            ],
        }
    };
}

macro_rules! ubuntu {
    ($distribution:ident, $folder:literal, $codename:literal, $version:literal, $arch:literal, $architecture:literal,
     $serial:literal, $type:tt, $created:literal, $deprecated:literal) => {
        Release {
            distribution: &distribution::$distribution,
            name: concat!("ubuntu/images/", $folder, "/ubuntu-", $codename, "-", $version, "-", $arch, "-server-", $serial),
            description: concat!("Canonical, Ubuntu, ", $version, ", ", $arch, " ", $codename, " image"),
            architecture: architecture($architecture),
            root_volume_gib: 8,
            root_volume_type: volume_type!($type),
            created: $created,
            deprecated: Some($deprecated),
            is_latest: true,
            parameters: &[
                ubuntu!(parameter $version, "current", $arch, "gp2"),
                ubuntu!(parameter $version, "current", $arch, "gp3"),
                ubuntu!(parameter $version, $serial, $arch, "gp2"),
                ubuntu!(parameter $version, $serial, $arch, "gp3"),
                ubuntu!(parameter $codename, "current", $arch, "gp2"),
                ubuntu!(parameter $codename, "current", $arch, "gp3"),
                ubuntu!(parameter $codename, $serial, $arch, "gp2"),
                ubuntu!(parameter $codename, $serial, $arch, "gp3"),
            ],
        }
    };
    (parameter $release:literal, $serial:literal, $arch:literal, $type:tt) => {
        concat!(
            "/aws/service/canonical/ubuntu/server/", $release, "/stable/", $serial, "/", $arch, "/hvm/ebs-", $type,
            "/ami-id"
        )
    };
}

macro_rules! debian {
    ($distribution:ident, $version:literal, $codename:literal, $arch:literal, $architecture:literal, $created:literal) => {
        Release {
            distribution: &distribution::$distribution,
            name: concat!("debian-", $version, "-", $arch, "-20260914-2601"),
            description: concat!("Debian ", $version, " (20260914-2601)"),
            architecture: architecture($architecture),
            root_volume_gib: 8,
            root_volume_type: volume_type!("gp3"),
            created: $created,
            deprecated: Some("2028-09-14T00:00:00.000Z"),
            is_latest: true,
            parameters: &[
                concat!("/aws/service/debian/release/", $version, "/latest/", $arch),
                concat!("/aws/service/debian/release/", $codename, "/latest/", $arch),
            ],
        }
    };
}

macro_rules! red_hat_9 {
    ($architecture:literal, $created:literal) => {
        Release {
            distribution: &distribution::RED_HAT_9,
            name: concat!("RHEL-9.8.0_HVM-20260908-", $architecture, "-0-Hourly2-GP3"),
            description: "Provided by Red Hat, Inc.",
            architecture: architecture($architecture),
            root_volume_gib: 10,
            root_volume_type: volume_type!("gp3"),
            created: $created,
            deprecated: Some("2028-09-08T00:00:00.000Z"),
            is_latest: true,
            parameters: &[],
        }
    };
}

macro_rules! windows {
    ($version:literal, $edition:literal, $title:literal, $created:literal) => {
        Release {
            distribution: &distribution::WINDOWS,
            name: concat!("Windows_Server-", $version, "-English-", $edition, "-Base-2026.09.17"),
            description: concat!(
                "Microsoft Windows Server ",
                $version,
                " ",
                $title,
                " Locale English AMI provided by Amazon"
            ),
            architecture: Architecture::X86_64,
            root_volume_gib: 30,
            root_volume_type: volume_type!("gp2"),
            created: $created,
            deprecated: Some("2028-09-17T00:00:00.000Z"),
            is_latest: true,
            parameters: &[concat!(
                "/aws/service/ami-windows-latest/Windows_Server-",
                $version,
                "-English-",
                $edition,
                "-Base"
            )],
        }
    };
}

/// A release that Hamlet had before, whose instances may still be there.
macro_rules! superseded {
    ($edition:literal, $description:literal, $architecture:literal, $gib:literal, $created:literal) => {
        Release {
            distribution: &distribution::AMAZON_LINUX_2023,
            name: concat!("al2023-ami-", $edition, "2023.9.20251027.0-kernel-6.1-", $architecture),
            description: concat!(
                "Amazon Linux 2023 AMI 2023.9.20251027.0 ",
                $architecture,
                $description,
                " HVM kernel-6.1"
            ),
            architecture: architecture($architecture),
            root_volume_gib: $gib,
            root_volume_type: volume_type!("gp3"),
            created: $created,
            deprecated: Some("2026-01-27T19:56:00.000Z"),
            is_latest: false,
            parameters: &[],
        }
    };
}

const fn architecture(name: &str) -> Architecture {
    match name.as_bytes() {
        b"x86_64" => Architecture::X86_64,
        b"arm64" => Architecture::Arm64,
        _ => panic!("no such architecture"),
    }
}

/// What there is, most usual first. "The newest whose name matches" is what nearly everybody takes: so no two have the same
/// date, and x86_64 is the newest of its line, Amazon Linux 2023 of Amazon's.
#[rustfmt::skip]
pub(super) static RELEASES: &[Release] = &[
    amazon_linux_2023!("", "", "6.18", "x86_64", 8, "2026-09-30T22:59:26.000Z", ["default", "6.18"]),
    amazon_linux_2023!("", "", "6.12", "x86_64", 8, "2026-09-30T22:58:12.000Z", ["6.12"]),
    amazon_linux_2023!("", "", "6.1", "x86_64", 8, "2026-09-30T22:57:41.000Z", ["6.1"]),
    amazon_linux_2023!("", "", "6.18", "arm64", 8, "2026-09-30T22:54:33.000Z", ["default", "6.18"]),
    amazon_linux_2023!("", "", "6.12", "arm64", 8, "2026-09-30T22:53:08.000Z", ["6.12"]),
    amazon_linux_2023!("", "", "6.1", "arm64", 8, "2026-09-30T22:52:17.000Z", ["6.1"]),
    amazon_linux_2023!("minimal-", " Minimal", "6.18", "x86_64", 2, "2026-09-30T22:49:51.000Z", ["default", "6.18"]),
    amazon_linux_2023!("minimal-", " Minimal", "6.12", "x86_64", 2, "2026-09-30T22:48:29.000Z", ["6.12"]),
    amazon_linux_2023!("minimal-", " Minimal", "6.1", "x86_64", 2, "2026-09-30T22:47:05.000Z", ["6.1"]),
    amazon_linux_2023!("minimal-", " Minimal", "6.18", "arm64", 2, "2026-09-30T22:44:44.000Z", ["default", "6.18"]),
    amazon_linux_2023!("minimal-", " Minimal", "6.12", "arm64", 2, "2026-09-30T22:43:19.000Z", ["6.12"]),
    amazon_linux_2023!("minimal-", " Minimal", "6.1", "arm64", 2, "2026-09-30T22:42:56.000Z", ["6.1"]),

    amazon_linux_2!("kernel-5.10-", "Amazon Linux 2 Kernel 5.10", "", "x86_64", "gp2", "gp2", 8,
        "2026-09-30T21:39:48.000Z", ["kernel-5.10-", "kernel-default-"]),
    amazon_linux_2!("kernel-5.10-", "Amazon Linux 2 Kernel 5.10", "", "x86_64", "ebs", "standard", 8,
        "2026-09-30T21:38:22.000Z", ["kernel-5.10-", "kernel-default-"]),
    amazon_linux_2!("kernel-5.10-", "Amazon Linux 2 LTS Arm64 Kernel 5.10", "", "arm64", "gp2", "gp2", 8,
        "2026-09-30T21:35:10.000Z", ["kernel-5.10-", "kernel-default-"]),
    amazon_linux_2!("", "Amazon Linux 2", "", "x86_64", "gp2", "gp2", 8,
        "2026-09-30T21:34:37.000Z", ["", "kernel-4.14-"]),
    amazon_linux_2!("", "Amazon Linux 2", "", "x86_64", "ebs", "standard", 8,
        "2026-09-30T21:33:02.000Z", ["", "kernel-4.14-"]),
    amazon_linux_2!("", "Amazon Linux 2 LTS Arm64", "", "arm64", "gp2", "gp2", 8,
        "2026-09-30T21:30:28.000Z", ["", "kernel-4.14-"]),
    amazon_linux_2!("minimal-kernel-5.10-", "Amazon Linux 2 Kernel 5.10", " Minimal", "x86_64", "gp2", "gp2", 2,
        "2026-09-30T21:29:56.000Z", ["minimal-kernel-5.10-", "minimal-kernel-default-"]),
    amazon_linux_2!("minimal-kernel-5.10-", "Amazon Linux 2 LTS Arm64 Kernel 5.10", " Minimal", "arm64", "gp2", "gp2", 2,
        "2026-09-30T21:27:31.000Z", ["minimal-kernel-5.10-", "minimal-kernel-default-"]),
    amazon_linux_2!("minimal-", "Amazon Linux 2", " Minimal", "x86_64", "ebs", "standard", 2,
        "2026-09-30T21:26:54.000Z", ["minimal-", "minimal-kernel-4.14-"]),
    amazon_linux_2!("minimal-", "Amazon Linux 2 LTS Arm64", " Minimal", "arm64", "ebs", "standard", 2,
        "2026-09-30T21:24:20.000Z", ["minimal-", "minimal-kernel-4.14-"]),

    first_amazon_linux!(AMAZON_LINUX_2, "hvm-2018.03.0.20231218.0-x86_64-gp2", "2018.03.0.20231218.0 x86_64 HVM gp2", "gp2",
        "2023-12-18T22:47:31.000Z", ["hvm-x86_64-gp2"]),
    first_amazon_linux!(AMAZON_LINUX_2, "hvm-2018.03.0.20231218.0-x86_64-ebs", "2018.03.0.20231218.0 x86_64 HVM ebs", "standard",
        "2023-12-18T22:46:08.000Z", ["hvm-x86_64-ebs"]),
    first_amazon_linux!(AMAZON_LINUX_2, "minimal-hvm-2018.03.0.20231218.0-x86_64-ebs", "2018.03.0.20231218.0 x86_64 Minimal HVM ebs",
        "standard", "2023-12-18T22:44:52.000Z", ["minimal-hvm-x86_64-ebs"]),
    first_amazon_linux!(AMAZON_LINUX_NAT, "vpc-nat-2018.03.0.20230807.0-x86_64-ebs", "2018.03.0.20230807.0 x86_64 VPC HVM ebs", "standard",
        "2023-08-08T00:58:46.000Z", []),

    ecs!(ECS_AMAZON_LINUX_2023, "amazon-linux-2023", "al2023-ami-ecs-hvm-2023.0.20260922-kernel-6.1-x86_64", "x86_64",
        "Amazon Linux AMI 2023.0.20260922 x86_64 ECS HVM EBS", "gp3", "2026-09-22T20:15:39.000Z"),
    ecs!(ECS_AMAZON_LINUX_2023, "amazon-linux-2023/arm64", "al2023-ami-ecs-hvm-2023.0.20260922-kernel-6.1-arm64", "arm64",
        "Amazon Linux AMI 2023.0.20260922 arm64 ECS HVM EBS", "gp3", "2026-09-22T20:12:04.000Z"),
    ecs!(ECS_AMAZON_LINUX_2, "amazon-linux-2", "amzn2-ami-ecs-hvm-2.0.20260924-x86_64-ebs", "x86_64",
        "Amazon Linux AMI 2.0.20260924 x86_64 ECS HVM GP2", "gp2", "2026-09-24T19:43:27.000Z"),
    ecs!(ECS_AMAZON_LINUX_2, "amazon-linux-2/arm64", "amzn2-ami-ecs-hvm-2.0.20260924-arm64-ebs", "arm64",
        "Amazon Linux AMI 2.0.20260924 arm64 ECS HVM GP2", "gp2", "2026-09-24T19:40:53.000Z"),
    ecs!(ECS_AMAZON_LINUX_2, "amazon-linux-2/kernel-5.10", "amzn2-ami-ecs-kernel-5.10-hvm-2.0.20260924-x86_64-ebs",
        "x86_64", "Amazon Linux AMI 2.0.20260924 x86_64 ECS HVM GP2", "gp2", "2026-09-24T19:38:11.000Z"),
    ecs!(ECS_AMAZON_LINUX_2, "amazon-linux-2/kernel-5.10/arm64", "amzn2-ami-ecs-kernel-5.10-hvm-2.0.20260924-arm64-ebs",
        "arm64", "Amazon Linux AMI 2.0.20260924 arm64 ECS HVM GP2", "gp2", "2026-09-24T19:35:48.000Z"),

    ubuntu!(UBUNTU_NOBLE, "hvm-ssd-gp3", "noble", "24.04", "amd64", "x86_64", "20260923", "gp3",
        "2026-09-23T07:21:36.000Z", "2028-09-23T07:21:36.000Z"),
    ubuntu!(UBUNTU_NOBLE, "hvm-ssd-gp3", "noble", "24.04", "arm64", "arm64", "20260923", "gp3",
        "2026-09-23T07:18:09.000Z", "2028-09-23T07:18:09.000Z"),
    ubuntu!(UBUNTU_JAMMY, "hvm-ssd", "jammy", "22.04", "amd64", "x86_64", "20260731", "gp2",
        "2026-07-31T10:44:55.000Z", "2028-07-31T10:44:55.000Z"),
    ubuntu!(UBUNTU_JAMMY, "hvm-ssd", "jammy", "22.04", "arm64", "arm64", "20260731", "gp2",
        "2026-07-31T10:41:23.000Z", "2028-07-31T10:41:23.000Z"),
    ubuntu!(UBUNTU_FOCAL, "hvm-ssd", "focal", "20.04", "amd64", "x86_64", "20250603", "gp2",
        "2025-06-03T09:03:40.000Z", "2027-06-03T09:03:40.000Z"),
    ubuntu!(UBUNTU_FOCAL, "hvm-ssd", "focal", "20.04", "arm64", "arm64", "20250603", "gp2",
        "2025-06-03T09:01:12.000Z", "2027-06-03T09:01:12.000Z"),

    debian!(DEBIAN_13, "13", "trixie", "amd64", "x86_64", "2026-09-14T20:37:18.000Z"),
    debian!(DEBIAN_13, "13", "trixie", "arm64", "arm64", "2026-09-14T20:34:02.000Z"),
    debian!(DEBIAN_12, "12", "bookworm", "amd64", "x86_64", "2026-09-14T20:27:45.000Z"),
    debian!(DEBIAN_12, "12", "bookworm", "arm64", "arm64", "2026-09-14T20:24:31.000Z"),

    red_hat_9!("x86_64", "2026-09-08T13:52:29.000Z"),
    red_hat_9!("arm64", "2026-09-08T13:49:57.000Z"),

    windows!("2025", "Full", "Full", "2026-09-17T05:37:14.000Z"),
    windows!("2025", "Core", "Core", "2026-09-17T05:34:50.000Z"),
    windows!("2022", "Full", "Full", "2026-09-17T05:31:26.000Z"),
    windows!("2022", "Core", "Core", "2026-09-17T05:28:03.000Z"),
    windows!("2019", "Full", "with Desktop Experience", "2026-09-17T05:24:47.000Z"),
    windows!("2019", "Core", "Core", "2026-09-17T05:21:33.000Z"),
    windows!("2016", "Full", "with Desktop Experience", "2026-09-17T05:18:19.000Z"),

    superseded!("", "", "x86_64", 8, "2025-10-29T19:56:24.000Z"),
    superseded!("", "", "arm64", 8, "2025-10-29T19:53:50.000Z"),
    superseded!("minimal-", " Minimal", "x86_64", 2, "2025-10-29T19:50:37.000Z"),
    superseded!("minimal-", " Minimal", "arm64", 2, "2025-10-29T19:47:21.000Z"),
];
