//! Hosted zones: names that mean something inside the VPCs that a private zone is associated with, and nowhere else; or, of
//! a public zone, which is associated with none, everywhere.
//!
//! Follows "Working with private hosted zones", "Working with public hosted zones" (Route 53 Developer Guide) and "Private
//! hosted zones" (VPC User Guide). A zone belongs to no Region. Whether somebody's registrar would lead to a public zone is
//! not known here: it counts as delegated to. Its owner is an account, or an AWS service that keeps it for others, as interface endpoints
//! do. Left out: VPCs of other accounts, query logging, delegation to other name servers.

use serde::{Deserialize, Serialize};

use crate::dns_record::{RecordSet, RecordType};
use crate::domain_name::{self, DomainName};
use crate::hosted_zone_id::{HostedZoneChangeId, HostedZoneId};
use crate::ids::VpcId;
use crate::link::Link;
use crate::place::{AccountId, Region, Scope};
use crate::quotas::{HOSTED_ZONES_MAX, VPCS_PER_HOSTED_ZONE_MAX};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;
use crate::zone_records::{RecordChange, RecordProblem};

/// How many changes of an account are remembered for those who ask what became of them.
pub const HOSTED_ZONE_CHANGES_KEPT: usize = 1_000;

/// Who keeps a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ZoneOwner {
    /// An account, which sees and changes it.
    Account(AccountId),
    /// An AWS service, such as `vpce.amazonaws.com`.
    Service(String),
}

/// A VPC in which a zone's names mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneVpc {
    /// The VPC.
    pub vpc: VpcId,
    /// Its Region.
    pub region: Region,
}

/// A hosted zone, private if it is associated with a VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateHostedZone {
    /// Its identifier.
    pub id: HostedZoneId,
    /// Who keeps it.
    pub owner: ZoneOwner,
    /// The name at its top.
    pub name: DomainName,
    /// What its maker called the request.
    pub caller_reference: String,
    /// What it is for.
    pub comment: Option<String>,
    /// Where it is seen; at least one of a private zone, none of a public one, which is seen everywhere.
    pub vpcs: Vec<ZoneVpc>,
    /// By name and type.
    pub(crate) record_sets: Vec<RecordSet>,
    /// Tags.
    pub tags: Tags,
}

/// A zone to be made.
#[derive(Clone, Debug)]
pub struct NewHostedZone {
    /// The name at its top.
    pub name: DomainName,
    /// What its maker calls the request.
    pub caller_reference: String,
    /// What it is for.
    pub comment: Option<String>,
    /// Its first VPC; none makes it public.
    pub vpc: Option<ZoneVpc>,
}

/// What became of a change. All changes are in force as soon as they are answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostedZoneChange {
    /// Its identifier.
    pub id: HostedZoneChangeId,
    /// Whose it is.
    pub account: AccountId,
    /// When it was asked for.
    pub submitted: Timestamp,
    /// What was said about it.
    pub comment: Option<String>,
}

/// Why a zone is not made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostedZoneRefusal {
    /// There is no such zone, or it is somebody else's.
    NotFound(HostedZoneId),
    /// The account used this reference before.
    CallerReferenceUsed,
    /// The account has as many zones as it may.
    TooManyZones,
    /// The zone is associated with as many VPCs as it may be.
    TooManyVpcs,
    /// There is no such VPC in the Region.
    UnknownVpc(ZoneVpc),
    /// The VPC is somebody else's.
    ForeignVpc(ZoneVpc),
    /// The VPC has a zone of this name already.
    SameNameInVpc(ZoneVpc, HostedZoneId),
    /// The VPC is not associated with the zone.
    NotAssociated(ZoneVpc),
    /// A private zone is associated with one VPC at least.
    LastVpc,
    /// A public zone is associated with none.
    IsPublic(HostedZoneId),
    /// There are records besides the zone's own.
    NotEmpty,
    /// What is wrong with the steps of a change, in their order.
    Records(Vec<RecordProblem>),
}

