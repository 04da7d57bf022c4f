//! How many of its type's cores an instance has, and threads on each of them.
//!
//! Follows "CPU options for Amazon EC2 instances" (EC2 User Guide). Shown; the guest sees the machine's own processors.

use serde::{Deserialize, Serialize};

use crate::instance_type::InstanceType;
use crate::refusal::{InstanceRefusal, Refusal};

/// Cores, and threads per core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CpuOptions {
    /// Cores.
    pub cores: u32,
    /// Threads per core.
    pub threads_per_core: u32,
}

impl CpuOptions {
    /// What instances of a type have unless told otherwise.
    pub fn of_type(instance_type: &InstanceType) -> Self {
        CpuOptions { cores: instance_type.cores, threads_per_core: instance_type.threads_per_core }
    }

    /// Refuses what the type does not offer; its default is always offered.
    pub fn check(self, instance_type: &InstanceType) -> Result<(), Refusal> {
        let offered = instance_type.valid_cores().contains(&self.cores)
            && instance_type.valid_threads_per_core().contains(&self.threads_per_core);
        match offered || self == CpuOptions::of_type(instance_type) {
            true => Ok(()),
            false => Err(InstanceRefusal::CpuOptions(instance_type.name.to_owned(), self).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(name: &str, cores: u32, threads_per_core: u32) -> bool {
        let instance_type = InstanceType::find(name).unwrap();
        CpuOptions { cores, threads_per_core }.check(instance_type).is_ok()
    }

    #[test]
    fn cores_and_threads_are_those_that_the_type_offers() {
        assert!(allowed("m5.4xlarge", 8, 2), "all of it");
        assert!(allowed("m5.4xlarge", 8, 1) && allowed("m5.4xlarge", 2, 2));
        assert!(!allowed("m5.4xlarge", 7, 1) && !allowed("m5.4xlarge", 8, 3) && !allowed("m5.4xlarge", 0, 1));
        assert!(allowed("m6g.xlarge", 2, 1) && !allowed("m6g.xlarge", 2, 2), "one thread per core");
        assert!(allowed("t2.micro", 1, 1) && !allowed("t2.micro", 1, 2));
    }
}
