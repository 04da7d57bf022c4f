//! Instance types: how much of everything an instance has, and how many interfaces and addresses.
//!
//! Follows "Amazon EC2 instance types" and "Maximum IP addresses per network interface" (EC2 User Guide). A choice of
//! the families that people learn with; sizes limit interfaces and addresses here, and are otherwise only shown.

/// An instance type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InstanceType {
    /// Its name, such as `t2.micro`.
    pub name: &'static str,
    /// Its processor.
    pub architecture: Architecture,
    /// Virtual processors.
    pub vcpus: u32,
    /// Threads per core.
    pub threads_per_core: u32,
    /// Memory.
    pub memory_mib: u64,
    /// How many network interfaces an instance can have.
    pub interfaces_max: usize,
    /// How many private IPv4 addresses an interface can have; as many IPv6 addresses, where there is IPv6 at all.
    pub addresses_per_interface: usize,
    /// The platform underneath.
    pub hypervisor: Hypervisor,
    /// Sustained processor clock.
    pub clock_ghz: f64,
    /// How fast the network is said to be.
    pub network_performance: &'static str,
    /// Whether it is in the Free Tier.
    pub free_tier: bool,
}

/// A processor's instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// What the sizes of one family have in common.
struct Family {
    architecture: Architecture,
    hypervisor: Hypervisor,
    threads_per_core: u32,
    clock_ghz: f64,
}

const T2: Family = Family {
    architecture: Architecture::X86_64,
    hypervisor: Hypervisor::Xen,
    threads_per_core: 1,
    clock_ghz: 2.5,
};
const T3: Family = Family {
    architecture: Architecture::X86_64,
    hypervisor: Hypervisor::Nitro,
    threads_per_core: 2,
    clock_ghz: 2.5,
};
const T3A: Family = Family { clock_ghz: 2.2, ..T3 };
const T4G: Family = Family {
    architecture: Architecture::Arm64,
    hypervisor: Hypervisor::Nitro,
    threads_per_core: 1,
    clock_ghz: 2.5,
};
const M5: Family = Family { clock_ghz: 3.1, ..T3 };
const C5: Family = Family { clock_ghz: 3.4, ..T3 };
const R5: Family = Family { clock_ghz: 3.1, ..T3 };
const M6I: Family = Family { clock_ghz: 3.5, ..T3 };
const M7G: Family = Family { clock_ghz: 2.6, ..T4G };

const fn size(
    family: Family,
    name: &'static str,
    (vcpus, memory_mib): (u32, u64),
    (interfaces_max, addresses_per_interface): (usize, usize),
    network_performance: &'static str,
) -> InstanceType {
    InstanceType {
        name,
        architecture: family.architecture,
        vcpus,
        threads_per_core: family.threads_per_core,
        memory_mib,
        interfaces_max,
        addresses_per_interface,
        hypervisor: family.hypervisor,
        clock_ghz: family.clock_ghz,
        network_performance,
        free_tier: false,
    }
}

const fn free(instance_type: InstanceType) -> InstanceType {
    InstanceType { free_tier: true, ..instance_type }
}

const LOW: &str = "Low to Moderate";
const UP_TO_5: &str = "Up to 5 Gigabit";
const UP_TO_10: &str = "Up to 10 Gigabit";
const UP_TO_12: &str = "Up to 12.5 Gigabit";

