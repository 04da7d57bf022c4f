//! What all images of one distribution have in common: who publishes them, what they call their user and their
//! interfaces, how they start.
//!
//! Follows "Manage system users on your Linux instance" and "Query and update network configuration for Amazon Linux"
//! (EC2 User Guide, AL2023 User Guide), and what their publishers write.

use crate::instance_type::Hypervisor;

/// What images of one distribution have in common.
#[derive(Debug, PartialEq)]
pub struct Distribution {
    /// The account that publishes them.
    pub owner: &'static str,
    /// Its alias, such as `amazon`: "an account alias (`amazon` | `aws-backup-vault` | `aws-marketplace`)", which verified
    /// publishers share with AWS.
    pub owner_alias: &'static str,
    /// The device name of the root volume.
    pub root_device: &'static str,
    /// The users that a key pair's key is for, the one that is meant unless said otherwise first.
    pub users: &'static [&'static str],
    /// What network interfaces are called inside.
    pub interface_names: InterfaceNames,
    /// `Platform`, which only Windows has.
    pub platform: Option<&'static str>,
    /// `PlatformDetails`, what is billed.
    pub platform_details: &'static str,
    /// `UsageOperation`, the code that goes with it.
    pub usage_operation: &'static str,
    /// Whether `ImdsSupport` is `v2.0`.
    pub imds_v2: bool,
    /// `BootMode` of x86_64 images; those of arm64 are all `uefi`.
    pub boot_mode: Option<&'static str>,
    /// Whether `/dev/sdb` and `/dev/sdc` are mapped to instance stores, where the type has them.
    pub instance_stores: bool,
    /// Whether its gp3 root volumes say how fast they are; otherwise they are as fast as every gp3 volume.
    pub says_gp3_performance: bool,
    /// What it does by itself at each boot: a shell script for root.
    pub boot_script: Option<&'static str>,
}

/// What an image calls network interfaces: on Nitro by their slot, on Xen by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceNames {
    nitro: Series,
    xen: Series,
}

/// Names that differ in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Series {
    prefix: &'static str,
    first: usize,
}

const ETH: Series = Series { prefix: "eth", first: 0 };
/// The first interface is in slot 5 of a Nitro instance.
const ENS: Series = Series { prefix: "ens", first: 5 };
/// systemd calls Xen's interfaces so since its release 253; AL2023 took that over into an earlier one.
const EN_X: Series = Series { prefix: "enX", first: 0 };

impl InterfaceNames {
    /// `eth0` everywhere: without predictable names.
    pub const ETH: InterfaceNames = InterfaceNames { nitro: ETH, xen: ETH };
    /// `ens5` on Nitro, `eth0` on Xen.
    pub const ENS_OR_ETH: InterfaceNames = InterfaceNames { nitro: ENS, xen: ETH };
    /// `ens5` on Nitro, `enX0` on Xen.
    pub const ENS_OR_EN_X: InterfaceNames = InterfaceNames { nitro: ENS, xen: EN_X };

    /// The name of the interface with this device index.
    pub fn name(self, hypervisor: Hypervisor, device_index: usize) -> String {
        let Series { prefix, first } = match hypervisor {
            Hypervisor::Nitro => self.nitro,
            Hypervisor::Xen => self.xen,
        };
        format!("{prefix}{}", first + device_index)
    }
}

/// Amazon Linux 2023.
pub static AMAZON_LINUX_2023: Distribution = LIKE_AMAZON_LINUX;

/// Amazon Linux 2, and the Amazon Linux before it.
pub static AMAZON_LINUX_2: Distribution = Distribution {
    interface_names: InterfaceNames::ETH,
    imds_v2: false,
    boot_mode: None,
    ..LIKE_AMAZON_LINUX
};

/// Amazon Linux's image for NAT instances ("NAT instances", VPC User Guide).
pub static AMAZON_LINUX_NAT: Distribution = Distribution {
    interface_names: InterfaceNames::ETH,
    imds_v2: false,
    boot_mode: None,
    boot_script: Some(include_str!("configure_nat.sh")),
    ..LIKE_AMAZON_LINUX
};

/// Amazon Linux 2023 for container instances of ECS.
pub static ECS_AMAZON_LINUX_2023: Distribution = Distribution { owner: ECS_OWNER, ..LIKE_AMAZON_LINUX };

