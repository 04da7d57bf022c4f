//! What services refuse their callers, counted by name: what [`engine::DropReason`] is for packets.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Whom many share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Instance metadata.
    Metadata,
    /// A VPC's resolver, over TCP.
    Dns,
    /// A site of the simulated internet.
    Site,
    /// The resolver of the simulated internet.
    PublicDns,
    /// An EC2 Instance Connect Endpoint.
    Tunnel,
    /// AWS's services at their public addresses.
    Endpoint,
    /// The time server of the simulated internet.
    PublicTime,
}

/// Why a caller was refused, or sent away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It has its share already.
    OverShare,
    /// Everything was taken, and it had most: its oldest place went to somebody who had less.
    Displaced,
    /// Everything is taken, by callers none of whom has more than this one.
    Full,
    /// It took too long over what it had begun.
    Late,
    /// It spoke what nobody understands, or asked for a name that nobody there has.
    Unintelligible,
}

impl Service {
    const ALL: [Service; 7] = [
        Service::Metadata,
        Service::Dns,
        Service::Site,
        Service::PublicDns,
        Service::Tunnel,
        Service::Endpoint,
        Service::PublicTime,
    ];

    fn name(self) -> &'static str {
        match self {
            Service::Metadata => "metadata",
            Service::Dns => "dns",
            Service::Site => "site",
            Service::PublicDns => "public-dns",
            Service::Tunnel => "tunnel",
            Service::Endpoint => "endpoint",
            Service::PublicTime => "public-time",
        }
    }
}

impl Why {
    const ALL: [Why; 5] = [Why::OverShare, Why::Displaced, Why::Full, Why::Late, Why::Unintelligible];

    fn name(self) -> &'static str {
        match self {
            Why::OverShare => "over-share",
            Why::Displaced => "displaced",
            Why::Full => "full",
            Why::Late => "late",
            Why::Unintelligible => "unintelligible",
        }
    }
}

/// How many callers were refused what, since Hamlet started.
#[derive(Debug, Default)]
pub struct Refusals([[AtomicU64; Why::ALL.len()]; Service::ALL.len()]);

impl Refusals {
    /// Counts one.
    pub fn count(&self, service: Service, why: Why) {
        self.0[service as usize][why as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn get(&self, service: Service, why: Why) -> u64 {
        self.0[service as usize][why as usize].load(Ordering::Relaxed)
    }

    /// All that there were, by name: `metadata-over-share`.
    pub fn nonzero(&self) -> BTreeMap<String, u64> {
        let all = Service::ALL.into_iter().flat_map(|service| Why::ALL.map(|why| (service, why)));
        all.map(|(service, why)| (format!("{}-{}", service.name(), why.name()), self.get(service, why)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_a_counter_and_a_name_of_its_own() {
        let refusals = Refusals::default();
        assert!(refusals.nonzero().is_empty());
        for (place, service) in Service::ALL.into_iter().enumerate() {
            assert_eq!(service as usize, place);
            for (place, why) in Why::ALL.into_iter().enumerate() {
                assert_eq!(why as usize, place);
                refusals.count(service, why);
            }
        }
        let names = refusals.nonzero();
        assert_eq!(names.len(), Service::ALL.len() * Why::ALL.len());
        assert!(names.values().all(|count| *count == 1), "{names:?}");
        assert!(names.contains_key("metadata-over-share"), "{names:?}");
    }
}