impl PrivateHostedZone {
    /// A zone that an AWS service keeps for a VPC: an interface endpoint's private DNS names.
    pub fn of_service(
        service: &str,
        id: HostedZoneId,
        name: DomainName,
        vpc: ZoneVpc,
        sets: Vec<RecordSet>,
    ) -> Self {
        let mut zone = PrivateHostedZone {
            id,
            owner: ZoneOwner::Service(service.to_owned()),
            record_sets: own_record_sets(&name, &reserved_name_servers()),
            name,
            caller_reference: String::new(),
            comment: None,
            vpcs: vec![vpc],
            tags: Tags::new(),
        };
        sets.into_iter().for_each(|set| zone.put(set));
        zone
    }

    /// Whether it is seen everywhere.
    pub fn is_public(&self) -> bool {
        self.vpcs.is_empty()
    }
}

/// The four servers that answer for a public zone, one in each of four domains, without final dots. They follow from its
/// identifier, so that they never change; on AWS they have 2,048 names.
pub fn name_servers(id: HostedZoneId) -> [String; 4] {
    const IN_A_DOMAIN: u64 = 512;
    const PER_NUMBER: u64 = 8;
    let spread = id.to_string().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    [("com", 0), ("net", 1), ("org", 2), ("co.uk", 3)].map(|(domain, place)| {
        let within = (spread >> (16 * place)) % IN_A_DOMAIN;
        format!("ns-{}.awsdns-{:02}.{domain}", place * IN_A_DOMAIN + within, within / PER_NUMBER)
    })
}

/// By which public zones of a name are found.
pub(crate) fn public_zone_link(name: &str) -> Link {
    Link::name("public hosted zones", name)
}

/// Those of every private zone.
fn reserved_name_servers() -> [String; 4] {
    ["ns-1536.awsdns-00.co.uk", "ns-0.awsdns-00.com", "ns-1024.awsdns-00.org", "ns-512.awsdns-00.net"]
        .map(str::to_owned)
}

/// "When you create a hosted zone, Route 53 automatically creates a name server (NS) record and a start of authority (SOA)
/// record": in a private zone those of four reserved names.
fn own_record_sets(name: &DomainName, servers: &[String; 4]) -> Vec<RecordSet> {
    let servers = servers.clone().map(|server| format!("{server}."));
    let authority = format!("{} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400", servers[0]);
    let set = |record_type, ttl_s, values| RecordSet { name: name.clone(), record_type, ttl_s, values };
    vec![set(RecordType::Ns, 172_800, servers.to_vec()), set(RecordType::Soa, 900, vec![authority])]
}

impl World {
    /// The zone with this identifier, if it is the caller's.
    pub fn private_hosted_zone(
        &self,
        account: AccountId,
        id: HostedZoneId,
    ) -> Result<&PrivateHostedZone, HostedZoneRefusal> {
        let found = self.private_hosted_zones.get(&id);
        found.filter(|zone| zone.owner == ZoneOwner::Account(account)).ok_or(HostedZoneRefusal::NotFound(id))
    }

    /// The zone that answers for a name in a VPC, if one does: the most specific; of two with one name, an account's
    /// before a service's.
    ///
    /// A VPC sees none unless enableDnsHostnames and enableDnsSupport are both on ("Private hosted zones", VPC User Guide).
    pub fn private_hosted_zone_for(&self, vpc: VpcId, name: &str) -> Option<&PrivateHostedZone> {
        self.network.vpcs.get(&vpc).filter(|vpc| vpc.dns_support && vpc.dns_hostnames)?;
        let matching =
            self.private_hosted_zones_of(vpc).filter(|zone| domain_name::is_in(name, zone.name.as_str()));
        matching.max_by_key(|zone| {
            let of_account = matches!(zone.owner, ZoneOwner::Account(_));
            (zone.name.as_str().len(), of_account)
        })
    }

