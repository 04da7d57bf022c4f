//! Access keys: credentials of a user, or of an account's root, that hold until they are taken away.
//!
//! Follows "Manage access keys for IAM users" (IAM User Guide). A secret is kept as it is: signatures are checked with it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::as_text::as_text;
use crate::iam_id::{MalformedIamId, UserId, read_letters, write_letters};
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::place::AccountId;
use crate::quotas::ACCESS_KEYS_PER_USER_MAX;
use crate::table_key::{kept_as_number, kept_as_they_are};
use crate::timestamp::Timestamp;
use crate::world::World;

/// How identifiers of access keys begin that are not temporary.
const PREFIX: &str = "AKIA";
/// How those begin that are.
const TEMPORARY_PREFIX: &str = "ASIA";
/// Letters behind the prefix, of five bits each.
const LETTERS_COUNT: usize = 16;
/// The account is in the letters: behind one bit that is set, forty of it, then what tells its keys apart.
const ACCOUNT_SHIFT: u32 = 39;
const ACCOUNT_BITS: u32 = 40;
const OWN_BITS: u128 = (1 << ACCOUNT_SHIFT) - 1;
const MARK: u128 = 1 << (ACCOUNT_SHIFT + ACCOUNT_BITS);
/// How far a note of the last use may lag behind: a call like the one before need not be written down.
const LAST_USED_LAG_MS: i64 = 15 * 60 * 1000;

/// The identifier of an access key: `AKIA` and sixteen letters that also tell its account.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessKeyId(u128);

impl AccessKeyId {
    /// The first one there could be, and the last.
    const FIRST: AccessKeyId = AccessKeyId(0);
    const LAST: AccessKeyId = AccessKeyId(u128::MAX);

    /// A new one of an account.
    pub fn fresh(account: AccountId, ids: &mut Ids<'_>) -> AccessKeyId {
        AccessKeyId::of(account, ids.bits())
    }

    /// The one of an account with these bits of its own, of which the low ones count.
    fn of(account: AccountId, own: u128) -> AccessKeyId {
        let number: u128 = account.to_string().parse().expect("twelve digits");
        AccessKeyId(MARK | number << ACCOUNT_SHIFT | own & OWN_BITS)
    }

    /// The account that it says it is of.
    pub fn account(self) -> Option<AccountId> {
        account_in(self.0)
    }
}

/// The identifier of a temporary access key of an account: `own`, of which the low bits count, tells it from others.
pub fn temporary_key(account: AccountId, own: u64) -> String {
    AccessKeyId::of(account, u128::from(own)).to_string().replacen(PREFIX, TEMPORARY_PREFIX, 1)
}

/// What [`temporary_key`] has made such an identifier of.
pub fn parts_of_temporary_key(access_key_id: &str) -> Option<(AccountId, u64)> {
    let bits = read_letters(TEMPORARY_PREFIX, LETTERS_COUNT, access_key_id)?;
    let own = u64::try_from(bits & OWN_BITS).ok()?;
    Some((account_in(bits)?, own))
}

/// The account in the letters of an access key's identifier, be the key temporary or not. Old identifiers tell none.
pub fn account_of_key(access_key_id: &str) -> Option<AccountId> {
    let known = [PREFIX, TEMPORARY_PREFIX].into_iter();
    account_in(known.filter_map(|prefix| read_letters(prefix, LETTERS_COUNT, access_key_id)).next()?)
}

fn account_in(bits: u128) -> Option<AccountId> {
    let number = bits >> ACCOUNT_SHIFT & ((1 << ACCOUNT_BITS) - 1);
    if bits & MARK == 0 { None } else { format!("{number:012}").parse().ok() }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_letters(PREFIX, LETTERS_COUNT, self.0, f)
    }
}

impl FromStr for AccessKeyId {
    type Err = MalformedIamId;
    fn from_str(text: &str) -> Result<Self, MalformedIamId> {
        let bits = read_letters(PREFIX, LETTERS_COUNT, text);
        bits.map(AccessKeyId).ok_or_else(|| MalformedIamId(text.to_owned()))
    }
}