/// The types there are.
static INSTANCE_TYPES: [InstanceType; 41] = [
    size(C5, "c5.large", (2, 4096), (3, 10), UP_TO_10),
    size(C5, "c5.xlarge", (4, 8192), (4, 15), UP_TO_10),
    size(C5, "c5.2xlarge", (8, 16384), (4, 15), UP_TO_10),
    size(M5, "m5.large", (2, 8192), (3, 10), UP_TO_10),
    size(M5, "m5.xlarge", (4, 16384), (4, 15), UP_TO_10),
    size(M5, "m5.2xlarge", (8, 32768), (4, 15), UP_TO_10),
    size(M5, "m5.4xlarge", (16, 65536), (8, 30), UP_TO_10),
    size(M6I, "m6i.large", (2, 8192), (3, 10), UP_TO_12),
    size(M6I, "m6i.xlarge", (4, 16384), (4, 15), UP_TO_12),
    size(M7G, "m7g.medium", (1, 4096), (2, 4), UP_TO_12),
    size(M7G, "m7g.large", (2, 8192), (3, 10), UP_TO_12),
    size(R5, "r5.large", (2, 16384), (3, 10), UP_TO_10),
    size(R5, "r5.xlarge", (4, 32768), (4, 15), UP_TO_10),
    size(T2, "t2.nano", (1, 512), (2, 2), LOW),
    free(size(T2, "t2.micro", (1, 1024), (2, 2), LOW)),
    size(T2, "t2.small", (1, 2048), (3, 4), LOW),
    size(T2, "t2.medium", (2, 4096), (3, 6), LOW),
    size(T2, "t2.large", (2, 8192), (3, 12), LOW),
    size(T2, "t2.xlarge", (4, 16384), (3, 15), "Moderate"),
    size(T2, "t2.2xlarge", (8, 32768), (3, 15), "Moderate"),
    size(T3, "t3.nano", (2, 512), (2, 2), UP_TO_5),
    free(size(T3, "t3.micro", (2, 1024), (2, 2), UP_TO_5)),
    size(T3, "t3.small", (2, 2048), (3, 4), UP_TO_5),
    size(T3, "t3.medium", (2, 4096), (3, 6), UP_TO_5),
    size(T3, "t3.large", (2, 8192), (3, 12), UP_TO_5),
    size(T3, "t3.xlarge", (4, 16384), (4, 15), UP_TO_5),
    size(T3, "t3.2xlarge", (8, 32768), (4, 15), UP_TO_5),
    size(T3A, "t3a.nano", (2, 512), (2, 2), UP_TO_5),
    size(T3A, "t3a.micro", (2, 1024), (2, 2), UP_TO_5),
    size(T3A, "t3a.small", (2, 2048), (2, 4), UP_TO_5),
    size(T3A, "t3a.medium", (2, 4096), (3, 6), UP_TO_5),
    size(T3A, "t3a.large", (2, 8192), (3, 12), UP_TO_5),
    size(T3A, "t3a.xlarge", (4, 16384), (4, 15), UP_TO_5),
    size(T3A, "t3a.2xlarge", (8, 32768), (4, 15), UP_TO_5),
    size(T4G, "t4g.nano", (2, 512), (2, 2), UP_TO_5),
    size(T4G, "t4g.micro", (2, 1024), (2, 2), UP_TO_5),
    size(T4G, "t4g.small", (2, 2048), (3, 4), UP_TO_5),
    size(T4G, "t4g.medium", (2, 4096), (3, 6), UP_TO_5),
    size(T4G, "t4g.large", (2, 8192), (3, 12), UP_TO_5),
    size(T4G, "t4g.xlarge", (4, 16384), (4, 15), UP_TO_5),
    size(T4G, "t4g.2xlarge", (8, 32768), (4, 15), UP_TO_5),
];

impl InstanceType {
    /// All types, family by family.
    pub fn all() -> &'static [InstanceType] {
        &INSTANCE_TYPES
    }

    /// The type of this name.
    pub fn find(name: &str) -> Option<&'static InstanceType> {
        INSTANCE_TYPES.iter().find(|instance_type| instance_type.name == name)
    }

    /// Whether its processor time is counted in credits.
    pub fn is_burstable(&self) -> bool {
        self.name.starts_with('t')
    }

    /// How it spends credits unless told otherwise: t2 as `standard`, later ones as `unlimited`.
    pub fn default_cpu_credits(&self) -> Option<&'static str> {
        self.is_burstable().then(|| if self.name.starts_with("t2.") { "standard" } else { "unlimited" })
    }

    /// Cores, of which each runs `threads_per_core` virtual processors.
    pub fn cores(&self) -> u32 {
        self.vcpus / self.threads_per_core
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_by_name_and_no_name_is_taken_twice() {
        let micro = InstanceType::find("t2.micro").unwrap();
        assert_eq!((micro.vcpus, micro.memory_mib, micro.interfaces_max), (1, 1024, 2));
        assert!(InstanceType::find("t2.mikro").is_none());
        for it in InstanceType::all() {
            assert_eq!(InstanceType::find(it.name), Some(it), "{} is there once", it.name);
            assert!(it.cores() >= 1);
        }
    }
}
