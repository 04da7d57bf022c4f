//! Public IPv4 addresses: the ranges they come from, and the ones AWS lends to instances while they run.
//!
//! Follows "Public IPv4 addresses" (VPC User Guide) and "AWS IP address ranges" (General Reference), from which each
//! Region has a block or two here. Nothing is ever sent to the real owners of these addresses. The ranges of EC2
//! Instance Connect lie outside of them.

use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

use crate::ids::*;
use crate::instance::Instance;
use crate::link::Link;
use crate::network_interface::PublicAddress;
use crate::place::Region;
use crate::refusal::{ElasticIpRefusal, Refusal};
use crate::world::World;

/// How often a random address is drawn before the range counts as used up.
const DRAWS: u32 = 10_000;

const fn block(a: u8, b: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, 0, 0), prefix)
}

/// The block that a Region's public addresses come from.
pub fn block_of(region: Region) -> Ipv4Net {
    match region.name() {
        "af-south-1" => block(13, 245, 16),
        "ap-east-1" => block(18, 162, 15),
        "ap-east-2" => block(43, 213, 16),
        "ap-northeast-1" => block(54, 248, 15),
        "ap-northeast-2" => block(3, 34, 15),
        "ap-northeast-3" => block(15, 152, 16),
        "ap-south-1" => block(65, 0, 14),
        "ap-south-2" => block(18, 61, 16),
        "ap-southeast-1" => block(13, 212, 15),
        "ap-southeast-2" => block(3, 24, 14),
        "ap-southeast-3" => block(108, 136, 15),
        "ap-southeast-4" => block(16, 51, 16),
        "ap-southeast-5" => block(43, 217, 16),
        "ap-southeast-6" => block(43, 220, 16),
        "ap-southeast-7" => block(43, 209, 16),
        "ca-central-1" => block(3, 96, 15),
        "ca-west-1" => block(40, 177, 16),
        "cn-north-1" => block(54, 223, 16),
        "cn-northwest-1" => block(52, 83, 16),
        "eu-central-1" => block(18, 184, 15),
        "eu-central-2" => block(16, 62, 16),
        "eu-north-1" => block(16, 170, 15),
        "eu-south-1" => block(15, 160, 16),
        "eu-south-2" => block(18, 100, 16),
        "eu-west-1" => block(34, 240, 13),
        "eu-west-2" => block(18, 130, 16),
        "eu-west-3" => block(15, 188, 16),
        "il-central-1" => block(51, 17, 16),
        "me-central-1" => block(3, 28, 16),
        "me-south-1" => block(15, 184, 15),
        "mx-central-1" => block(78, 13, 16),
        "sa-east-1" => block(18, 229, 16),
        "us-east-1" => block(54, 144, 14),
        "us-east-2" => block(18, 216, 14),
        "us-gov-east-1" => block(18, 253, 16),
        "us-gov-west-1" => block(52, 61, 16),
        "us-west-1" => block(54, 176, 15),
        "us-west-2" => block(34, 208, 12),
        other => unreachable!("{other} is not in the table of Regions"),
    }
}

impl World {
    /// A public address of a Region that nobody has.
    pub fn free_public_address(&self, region: Region, ids: &mut Ids<'_>) -> Result<Ipv4Addr, Refusal> {
        let block = block_of(region);
        let mask = u32::MAX >> block.prefix_len();
        (0..DRAWS)
            .map(|_| Ipv4Addr::from(u32::from(block.network()) | (ids.bits() as u32 & mask)))
            .find(|address| {
                !matches!(address.octets()[3], 0 | 255) && !self.is_public_address_taken(*address)
            })
            .ok_or(ElasticIpRefusal::NoPublicAddress.into())
    }

    pub(crate) fn is_public_address_taken(&self, address: Ipv4Addr) -> bool {
        let allocated = || self.network.elastic_ips.linked(Link::PublicAddress(address)).next().is_some();
        self.network.public_addresses.contains(&address) || allocated()
    }

    /// Lends an instance a public address, if it was launched to have one, has a single interface and no Elastic IP
    /// address ("We can't auto-assign a public IP address if you specify multiple network interfaces").
    pub(crate) fn lend_public_address(
        &mut self,
        instance: InstanceId,
        ids: &mut Ids<'_>,
    ) -> Result<(), Refusal> {
        let Some(instance) = self.network.instances.get(&instance) else { return Ok(()) };
        let [interface] = instance.interfaces[..] else { return Ok(()) };
        let Some(primary) = self.network.network_interfaces.get(&interface) else { return Ok(()) };
        let has_one = primary.private_addresses.first().is_none_or(|private| private.public.is_some());
        if !primary.auto_assign_public_ip || has_one {
            return Ok(());
        }
        let address = self.free_public_address(instance.scope.region, ids)?;
        self.update_network_interface(interface, |interface| {
            interface.private_addresses[0].public = Some(PublicAddress { address, elastic: None });
        });
        Ok(())
    }

    /// Takes lent public addresses back; Elastic IP addresses stay.
    pub(crate) fn take_public_addresses_back(&mut self, instance: &Instance) {
        for id in &instance.interfaces {
            self.update_network_interface(*id, |interface| {
                for private in &mut interface.private_addresses {
                    private.public = private.public.filter(|public| public.elastic.is_some());
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_a_public_block_of_its_own() {
        let blocks: Vec<Ipv4Net> = Region::all().map(block_of).collect();
        for (index, block) in blocks.iter().enumerate() {
            let first = block.network();
            assert!(!first.is_private() && !first.is_documentation() && !first.is_loopback(), "{block}");
            assert_eq!(block.trunc(), *block);
            let overlaps = |other: &Ipv4Net| other.contains(block) || block.contains(other);
            assert!(!blocks[..index].iter().any(overlaps), "{block} overlaps another Region's");
        }
    }

    #[test]
    fn public_addresses_never_end_in_0_or_255() {
        let region: Region = "us-west-2".parse().unwrap();
        let mut next = 0xff_u128;
        let mut source = || {
            next += 1;
            next - 1
        };
        let address = World::default().free_public_address(region, &mut Ids::new(&mut source)).unwrap();
        assert_eq!(address, Ipv4Addr::new(34, 208, 1, 1));
    }
}