as_text! { AccessKeyId }
kept_as_number! { AccessKeyId of u128 }
kept_as_they_are! { (AccountId, Option<UserId>, AccessKeyId) }

/// An access key.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// Its identifier.
    pub id: AccessKeyId,
    /// Whose account.
    pub account: AccountId,
    /// Whose it is; nobody's means the root's.
    pub user: Option<UserId>,
    /// What requests are signed with: forty characters.
    pub secret: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When and for what it was last used.
    pub last_used: Option<LastUsed>,
}

/// When and for what an access key was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastUsed {
    /// When.
    pub at: Timestamp,
    /// For which service.
    pub service: String,
    /// In which Region.
    pub region: String,
}

/// That there was an access key: nobody else is ever taken for whoever still signs with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletedAccessKey {
    /// Whose account it was of.
    pub account: AccountId,
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey").field("id", &self.id).field("user", &self.user).finish_non_exhaustive()
    }
}

impl AccessKey {
    /// Whether a use is to be written down: not if one like it just was.
    pub fn is_news(&self, service: &str, region: &str, at: Timestamp) -> bool {
        self.last_used
            .as_ref()
            .is_none_or(|known| known.service != service || known.region != region || is_later(known.at, at))
    }
}

/// Whether a use is so much later than the last known one that it is to be written down. A clock that was put back counts,
/// too.
pub(crate) fn is_later(known: Timestamp, used: Timestamp) -> bool {
    !(0..LAST_USED_LAG_MS).contains(&used.0.saturating_sub(known.0))
}

impl World {
    /// The access keys of a user, or of an account's root, by identifier.
    pub fn access_keys_of(
        &self,
        account: AccountId,
        user: Option<UserId>,
    ) -> impl Iterator<Item = &AccessKey> {
        let keys = (account, user, AccessKeyId::FIRST)..=(account, user, AccessKeyId::LAST);
        self.access_key_by_owner.range(keys).filter_map(|((_, _, id), ())| self.access_keys.get(&id))
    }

    /// An access key of a user, or of an account's root.
    pub fn access_key(
        &self,
        account: AccountId,
        user: Option<UserId>,
        id: &str,
    ) -> Result<&AccessKey, IamRefusal> {
        let found = id.parse().ok().and_then(|id| self.access_keys.get(&id));
        let own = found.filter(|key| key.account == account && key.user == user);
        own.ok_or_else(|| IamRefusal::NoSuch(IamNoun::AccessKey, id.to_owned()))
    }

