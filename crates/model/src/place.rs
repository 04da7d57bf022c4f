//! Where a resource lives: account, Region, Availability Zone.
//!
//! Follows "Regions and Zones" (EC2 User Guide). Zone ids are mapped to names in order; on AWS the mapping
//! differs from account to account.

use std::fmt;
use std::str::FromStr;

use crate::as_text::as_text;
use crate::table_key::kept_as_number;

/// An AWS account number of twelve digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

/// Why a text is not an account number, a Region or a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPlace(pub String);

impl fmt::Display for UnknownPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no such account, Region or Availability Zone: {}", self.0)
    }
}

impl std::error::Error for UnknownPlace {}

impl AccountId {
    /// The account Hamlet uses unless told otherwise.
    pub const DEFAULT: AccountId = AccountId(123_456_789_012);
}

impl FromStr for AccountId {
    type Err = UnknownPlace;
    fn from_str(text: &str) -> Result<Self, UnknownPlace> {
        let digits = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| digits).map(AccountId).ok_or_else(|| UnknownPlace(text.to_owned()))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

struct RegionFacts {
    name: &'static str,
    long_name: &'static str,
    zone_id_prefix: &'static str,
    zones: u8,
    needs_opt_in: bool,
}

const fn region(
    name: &'static str,
    long_name: &'static str,
    zone_id_prefix: &'static str,
    zones: u8,
) -> RegionFacts {
    RegionFacts { name, long_name, zone_id_prefix, zones, needs_opt_in: false }
}

/// A Region that an account has to opt into: each of them has three zones.
const fn opt_in(name: &'static str, long_name: &'static str, zone_id_prefix: &'static str) -> RegionFacts {
    RegionFacts { name, long_name, zone_id_prefix, zones: 3, needs_opt_in: true }
}

/// The Regions of all partitions by name, with the number of zones a new account sees.
static REGIONS: [RegionFacts; 38] = [
    opt_in("af-south-1", "Africa (Cape Town)", "afs1"),
    opt_in("ap-east-1", "Asia Pacific (Hong Kong)", "ape1"),
    opt_in("ap-east-2", "Asia Pacific (Taipei)", "ape2"),
    region("ap-northeast-1", "Asia Pacific (Tokyo)", "apne1", 3),
    region("ap-northeast-2", "Asia Pacific (Seoul)", "apne2", 4),
    region("ap-northeast-3", "Asia Pacific (Osaka)", "apne3", 3),
    region("ap-south-1", "Asia Pacific (Mumbai)", "aps1", 3),
    opt_in("ap-south-2", "Asia Pacific (Hyderabad)", "aps2"),
    region("ap-southeast-1", "Asia Pacific (Singapore)", "apse1", 3),
    region("ap-southeast-2", "Asia Pacific (Sydney)", "apse2", 3),
    opt_in("ap-southeast-3", "Asia Pacific (Jakarta)", "apse3"),
    opt_in("ap-southeast-4", "Asia Pacific (Melbourne)", "apse4"),
    opt_in("ap-southeast-5", "Asia Pacific (Malaysia)", "apse5"),
    opt_in("ap-southeast-6", "Asia Pacific (New Zealand)", "apse6"),
    opt_in("ap-southeast-7", "Asia Pacific (Thailand)", "apse7"),
    region("ca-central-1", "Canada (Central)", "cac1", 3),
    opt_in("ca-west-1", "Canada West (Calgary)", "caw1"),
    region("cn-north-1", "China (Beijing)", "cnn1", 3),
    region("cn-northwest-1", "China (Ningxia)", "cnnw1", 3),
    region("eu-central-1", "Europe (Frankfurt)", "euc1", 3),
    opt_in("eu-central-2", "Europe (Zurich)", "euc2"),
    region("eu-north-1", "Europe (Stockholm)", "eun1", 3),
    opt_in("eu-south-1", "Europe (Milan)", "eus1"),
    opt_in("eu-south-2", "Europe (Spain)", "eus2"),
    region("eu-west-1", "Europe (Ireland)", "euw1", 3),
    region("eu-west-2", "Europe (London)", "euw2", 3),
    region("eu-west-3", "Europe (Paris)", "euw3", 3),
    opt_in("il-central-1", "Israel (Tel Aviv)", "ilc1"),
    opt_in("me-central-1", "Middle East (UAE)", "mec1"),
    opt_in("me-south-1", "Middle East (Bahrain)", "mes1"),
    opt_in("mx-central-1", "Mexico (Central)", "mxc1"),
    region("sa-east-1", "South America (Sao Paulo)", "sae1", 3),
    region("us-east-1", "US East (N. Virginia)", "use1", 6),
    region("us-east-2", "US East (Ohio)", "use2", 3),
    region("us-gov-east-1", "AWS GovCloud (US-East)", "usge1", 3),
    region("us-gov-west-1", "AWS GovCloud (US-West)", "usgw1", 3),
    region("us-west-1", "US West (N. California)", "usw1", 2),
    region("us-west-2", "US West (Oregon)", "usw2", 4),
];

/// An AWS Region. Those that need an opt-in are nobody's until then ([`crate::account`]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(u8);

impl Region {
    /// All Regions, by name.
    pub fn all() -> impl Iterator<Item = Region> {
        (0..REGIONS.len() as u8).map(Region)
    }