    /// The zones that a VPC is associated with.
    pub fn private_hosted_zones_of(&self, vpc: VpcId) -> impl Iterator<Item = &PrivateHostedZone> {
        let all = (vpc, HostedZoneId::MIN)..=(vpc, HostedZoneId::MAX);
        self.private_zone_by_vpc.range(all).filter_map(|((_, zone), ())| self.private_hosted_zones.get(&zone))
    }

    /// The public zone that answers for a name, if one does: the most specific; of several with one name the one with the
    /// lowest identifier.
    pub fn public_hosted_zone_for(&self, name: &str) -> Option<&PrivateHostedZone> {
        let mut asked = Some(name);
        while let Some(top) = asked {
            let mut named = self.private_hosted_zones.linked(public_zone_link(top));
            if let Some(zone) = named.find(|zone| zone.is_public() && zone.name.as_str() == top) {
                return Some(zone);
            }
            asked = top.split_once('.').map(|(_, above)| above);
        }
        None
    }

    /// Makes a zone with its own two sets of records.
    pub fn create_private_hosted_zone(
        &mut self,
        account: AccountId,
        new: NewHostedZone,
        id: HostedZoneId,
    ) -> Result<&PrivateHostedZone, HostedZoneRefusal> {
        let owner = ZoneOwner::Account(account);
        let own = || self.private_hosted_zones.values().filter(|zone| zone.owner == owner);
        if own().any(|zone| zone.caller_reference == new.caller_reference) {
            return Err(HostedZoneRefusal::CallerReferenceUsed);
        }
        if own().count() >= HOSTED_ZONES_MAX {
            return Err(HostedZoneRefusal::TooManyZones);
        }
        let servers = match new.vpc {
            Some(vpc) => {
                self.check_zone_vpc(account, &new.name, vpc)?;
                reserved_name_servers()
            }
            None => name_servers(id),
        };
        self.put_private_hosted_zone(PrivateHostedZone {
            id,
            owner,
            record_sets: own_record_sets(&new.name, &servers),
            name: new.name,
            caller_reference: new.caller_reference,
            comment: new.comment,
            vpcs: new.vpc.into_iter().collect(),
            tags: Tags::new(),
        });
        self.private_hosted_zone(account, id)
    }

    /// Deletes a zone that has no records besides its own.
    pub fn delete_private_hosted_zone(
        &mut self,
        account: AccountId,
        id: HostedZoneId,
    ) -> Result<(), HostedZoneRefusal> {
        let zone = self.private_hosted_zone(account, id)?;
        let is_own = |set: &RecordSet| {
            set.name == zone.name && matches!(set.record_type, RecordType::Ns | RecordType::Soa)
        };
        if !zone.record_sets.iter().all(is_own) {
            return Err(HostedZoneRefusal::NotEmpty);
        }
        self.remove_private_hosted_zone(id);
        Ok(())
    }

    /// Shows a zone's names to another VPC of the account.
    pub fn associate_private_hosted_zone(
        &mut self,
        account: AccountId,
        id: HostedZoneId,
        vpc: ZoneVpc,
    ) -> Result<(), HostedZoneRefusal> {
        let mut zone = self.private_hosted_zone(account, id)?.clone();
        if zone.is_public() {
            return Err(HostedZoneRefusal::IsPublic(id));
        }
        self.check_zone_vpc(account, &zone.name, vpc)?;
        if zone.vpcs.len() >= VPCS_PER_HOSTED_ZONE_MAX {
            return Err(HostedZoneRefusal::TooManyVpcs);
        }
        zone.vpcs.push(vpc);
        self.put_private_hosted_zone(zone);
        Ok(())
    }

    /// Hides a zone's names from a VPC, unless it is the last that sees them.
    pub fn disassociate_private_hosted_zone(
        &mut self,
        account: AccountId,
        id: HostedZoneId,
        vpc: ZoneVpc,
    ) -> Result<(), HostedZoneRefusal> {
        let mut zone = self.private_hosted_zone(account, id)?.clone();
        if !zone.vpcs.contains(&vpc) {
            return Err(HostedZoneRefusal::NotAssociated(vpc));
        }
        if zone.vpcs.len() == 1 {
            return Err(HostedZoneRefusal::LastVpc);
        }
        zone.vpcs.retain(|it| *it != vpc);
        self.put_private_hosted_zone(zone);
        Ok(())
    }