    /// Writes an access key down, whose secret somebody else has drawn.
    pub fn create_access_key(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
        secret: String,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<AccessKeyId, IamRefusal> {
        if self.access_keys_of(account, user).count() >= ACCESS_KEYS_PER_USER_MAX {
            return Err(IamRefusal::QuotaReached("AccessKeysPerUser", ACCESS_KEYS_PER_USER_MAX));
        }
        let id = AccessKeyId::fresh(account, ids);
        self.put_access_key(AccessKey {
            id,
            account,
            user,
            secret,
            active: true,
            created: now,
            last_used: None,
        });
        Ok(id)
    }

    /// Lets an access key be used, or no longer.
    pub fn set_access_key_active(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
        id: &str,
        active: bool,
    ) -> Result<(), IamRefusal> {
        let id = self.access_key(account, user, id)?.id;
        self.access_keys.get_mut(&id).expect("it was found").active = active;
        Ok(())
    }

    /// Notes that an access key was used.
    pub fn note_access_key_used(&mut self, id: AccessKeyId, used: LastUsed) {
        if self.access_keys.get(&id).is_some_and(|key| key.is_news(&used.service, &used.region, used.at)) {
            self.access_keys.get_mut(&id).expect("it was found").last_used = Some(used);
        }
    }

    /// Deletes an access key.
    pub fn delete_access_key(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
        id: &str,
    ) -> Result<(), IamRefusal> {
        let id = self.access_key(account, user, id)?.id;
        self.access_key_by_owner.remove(&(account, user, id));
        self.access_keys.remove(&id);
        self.deleted_access_keys.insert(id, DeletedAccessKey { account });
        Ok(())
    }

    /// Puts an access key in, together with what the index has of it. Whose it is never changes.
    pub fn put_access_key(&mut self, key: AccessKey) {
        self.access_key_by_owner.insert((key.account, key.user, key.id), ());
        self.access_keys.insert(key.id, key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId::DEFAULT;

    #[test]
    fn an_identifier_tells_its_account_and_is_read_as_it_is_written() {
        let mut bits = || u128::MAX / 3;
        for account in ["000000000000", "123456789012", "999999999999"] {
            let account: AccountId = account.parse().unwrap();
            let id = AccessKeyId::fresh(account, &mut Ids::new(&mut bits));
            assert_eq!(id.to_string().len(), 20);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.account(), Some(account));
            assert_eq!(account_of_key(&id.to_string()), Some(account));
        }
        // Of keys that were published to say so.
        assert_eq!(account_of_key("ASIAY34FZKBOKMUTVV7A"), Some("609629065308".parse().unwrap()));
        assert_eq!(account_of_key("AKIAIOSFODNN7EXAMPLE"), None);
        assert_eq!(account_of_key("AROAY34FZKBOKMUTVV7A"), None);
        let temporary = temporary_key(ACCOUNT, u64::MAX);
        assert_eq!(account_of_key(&temporary), Some(ACCOUNT));
        assert_eq!(parts_of_temporary_key(&temporary), Some((ACCOUNT, (1 << ACCOUNT_SHIFT) - 1)));
        assert_eq!(parts_of_temporary_key("ASIAIOSFODNN7EXAMPLE"), None);
        assert!("ASIAY34FZKBOKMUTVV7A".parse::<AccessKeyId>().is_err());
    }

    #[test]
    fn there_are_two_at_most_and_each_is_its_owners() {
        let mut world = World::default();
        let (alice, mut number) = (Some(UserId::numbered(1)), 0);
        let mut make = |world: &mut World, user| {
            let mut bits = || {
                number += 1;
                number
            };
            world.create_access_key(ACCOUNT, user, "s".repeat(40), &mut Ids::new(&mut bits), Timestamp(0))
        };
        let first = make(&mut world, alice).unwrap().to_string();
        make(&mut world, alice).unwrap();
        assert_eq!(make(&mut world, alice), Err(IamRefusal::QuotaReached("AccessKeysPerUser", 2)));
        make(&mut world, None).unwrap();
        assert_eq!((world.access_keys_of(ACCOUNT, alice).count(), world.access_keys.len()), (2, 3));
        assert!(world.access_key(ACCOUNT, None, &first).is_err());
        world.delete_access_key(ACCOUNT, alice, &first).unwrap();
        assert_eq!(world.access_keys_of(ACCOUNT, alice).count(), 1);
        assert!(world.deleted_access_keys.contains(&first.parse().unwrap()));
    }

    #[test]
    fn a_use_is_noted_when_it_is_another_or_some_time_later() {
        let key = |last_used| AccessKey {
            id: AccessKeyId(1),
            account: ACCOUNT,
            user: None,
            secret: String::new(),
            active: true,
            created: Timestamp(0),
            last_used,
        };
        assert!(key(None).is_news("ec2", "r", Timestamp(0)));
        let used = LastUsed { at: Timestamp(0), service: "ec2".into(), region: "r".into() };
        let key = key(Some(used));
        assert!(!key.is_news("ec2", "r", Timestamp(LAST_USED_LAG_MS - 1)));
        assert!(key.is_news("ec2", "r", Timestamp(LAST_USED_LAG_MS)));
        assert!(key.is_news("sts", "r", Timestamp(1)));
        assert!(key.is_news("ec2", "q", Timestamp(1)));
    }
}