    fn facts(self) -> &'static RegionFacts {
        &REGIONS[usize::from(self.0)]
    }

    /// The name, such as `us-west-2`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The name for people, such as `US West (Oregon)`.
    pub fn long_name(self) -> &'static str {
        self.facts().long_name
    }

    /// Whether an account can use it only after having opted in: "Regions introduced after March 20, 2019 are opt-in
    /// Regions" (AWS Account Management Reference Guide).
    pub fn needs_opt_in(self) -> bool {
        self.facts().needs_opt_in
    }

    /// The Region's Availability Zones, in order.
    pub fn zones(self) -> impl Iterator<Item = Zone> {
        (0..self.facts().zones).map(move |index| Zone { region: self, index })
    }

    /// The domain of private host names: `ec2.internal` in us-east-1, `{region}.compute.internal` elsewhere.
    pub fn private_domain(self) -> String {
        match self.name() {
            "us-east-1" => "ec2.internal".to_owned(),
            name => format!("{name}.compute.internal"),
        }
    }

    /// The domain of public host names: `compute-1.amazonaws.com` in us-east-1, `{region}.compute.amazonaws.com`
    /// elsewhere, and in China below its own domain.
    pub fn public_domain(self) -> String {
        match self.name() {
            "us-east-1" => "compute-1.amazonaws.com".to_owned(),
            name => format!("{name}.compute.{}", self.partition().domain()),
        }
    }
}

impl FromStr for Region {
    type Err = UnknownPlace;
    fn from_str(text: &str) -> Result<Self, UnknownPlace> {
        Region::all().find(|region| region.name() == text).ok_or_else(|| UnknownPlace(text.to_owned()))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An Availability Zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zone {
    region: Region,
    index: u8,
}

impl Zone {
    /// The Region that the zone is part of.
    pub fn region(self) -> Region {
        self.region
    }

    /// The zone's position in its Region, from 0.
    pub fn index(self) -> u8 {
        self.index
    }

    /// The zone's letter, `a` for the first.
    pub fn letter(self) -> char {
        char::from(b'a' + self.index)
    }

    /// The zone's id, such as `usw2-az1`.
    pub fn zone_id(self) -> String {
        format!("{}-az{}", self.region.facts().zone_id_prefix, self.index + 1)
    }

    /// The zone of `region` with this name or id.
    pub fn find(region: Region, name_or_id: &str) -> Option<Zone> {
        region.zones().find(|zone| zone.to_string() == name_or_id || zone.zone_id() == name_or_id)
    }
}

impl FromStr for Zone {
    type Err = UnknownPlace;
    fn from_str(text: &str) -> Result<Self, UnknownPlace> {
        let unknown = || UnknownPlace(text.to_owned());
        let letter_at = text.char_indices().last().ok_or_else(unknown)?.0;
        let region: Region = text[..letter_at].parse()?;
        Zone::find(region, text).ok_or_else(unknown)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.region.name(), self.letter())
    }
}

/// The account and Region that own a resource. Resources of different scopes do not see each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The owner.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

as_text! { AccountId Region Zone }
kept_as_number! { AccountId of u64 }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_name_and_by_id() {
        let oregon: Region = "us-west-2".parse().unwrap();
        let names: Vec<String> = oregon.zones().map(|zone| zone.to_string()).collect();
        assert_eq!(names, ["us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"]);
        assert_eq!(Zone::find(oregon, "usw2-az2"), "us-west-2b".parse().ok());
        assert!("us-west-2z".parse::<Zone>().is_err());
        assert!("é".parse::<Zone>().is_err());
    }

    #[test]
    fn an_account_has_twelve_digits() {
        assert_eq!("000000000042".parse::<AccountId>().unwrap().to_string(), "000000000042");
        assert!("42".parse::<AccountId>().is_err());
        assert!("+23456789012".parse::<AccountId>().is_err());
    }
}