/// Amazon Linux 2 for container instances of ECS.
pub static ECS_AMAZON_LINUX_2: Distribution = Distribution {
    owner: ECS_OWNER,
    interface_names: InterfaceNames::ETH,
    imds_v2: false,
    boot_mode: None,
    ..LIKE_AMAZON_LINUX
};

/// Ubuntu 20.04.
pub static UBUNTU_FOCAL: Distribution = Distribution { boot_mode: None, ..LIKE_UBUNTU };

/// Ubuntu 22.04.
pub static UBUNTU_JAMMY: Distribution = LIKE_UBUNTU;

/// Ubuntu 24.04.
pub static UBUNTU_NOBLE: Distribution =
    Distribution { interface_names: InterfaceNames::ENS_OR_EN_X, ..LIKE_UBUNTU };

/// Debian 12.
pub static DEBIAN_12: Distribution =
    Distribution { interface_names: InterfaceNames::ENS_OR_ETH, ..LIKE_DEBIAN };

/// Debian 13.
pub static DEBIAN_13: Distribution = LIKE_DEBIAN;

/// Red Hat Enterprise Linux 9.
pub static RED_HAT_9: Distribution = Distribution {
    owner: "309956199498",
    root_device: "/dev/sda1",
    interface_names: InterfaceNames::ENS_OR_ETH,
    platform_details: "Red Hat Enterprise Linux",
    usage_operation: "RunInstances:0010",
    imds_v2: false,
    says_gp3_performance: false,
    ..LIKE_AMAZON_LINUX
};

/// Windows Server, which cannot run here.
pub static WINDOWS: Distribution = Distribution {
    owner: "801119661308",
    root_device: "/dev/sda1",
    users: &["Administrator"],
    interface_names: InterfaceNames::ETH,
    platform: Some("windows"),
    platform_details: "Windows",
    usage_operation: "RunInstances:0002",
    imds_v2: false,
    boot_mode: None,
    ..LIKE_AMAZON_LINUX
};

/// What runs for an image that nobody knows: Amazon Linux 2023, under the users of all distributions, since the one whose
/// image it is on AWS is not known.
pub static UNKNOWN: Distribution =
    Distribution { users: &["ec2-user", "ubuntu", "admin"], ..LIKE_AMAZON_LINUX };

const ECS_OWNER: &str = "591542846629";

const LIKE_AMAZON_LINUX: Distribution = Distribution {
    owner: "137112412989",
    owner_alias: "amazon",
    root_device: "/dev/xvda",
    users: &["ec2-user"],
    interface_names: InterfaceNames::ENS_OR_EN_X,
    platform: None,
    platform_details: "Linux/UNIX",
    usage_operation: "RunInstances",
    imds_v2: true,
    boot_mode: Some("uefi-preferred"),
    instance_stores: false,
    says_gp3_performance: true,
    boot_script: None,
};

const LIKE_UBUNTU: Distribution = Distribution {
    owner: "099720109477",
    root_device: "/dev/sda1",
    users: &["ubuntu"],
    interface_names: InterfaceNames::ENS_OR_ETH,
    imds_v2: false,
    instance_stores: true,
    says_gp3_performance: false,
    ..LIKE_AMAZON_LINUX
};

const LIKE_DEBIAN: Distribution = Distribution {
    owner: "136693071363",
    users: &["admin"],
    imds_v2: false,
    says_gp3_performance: false,
    ..LIKE_AMAZON_LINUX
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_called_as_the_image_calls_them() {
        let names =
            |names: InterfaceNames, hypervisor| [names.name(hypervisor, 0), names.name(hypervisor, 1)];
        assert_eq!(names(InterfaceNames::ENS_OR_EN_X, Hypervisor::Nitro), ["ens5", "ens6"]);
        assert_eq!(names(InterfaceNames::ENS_OR_EN_X, Hypervisor::Xen), ["enX0", "enX1"]);
        assert_eq!(names(InterfaceNames::ENS_OR_ETH, Hypervisor::Xen), ["eth0", "eth1"]);
        assert_eq!(names(InterfaceNames::ETH, Hypervisor::Nitro), ["eth0", "eth1"]);
    }
}
