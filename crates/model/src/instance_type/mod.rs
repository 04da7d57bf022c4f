//! Instance types: how much of everything an instance has, and how many interfaces and addresses.
//!
//! Follows "Amazon EC2 instance types" and "Maximum IP addresses per network interface" (EC2 User Guide). All types that
//! AWS has are here, previous generations included, in a table that `cargo xtask instance-types` writes. Sizes limit
//! interfaces, addresses, processors and memory; everything else is only shown (`figures`).

mod cells;
mod figures;

pub use figures::{Card, Device, Figures, Processor, Speed, Storage, Volumes};

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use cells::Cells;

/// One line a type, in the order of their names; `xtask/src/instance_types.rs` says what its columns are.
const TABLE: &str = include_str!("table.tsv");

/// Read when somebody first asks for a type.
static INSTANCE_TYPES: LazyLock<Vec<InstanceType>> =
    LazyLock::new(|| TABLE.lines().map(InstanceType::read).collect());

/// An instance type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InstanceType {
    /// Its name, such as `t2.micro`.
    pub name: &'static str,
    /// What its processors can run, with commas between.
    pub architectures: &'static str,
    /// Cores, of which each runs `threads_per_core` virtual processors.
    pub cores: u32,
    /// Threads per core.
    pub threads_per_core: u32,
    /// Memory.
    pub memory_mib: u64,
    /// How many network interfaces an instance can have.
    pub interfaces_max: usize,
    /// How many private IPv4 addresses an interface can have.
    pub addresses_per_interface: usize,
    /// How many IPv6 addresses an interface can have.
    pub ipv6_addresses_per_interface: usize,
    /// The platform underneath; bare metal has none.
    pub hypervisor: Option<Hypervisor>,
    switches: &'static str,
    cores_valid: &'static str,
    threads_valid: &'static str,
    figures: &'static str,
}

/// What a type has, or has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Simplified automatic recovery.
    AutoRecovery,
    /// No hypervisor.
    BareMetal,
    /// Processor time is counted in credits.
    Burstable,
    /// Not of a previous generation.
    CurrentGeneration,
    /// Dedicated Hosts.
    DedicatedHosts,
    /// The Free Tier.
    FreeTier,
    /// Hibernation.
    Hibernation,
    /// Nitro Enclaves.
    Enclaves,
    /// NitroTPM.
    NitroTpm,
    /// A PTP hardware clock.
    PtpHardwareClock,
    /// Migration by a reboot.
    RebootMigration,
    /// Cluster placement groups; the others take any type.
    ClusterPlacement,
    /// ENA Express.
    EnaExpress,
    /// Encryption between instances.
    EncryptionInTransit,
    /// ENA queues of one's own choice.
    FlexibleEnaQueues,
    /// IPv6.
    Ipv6,
    /// Bandwidth weighted between network and volumes.
    BandwidthWeighting,
}

impl Feature {
    /// As the table writes it.
    fn letter(self) -> char {
        match self {
            Feature::AutoRecovery => 'a',
            Feature::BareMetal => 'm',
            Feature::Burstable => 'b',
            Feature::CurrentGeneration => 'c',
            Feature::DedicatedHosts => 'd',
            Feature::FreeTier => 'f',
            Feature::Hibernation => 'h',
            Feature::Enclaves => 'e',
            Feature::NitroTpm => 't',
            Feature::PtpHardwareClock => 'p',
            Feature::RebootMigration => 'r',
            Feature::ClusterPlacement => 'g',
            Feature::EnaExpress => 's',
            Feature::EncryptionInTransit => 'i',
            Feature::FlexibleEnaQueues => 'q',
            Feature::Ipv6 => '6',
            Feature::BandwidthWeighting => 'w',
        }
    }
}

/// A processor's instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Architecture {
    /// 64-bit x86.
    X86_64,
    /// 64-bit Arm, AWS Graviton.
    Arm64,
}

impl Architecture {
    /// The name in API answers.
    pub fn name(self) -> &'static str {
        match self {
            Architecture::X86_64 => "x86_64",
            Architecture::Arm64 => "arm64",
        }
    }
}

/// What runs instances of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hypervisor {
    /// Up to the fourth generation and t2.
    Xen,
    /// Later ones.
    Nitro,
}

impl Hypervisor {
    /// The name in API answers.
    pub fn name(self) -> &'static str {
        match self {
            Hypervisor::Xen => "xen",
            Hypervisor::Nitro => "nitro",
        }
    }
}

