//! An account as a whole: what it is called, whom AWS writes to, and which Regions it can use.
//!
//! Follows "AWS Account Management Reference Guide": "Enable or disable AWS Regions in your account", "Update the primary
//! contact", "Update the alternate contacts". Opting in and out is done with the call; no email addresses of roots.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::place::{AccountId, Region};
use crate::world::World;

/// How many addresses that an account has given back are remembered; the oldest gives way.
const RELEASED_ADDRESSES_MAX: usize = 100;

/// What an account has said about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What it is called, if it was given a name.
    pub name: Option<String>,
    /// The Regions that it has opted into.
    pub opted_in: BTreeSet<Region>,
    /// Whom AWS writes to.
    pub contact: Option<ContactInformation>,
    /// Whom AWS writes to about some matters besides.
    pub alternate_contacts: BTreeMap<ContactMatter, AlternateContact>,
    /// Elastic IP addresses that it has given back, and can have again as long as nobody else has them; the newest last.
    #[serde(default)]
    pub released_addresses: Vec<ReleasedAddress>,
}

/// An Elastic IP address that was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedAddress {
    /// Where it was.
    pub region: Region,
    /// The address.
    pub address: Ipv4Addr,
}

/// Whom AWS writes to, and where that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactInformation {
    /// The person.
    pub full_name: String,
    /// Street and number.
    pub address_line_1: String,
    /// More of it.
    pub address_line_2: Option<String>,
    /// Still more of it.
    pub address_line_3: Option<String>,
    /// The city.
    pub city: String,
    /// The state or region.
    pub state_or_region: Option<String>,
    /// The district or county.
    pub district_or_county: Option<String>,
    /// The postal code.
    pub postal_code: String,
    /// The country, in two letters.
    pub country_code: String,
    /// The telephone number.
    pub phone_number: String,
    /// The company.
    pub company_name: Option<String>,
    /// Its website.
    pub website_url: Option<String>,
}

/// What an alternate contact is written to about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ContactMatter {
    /// Bills.
    Billing,
    /// What runs.
    Operations,
    /// What is dangerous.
    Security,
}

/// Somebody besides the root whom AWS writes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlternateContact {
    /// The person.
    pub name: String,
    /// What they are.
    pub title: String,
    /// Where they read.
    pub email_address: String,
    /// Where they answer.
    pub phone_number: String,
}

/// Whether an account can use a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionOptIn {
    /// Like everybody: it needs no opt-in, or is the Region of the run.
    ByDefault,
    /// It has opted in.
    Enabled,
    /// It has not.
    Disabled,
}

/// Somebody wants to opt out of a Region that needs no opt-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeedsNoOptIn(pub Region);

impl World {
    /// What an account has said about itself, if it has said anything.
    pub fn account(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(&account)
    }

    /// The same, to be changed.
    pub fn account_mut(&mut self, account: AccountId) -> &mut Account {
        if !self.accounts.contains(&account) {
            self.accounts.insert(account, Account::default());
        }
        self.accounts.get_mut(&account).expect("it was put in")
    }

    /// Remembers that an account has given an address back.
    pub(crate) fn note_released_address(&mut self, account: AccountId, released: ReleasedAddress) {
        let all = &mut self.account_mut(account).released_addresses;
        all.retain(|it| *it != released);
        all.push(released);
        let surplus = all.len().saturating_sub(RELEASED_ADDRESSES_MAX);
        all.drain(..surplus);
    }

    /// Whether an account has given this address back, and has not had it again.
    pub(crate) fn has_released(&self, account: AccountId, released: ReleasedAddress) -> bool {
        self.account(account).is_some_and(|it| it.released_addresses.contains(&released))
    }

    /// Forgets an address that an account has again.
    pub(crate) fn forget_released_address(&mut self, account: AccountId, released: ReleasedAddress) {
        self.account_mut(account).released_addresses.retain(|it| *it != released);
    }

    /// Whether an account can use a Region.
    pub fn region_opt_in(&self, account: AccountId, region: Region) -> RegionOptIn {
        if !region.needs_opt_in() || self.home == Some(region) {
            return RegionOptIn::ByDefault;
        }
        match self.account(account).is_some_and(|it| it.opted_in.contains(&region)) {
            true => RegionOptIn::Enabled,
            false => RegionOptIn::Disabled,
        }
    }

    /// Whether an account can call a Region.
    pub fn is_region_enabled(&self, account: AccountId, region: Region) -> bool {
        self.region_opt_in(account, region) != RegionOptIn::Disabled
    }

    /// Opts into a Region; doing so again changes nothing.
    pub fn enable_region(&mut self, account: AccountId, region: Region) {
        if self.region_opt_in(account, region) == RegionOptIn::Disabled {
            self.account_mut(account).opted_in.insert(region);
        }
    }

    /// Opts out of a Region. What the account has there stays, and runs on: "disabling a Region disables IAM access to
    /// resources in the Region. It does not delete these resources".
    pub fn disable_region(&mut self, account: AccountId, region: Region) -> Result<(), NeedsNoOptIn> {
        match self.region_opt_in(account, region) {
            RegionOptIn::ByDefault => Err(NeedsNoOptIn(region)),
            RegionOptIn::Disabled => Ok(()),
            RegionOptIn::Enabled => {
                self.account_mut(account).opted_in.remove(&region);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId::DEFAULT;

    #[test]
    fn a_region_is_of_an_account_that_has_opted_in_until_it_opts_out() {
        let mut world = World::default();
        let milan: Region = "eu-south-1".parse().unwrap();
        let stranger: AccountId = "000000000042".parse().unwrap();
        assert!(!world.is_region_enabled(ACCOUNT, milan));
        world.enable_region(ACCOUNT, milan);
        assert_eq!(world.region_opt_in(ACCOUNT, milan), RegionOptIn::Enabled);
        assert_eq!(world.region_opt_in(stranger, milan), RegionOptIn::Disabled);
        world.disable_region(ACCOUNT, milan).unwrap();
        assert_eq!(world.region_opt_in(ACCOUNT, milan), RegionOptIn::Disabled);
    }

    #[test]
    fn nobody_opts_into_or_out_of_what_everybody_has() {
        let mut world = World { home: "me-south-1".parse().ok(), ..World::default() };
        for region in ["us-east-1", "me-south-1"] {
            let region = region.parse().unwrap();
            world.enable_region(ACCOUNT, region);
            assert_eq!(world.region_opt_in(ACCOUNT, region), RegionOptIn::ByDefault);
            assert_eq!(world.disable_region(ACCOUNT, region), Err(NeedsNoOptIn(region)));
        }
        assert_eq!(world.account(ACCOUNT), None);
    }
}