    /// Changes records, all of the steps or none.
    pub fn change_record_sets(
        &mut self,
        account: AccountId,
        id: HostedZoneId,
        changes: Vec<RecordChange>,
    ) -> Result<(), HostedZoneRefusal> {
        let before = self.private_hosted_zone(account, id)?;
        let mut zone = before.clone();
        let mut problems: Vec<RecordProblem> =
            changes.into_iter().filter_map(|change| zone.apply(change).err()).collect();
        if problems.is_empty() {
            problems.extend(zone.check_whole(before).err());
        }
        if !problems.is_empty() {
            return Err(HostedZoneRefusal::Records(problems));
        }
        self.put_private_hosted_zone(zone);
        Ok(())
    }

    /// Says what a zone is for.
    pub fn comment_private_hosted_zone(
        &mut self,
        account: AccountId,
        id: HostedZoneId,
        comment: Option<String>,
    ) -> Result<&PrivateHostedZone, HostedZoneRefusal> {
        let mut zone = self.private_hosted_zone(account, id)?.clone();
        zone.comment = comment;
        self.put_private_hosted_zone(zone);
        self.private_hosted_zone(account, id)
    }

    /// Changes a zone's tags.
    pub fn tag_private_hosted_zone(
        &mut self,
        account: AccountId,
        id: HostedZoneId,
        tags: Tags,
    ) -> Result<(), HostedZoneRefusal> {
        let mut zone = self.private_hosted_zone(account, id)?.clone();
        zone.tags = tags;
        self.put_private_hosted_zone(zone);
        Ok(())
    }

    /// Remembers a change that is in force, in place of the account's oldest when there are
    /// [`HOSTED_ZONE_CHANGES_KEPT`].
    pub fn remember_hosted_zone_change(
        &mut self,
        account: AccountId,
        comment: Option<String>,
        now: Timestamp,
        random: u128,
    ) -> HostedZoneChange {
        let id = HostedZoneChangeId::at(now, random);
        let own = self.hosted_zone_changes.values().filter(|change| change.account == account);
        let kept: Vec<HostedZoneChangeId> = own.map(|change| change.id).collect();
        if let Some(oldest) = kept.first().filter(|_| kept.len() >= HOSTED_ZONE_CHANGES_KEPT) {
            self.hosted_zone_changes.remove(oldest);
        }
        let change = HostedZoneChange { id, account, submitted: now, comment };
        self.hosted_zone_changes.insert(id, change.clone());
        change
    }

    /// Puts a zone in, together with the index of the VPCs that see it.
    pub fn put_private_hosted_zone(&mut self, zone: PrivateHostedZone) {
        self.forget_zone_vpcs(zone.id);
        for seen in &zone.vpcs {
            self.private_zone_by_vpc.insert((seen.vpc, zone.id), ());
        }
        self.private_hosted_zones.insert(zone.id, zone);
    }

    /// Takes a zone out, together with what the index has of it.
    pub fn remove_private_hosted_zone(&mut self, id: HostedZoneId) {
        self.forget_zone_vpcs(id);
        self.private_hosted_zones.remove(&id);
    }

    fn forget_zone_vpcs(&mut self, id: HostedZoneId) {
        let seen = self.private_hosted_zones.get(&id).map(|zone| zone.vpcs.clone());
        for seen in seen.into_iter().flatten() {
            self.private_zone_by_vpc.remove(&(seen.vpc, id));
        }
    }