impl InstanceType {
    /// All types, by name.
    pub fn all() -> &'static [InstanceType] {
        &INSTANCE_TYPES
    }

    /// The type of this name.
    pub fn find(name: &str) -> Option<&'static InstanceType> {
        let types = InstanceType::all();
        let position = types.binary_search_by(|it| it.name.cmp(name)).ok()?;
        types.get(position)
    }

    /// The part of a line that decides something; the rest is read when it is shown.
    fn read(line: &'static str) -> InstanceType {
        let mut cells = Cells::between(line, '\t');
        let [name, switches, architectures, hypervisor] = [(); 4].map(|()| cells.text());
        let mut size = Cells::between(cells.text(), '|');
        let mut network = Cells::between(cells.text(), '|');
        InstanceType {
            name,
            switches,
            architectures,
            hypervisor: match hypervisor {
                "xen" => Some(Hypervisor::Xen),
                "nitro" => Some(Hypervisor::Nitro),
                _ => None,
            },
            cores: size.number(),
            threads_per_core: size.number(),
            memory_mib: size.number(),
            interfaces_max: network.number(),
            addresses_per_interface: network.number(),
            ipv6_addresses_per_interface: network.number(),
            cores_valid: cells.text(),
            threads_valid: cells.text(),
            figures: cells.rest(),
        }
    }

    /// Whether it has something.
    pub fn has(&self, feature: Feature) -> bool {
        self.switches.contains(feature.letter())
    }

    /// Whether its processor time is counted in credits.
    pub fn is_burstable(&self) -> bool {
        self.has(Feature::Burstable)
    }

    /// How it spends credits unless told otherwise: t2 as `standard`, later ones as `unlimited`.
    pub fn default_cpu_credits(&self) -> Option<&'static str> {
        self.is_burstable().then(|| if self.family() == "t2" { "standard" } else { "unlimited" })
    }

    /// What is before the dot of its name, such as `t2`.
    pub fn family(&self) -> &'static str {
        self.name.split('.').next().unwrap_or(self.name)
    }

    /// The set of instructions that images for it have; a Mac has one of its own.
    pub fn architecture(&self) -> Option<Architecture> {
        [Architecture::X86_64, Architecture::Arm64].into_iter().find(|it| self.runs(*it))
    }

    /// Whether images for `architecture` run on it.
    pub fn runs(&self, architecture: Architecture) -> bool {
        self.architectures.split(',').any(|name| name == architecture.name())
    }

    /// Virtual processors.
    pub fn vcpus(&self) -> u32 {
        self.cores * self.threads_per_core
    }

    /// How many cores may be asked for ("Supported CPU options", EC2 User Guide); none where that cannot be chosen.
    pub fn valid_cores(&self) -> Vec<u32> {
        cells::numbers(self.cores_valid)
    }

    /// How many threads per core may be asked for.
    pub fn valid_threads_per_core(&self) -> Vec<u32> {
        cells::numbers(self.threads_valid)
    }

    /// Everything that is only shown.
    pub fn figures(&self) -> Figures {
        Figures::read(self.figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_by_name_and_no_name_is_taken_twice() {
        let micro = InstanceType::find("t2.micro").unwrap();
        assert_eq!((micro.vcpus(), micro.memory_mib, micro.interfaces_max), (1, 1024, 2));
        assert!(InstanceType::find("t2.mikro").is_none());
        for it in InstanceType::all() {
            assert_eq!(InstanceType::find(it.name), Some(it), "{} is there once", it.name);
            assert!(it.cores >= 1 && it.threads_per_core >= 1 && it.memory_mib > 0, "{}", it.name);
            assert!(it.interfaces_max >= 2 && it.addresses_per_interface >= 2, "{}", it.name);
        }
    }

    #[test]
    fn previous_generations_are_there_as_well_as_the_newest() {
        for name in [
            "t1.micro",
            "m1.small",
            "m3.medium",
            "m4.large",
            "g4dn.xlarge",
            "m8g.large",
            "u7in-32tb.224xlarge",
        ] {
            assert!(InstanceType::find(name).is_some(), "{name}");
        }
        let is_current = |name| InstanceType::find(name).unwrap().has(Feature::CurrentGeneration);
        assert_eq!([is_current("t2.micro"), is_current("m1.small")], [true, false]);
        assert_eq!(InstanceType::find("t1.micro").unwrap().ipv6_addresses_per_interface, 0);
    }

    #[test]
    fn what_a_type_can_run_and_how_its_processors_can_be_cut_is_as_recorded() {
        let of = |name| InstanceType::find(name).unwrap();
        assert_eq!(of("t1.micro").architecture(), Some(Architecture::X86_64));
        assert!(!of("t4g.micro").runs(Architecture::X86_64));
        assert_eq!(of("mac1.metal").architecture(), None);
        assert_eq!(of("c5.2xlarge").valid_cores(), [2, 4]);
        assert_eq!(of("trn1.2xlarge").valid_cores(), [2, 4]);
        assert_eq!(of("m5.large").valid_threads_per_core(), [1, 2]);
        assert!(of("t2.micro").valid_cores().is_empty());
        for it in InstanceType::all().iter().filter(|it| !it.valid_cores().is_empty()) {
            assert!(it.valid_cores().contains(&it.cores), "{}", it.name);
            assert!(it.valid_threads_per_core().contains(&it.threads_per_core), "{}", it.name);
        }
    }
}