    /// Whether a zone of this name can be shown to a VPC.
    fn check_zone_vpc(
        &self,
        account: AccountId,
        name: &DomainName,
        seen: ZoneVpc,
    ) -> Result<(), HostedZoneRefusal> {
        let vpc = self.network.vpcs.get(&seen.vpc).filter(|vpc| vpc.scope.region == seen.region);
        let vpc = vpc.ok_or(HostedZoneRefusal::UnknownVpc(seen))?;
        if vpc.scope != (Scope { account, region: seen.region }) {
            return Err(HostedZoneRefusal::ForeignVpc(seen));
        }
        let of_account = |zone: &&PrivateHostedZone| matches!(zone.owner, ZoneOwner::Account(_));
        let same = self.private_hosted_zones_of(seen.vpc).filter(of_account).find(|zone| zone.name == *name);
        match same {
            Some(zone) => Err(HostedZoneRefusal::SameNameInVpc(seen, zone.id)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{add_vpc, world_with_vpc};

    const NOON: Timestamp = Timestamp(1_767_225_600_000);

    fn set(name: &str, record_type: RecordType, values: &[&str]) -> RecordSet {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        RecordSet { name: name.parse().unwrap(), record_type, ttl_s: 300, values }
    }

    struct City {
        world: World,
        account: AccountId,
        vpc: ZoneVpc,
        made: u128,
    }

    impl City {
        fn new() -> Self {
            let (world, scope, vpc) = world_with_vpc();
            City { world, account: scope.account, vpc: ZoneVpc { vpc, region: scope.region }, made: 0 }
        }

        fn zone(&mut self, name: &str, vpc: ZoneVpc) -> Result<HostedZoneId, HostedZoneRefusal> {
            self.made += 1;
            let new = NewHostedZone {
                name: name.parse().unwrap(),
                caller_reference: self.made.to_string(),
                comment: None,
                vpc: Some(vpc),
            };
            let id = HostedZoneId::from_random(self.made);
            self.world.create_private_hosted_zone(self.account, new, id).map(|zone| zone.id)
        }

        fn change(
            &mut self,
            zone: HostedZoneId,
            changes: Vec<RecordChange>,
        ) -> Result<(), HostedZoneRefusal> {
            self.world.change_record_sets(self.account, zone, changes)
        }

        fn types(&self, zone: HostedZoneId, name: &str) -> Option<Vec<RecordType>> {
            let zone = self.world.private_hosted_zones.get(&zone).unwrap();
            zone.lookup(name).map(|sets| sets.iter().map(|set| set.record_type).collect())
        }
    }

    #[test]
    fn the_most_specific_zone_of_the_vpc_answers() {
        let mut city = City::new();
        let scope = Scope { account: city.account, region: city.vpc.region };
        let other = ZoneVpc { vpc: add_vpc(&mut city.world, scope, 2), ..city.vpc };
        let outer = city.zone("corp.internal", city.vpc).unwrap();
        let inner = city.zone("db.corp.internal", city.vpc).unwrap();
        let elsewhere = city.zone("db.corp.internal", other).unwrap();
        city.world.network.vpcs.get_mut(&city.vpc.vpc).unwrap().dns_hostnames = true;
        city.world.network.vpcs.get_mut(&other.vpc).unwrap().dns_hostnames = true;
        let asked =
            |vpc: ZoneVpc, name| city.world.private_hosted_zone_for(vpc.vpc, name).map(|zone| zone.id);
        assert_eq!(asked(city.vpc, "web.corp.internal"), Some(outer));
        assert_eq!(asked(city.vpc, "a.db.corp.internal"), Some(inner));
        assert_eq!(asked(city.vpc, "xdb.corp.internal"), Some(outer));
        assert_eq!(asked(other, "db.corp.internal"), Some(elsewhere));
        assert_eq!(asked(other, "web.corp.internal"), None);
    }

    #[test]
    fn an_accounts_zone_comes_before_a_services_of_the_same_name() {
        let mut city = City::new();
        city.world.network.vpcs.get_mut(&city.vpc.vpc).unwrap().dns_hostnames = true;
        let name: DomainName = "ec2.us-west-2.amazonaws.com".parse().unwrap();
        let id = HostedZoneId::from_random(99);
        let record = set(name.as_str(), RecordType::A, &["10.0.0.9"]);
        let kept =
            PrivateHostedZone::of_service("vpce.amazonaws.com", id, name.clone(), city.vpc, vec![record]);
        city.world.put_private_hosted_zone(kept);
        let asked = |city: &City| city.world.private_hosted_zone_for(city.vpc.vpc, name.as_str()).unwrap().id;
        assert_eq!(asked(&city), id);
        assert_eq!(city.types(id, name.as_str()).unwrap(), [RecordType::A, RecordType::Ns, RecordType::Soa]);
        let own = city.zone(name.as_str(), city.vpc).unwrap();
        assert_eq!(asked(&city), own);
        assert_eq!(
            city.world.delete_private_hosted_zone(city.account, id),
            Err(HostedZoneRefusal::NotFound(id))
        );
    }

    #[test]
    fn both_attributes_of_the_vpc_must_be_on() {
        let mut city = City::new();
        city.zone("corp.internal", city.vpc).unwrap();
        for (support, hostnames) in [(true, false), (false, true), (true, true)] {
            let vpc = city.world.network.vpcs.get_mut(&city.vpc.vpc).unwrap();
            (vpc.dns_support, vpc.dns_hostnames) = (support, hostnames);
            let found = city.world.private_hosted_zone_for(city.vpc.vpc, "corp.internal");
            assert_eq!(found.is_some(), support && hostnames);
        }
    }

    #[test]
    fn a_wildcard_stands_for_names_below_the_closest_one_that_exists() {
        let mut city = City::new();
        let zone = city.zone("corp.internal", city.vpc).unwrap();
        let sets = [
            set("*.corp.internal", RecordType::A, &["10.0.0.1"]),
            set("a.b.corp.internal", RecordType::Txt, &["\"deep\""]),
        ];
        city.change(zone, sets.map(RecordChange::Create).into()).unwrap();
        assert_eq!(city.types(zone, "x.corp.internal").unwrap(), [RecordType::A]);
        assert_eq!(city.types(zone, "x.y.corp.internal").unwrap(), [RecordType::A]);
        assert_eq!(city.types(zone, "b.corp.internal").unwrap(), [], "it exists because a.b does");
        assert_eq!(city.types(zone, "x.b.corp.internal"), None, "b is closer, and has no wildcard");
        assert_eq!(city.types(zone, "corp.internal").unwrap(), [RecordType::Ns, RecordType::Soa]);
        assert_eq!(city.types(zone, "internal"), None);
    }

    #[test]
    fn a_change_is_made_whole_or_not_at_all() {
        let mut city = City::new();
        let zone = city.zone("corp.internal", city.vpc).unwrap();
        let web = set("web.corp.internal", RecordType::A, &["10.0.0.5"]);
        let bad = set("db.corp.internal", RecordType::A, &["10.0.0"]);
        let refused = city.change(zone, vec![RecordChange::Create(web.clone()), RecordChange::Create(bad)]);
        let problem = RecordProblem::Value(RecordType::A, "10.0.0".into());
        assert_eq!(refused, Err(HostedZoneRefusal::Records(vec![problem])));
        assert_eq!(city.types(zone, "web.corp.internal"), None);

        let moved = set("web.corp.internal", RecordType::A, &["10.0.0.6"]);
        city.change(zone, vec![RecordChange::Create(web.clone())]).unwrap();
        city.change(zone, vec![RecordChange::Delete(web), RecordChange::Create(moved)]).unwrap();
        let found = city.world.private_hosted_zones.get(&zone).unwrap().lookup("web.corp.internal").unwrap();
        assert_eq!(found[0].values, ["10.0.0.6"]);
    }

    #[test]
    fn records_that_do_not_go_together_are_refused() {
        let mut city = City::new();
        let zone = city.zone("corp.internal", city.vpc).unwrap();
        let web = set("web.corp.internal", RecordType::A, &["10.0.0.5", "10.0.0.6"]);
        city.change(zone, vec![RecordChange::Create(web.clone())]).unwrap();
        let name = web.name.clone();
        let apex: DomainName = "corp.internal".parse().unwrap();
        let mut other_order = web.clone();
        other_order.values.reverse();
        let mut other_ttl = web.clone();
        other_ttl.ttl_s = 60;
        let own = city.world.private_hosted_zones.get(&zone).unwrap().record_sets()[..2].to_vec();
        use RecordChange::{Create, Delete, Upsert};
        for (change, problem) in [
            (Create(web.clone()), RecordProblem::Exists(name.clone(), RecordType::A)),
            (Delete(other_ttl), RecordProblem::Different(name.clone(), RecordType::A)),
            (
                Delete(set("no.corp.internal", RecordType::A, &["10.0.0.5"])),
                RecordProblem::NotFound("no.corp.internal".parse().unwrap(), RecordType::A),
            ),
            (
                Create(set("web.corp", RecordType::A, &["10.0.0.5"])),
                RecordProblem::OutsideZone("web.corp".parse().unwrap()),
            ),
            (Create(set("corp.internal", RecordType::Cname, &["a.test"])), RecordProblem::CnameAtApex),
            (
                Upsert(set("web.corp.internal", RecordType::Cname, &["a.test"])),
                RecordProblem::CnameBesideOthers(name.clone()),
            ),
            (Delete(own[0].clone()), RecordProblem::OwnNameServers),
            (Delete(own[1].clone()), RecordProblem::OneSoa),
            (
                Upsert(set("corp.internal", RecordType::A, &["10.0.0.5", "10.0.0.5"])),
                RecordProblem::Twice("10.0.0.5".into()),
            ),
            (
                Upsert(set("corp.internal", RecordType::A, &[])),
                RecordProblem::ValueCount(apex, RecordType::A),
            ),
        ] {
            let refused = city.change(zone, vec![change.clone()]);
            assert_eq!(refused, Err(HostedZoneRefusal::Records(vec![problem])), "{change:?}");
        }
        city.change(zone, vec![RecordChange::Delete(other_order)]).unwrap();
        let alias = set("web.corp.internal", RecordType::Cname, &["a.test"]);
        city.change(zone, vec![RecordChange::Create(alias.clone())]).unwrap();
        let refused = city.change(zone, vec![RecordChange::Create(web.clone())]);
        let problem = RecordProblem::BesideCname(RecordType::A, name);
        assert_eq!(refused, Err(HostedZoneRefusal::Records(vec![problem])));
        city.change(zone, vec![RecordChange::Create(web), RecordChange::Delete(alias)]).unwrap();
    }

    #[test]
    fn a_vpc_sees_one_zone_of_a_name_and_a_zone_has_a_vpc() {
        let mut city = City::new();
        let zone = city.zone("corp.internal", city.vpc).unwrap();
        let (account, vpc) = (city.account, city.vpc);
        let again = city.zone("corp.internal", vpc);
        assert_eq!(again, Err(HostedZoneRefusal::SameNameInVpc(vpc, zone)));
        assert_eq!(
            city.world.disassociate_private_hosted_zone(account, zone, vpc),
            Err(HostedZoneRefusal::LastVpc)
        );
        let scope = Scope { account, region: vpc.region };
        let other = ZoneVpc { vpc: add_vpc(&mut city.world, scope, 2), ..vpc };
        let disassociated = city.world.disassociate_private_hosted_zone(account, zone, other);
        assert_eq!(disassociated, Err(HostedZoneRefusal::NotAssociated(other)));
        city.world.associate_private_hosted_zone(account, zone, other).unwrap();
        city.world.disassociate_private_hosted_zone(account, zone, vpc).unwrap();
        assert_eq!(city.world.private_hosted_zones_of(vpc.vpc).count(), 0);
        assert_eq!(city.world.private_hosted_zones_of(other.vpc).count(), 1);

        let stranger: AccountId = "000000000042".parse().unwrap();
        assert_eq!(
            city.world.delete_private_hosted_zone(stranger, zone),
            Err(HostedZoneRefusal::NotFound(zone))
        );
        let theirs = Scope { account: stranger, region: vpc.region };
        let foreign = ZoneVpc { vpc: add_vpc(&mut city.world, theirs, 3), ..vpc };
        assert_eq!(city.zone("a.test", foreign), Err(HostedZoneRefusal::ForeignVpc(foreign)));
        let elsewhere = ZoneVpc { region: "us-east-1".parse().unwrap(), ..vpc };
        assert_eq!(city.zone("a.test", elsewhere), Err(HostedZoneRefusal::UnknownVpc(elsewhere)));

        let web = set("web.corp.internal", RecordType::A, &["10.0.0.5"]);
        city.change(zone, vec![RecordChange::Create(web.clone())]).unwrap();
        assert_eq!(city.world.delete_private_hosted_zone(account, zone), Err(HostedZoneRefusal::NotEmpty));
        city.change(zone, vec![RecordChange::Delete(web)]).unwrap();
        city.world.delete_private_hosted_zone(account, zone).unwrap();
        assert!(city.world.private_zone_by_vpc.is_empty());
    }

    #[test]
    fn a_vpc_that_is_deleted_stays_listed_and_can_be_taken_off() {
        let mut city = City::new();
        let scope = Scope { account: city.account, region: city.vpc.region };
        let other = ZoneVpc { vpc: add_vpc(&mut city.world, scope, 2), ..city.vpc };
        let zone = city.zone("corp.internal", city.vpc).unwrap();
        city.world.associate_private_hosted_zone(city.account, zone, other).unwrap();
        city.world.delete_vpc(scope, other.vpc, NOON).unwrap();
        assert_eq!(city.world.private_hosted_zone(city.account, zone).unwrap().vpcs, [city.vpc, other]);
        city.world.disassociate_private_hosted_zone(city.account, zone, other).unwrap();
        city.world.delete_vpc(scope, city.vpc.vpc, NOON).unwrap();
        city.world.delete_private_hosted_zone(city.account, zone).unwrap();
        assert!(city.world.private_zone_by_vpc.is_empty());
    }

    #[test]
    fn zones_and_their_index_come_back_from_the_store() {
        let mut city = City::new();
        city.world.network.vpcs.get_mut(&city.vpc.vpc).unwrap().dns_hostnames = true;
        let zone = city.zone("corp.internal", city.vpc).unwrap();
        city.change(zone, vec![RecordChange::Create(set("*.corp.internal", RecordType::A, &["10.0.0.1"]))])
            .unwrap();
        let change = city.world.remember_hosted_zone_change(city.account, None, NOON, 1);
        let records = city.world.commit().records;
        let stored = records.iter().map(|record| (record.key.as_str(), record.value.as_deref().unwrap()));
        let loaded = World::load(1, stored).unwrap();
        let found = loaded.private_hosted_zone_for(city.vpc.vpc, "x.corp.internal").unwrap();
        assert_eq!(Some(found), city.world.private_hosted_zones.get(&zone));
        assert_eq!(loaded.hosted_zone_changes.get(&change.id), Some(&change));
    }

    #[test]
    fn the_oldest_change_is_forgotten_when_there_are_enough() {
        let mut city = City::new();
        let mut remember = |at: usize| {
            let now = Timestamp(NOON.0 + i64::try_from(at).unwrap());
            city.world.remember_hosted_zone_change(city.account, None, now, 7).id
        };
        let (first, second) = (remember(0), remember(1));
        (2..=HOSTED_ZONE_CHANGES_KEPT).for_each(|at| {
            remember(at);
        });
        assert_eq!(city.world.hosted_zone_changes.len(), HOSTED_ZONE_CHANGES_KEPT);
        assert!(!city.world.hosted_zone_changes.contains(&first));
        assert!(city.world.hosted_zone_changes.contains(&second));
    }
}
