//! MFA devices: what users, and accounts' roots, have to show beside a password or a key. All of them are virtual.
//!
//! Follows "AWS Multi-factor authentication in IAM" (IAM User Guide). There are no hardware tokens, passkeys or security
//! keys.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::iam_id::{MfaDeviceId, UserId};
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::link::Link;
use crate::one_time_code::{self, Seed, Step};
use crate::partition::Partition;
use crate::place::AccountId;
use crate::quotas::{MFA_DEVICES_MAX, MFA_DEVICES_PER_USER_MAX};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A virtual MFA device.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MfaDevice {
    /// What it is kept by; AWS and everybody else call it by its ARN.
    pub id: MfaDeviceId,
    /// Its owner.
    pub account: AccountId,
    /// The folder that its ARN shows.
    pub path: String,
    /// Its name, unique in its folder.
    pub name: String,
    /// What its codes are made of.
    pub seed: Seed,
    /// When it was made.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
    /// Who has it, if somebody has.
    pub assignment: Option<MfaAssignment>,
}

/// Who has a device, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MfaAssignment {
    /// Whose it is; nobody's means the root's.
    pub user: Option<UserId>,
    /// Since when.
    pub enabled: Timestamp,
    /// How many half minutes its clock is ahead.
    pub drift: Step,
    /// The half minute of the last code that was used; none before, or of it, is taken again.
    pub used: Step,
}

/// Which devices are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentStatus {
    /// Those that somebody has.
    Assigned,
    /// Those that nobody has.
    Unassigned,
    /// All of them.
    Any,
}

/// Why a code was not taken that came with a request for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefusal {
    /// Who asks has no such device.
    NotTheirs,
    /// It is not one of the device's at this time, or it was used before.
    WrongCode,
}

impl fmt::Debug for MfaDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        f.debug_struct("MfaDevice")
            .field("place", &place)
            .field("of", &self.assignment)
            .finish_non_exhaustive()
    }
}

impl MfaDevice {
    /// Its name for everybody in a partition, which requests call its serial number.
    pub fn arn(&self, partition: Partition) -> String {
        partition.arn("iam", self.account, format_args!("mfa{}", self.place()))
    }

    /// Its folder and name, which tell it apart.
    pub fn place(&self) -> String {
        place(&self.path, &self.name)
    }

    /// Whether it is what is asked for.
    pub fn has_status(&self, status: AssignmentStatus) -> bool {
        match status {
            AssignmentStatus::Assigned => self.assignment.is_some(),
            AssignmentStatus::Unassigned => self.assignment.is_none(),
            AssignmentStatus::Any => true,
        }
    }

    fn is_of(&self, user: Option<UserId>) -> bool {
        self.assignment.as_ref().is_some_and(|it| it.user == user)
    }
}

fn place(path: &str, name: &str) -> String {
    format!("{path}{name}")
}

impl World {
    /// An account's devices, by folder and name.
    pub fn mfa_devices_of(&self, account: AccountId) -> Vec<&MfaDevice> {
        let mut devices: Vec<&MfaDevice> = self.mfa_devices.linked(Link::Account(account)).collect();
        devices.sort_by_key(|it| it.place().to_lowercase());
        devices
    }

    /// The devices of a user, or of an account's root, by folder and name.
    pub fn mfa_devices_with(&self, account: AccountId, user: Option<UserId>) -> Vec<&MfaDevice> {
        let mut devices: Vec<&MfaDevice> =
            self.mfa_devices.linked(Link::credentials_of(account, user)).collect();
        devices.sort_by_key(|it| it.place().to_lowercase());
        devices
    }

    /// The device with a serial number. "VirtualMFADevice … with a serial number" is an ARN.
    pub fn mfa_device(&self, account: AccountId, serial_number: &str) -> Result<&MfaDevice, IamRefusal> {
        let place = serial_number.split_once(":mfa").map_or("", |(_, place)| place);
        let found = self.mfa_device_at(account, place);
        let is_named =
            |it: &&MfaDevice| Partition::ALL.iter().any(|of| it.arn(*of).eq_ignore_ascii_case(serial_number));
        let missing = || IamRefusal::NoSuch(IamNoun::MfaDevice, serial_number.to_owned());
        found.filter(is_named).ok_or_else(missing)
    }

    /// The same, to be changed in what nothing is looked up by.
    pub fn mfa_device_mut(
        &mut self,
        account: AccountId,
        serial_number: &str,
    ) -> Result<&mut MfaDevice, IamRefusal> {
        let id = self.mfa_device(account, serial_number)?.id;
        Ok(self.mfa_devices.get_mut(&id).expect("it was found"))
    }

    fn mfa_device_at(&self, account: AccountId, place: &str) -> Option<&MfaDevice> {
        let mut named = self.mfa_devices.linked(Link::name(account, place));
        named.find(|it| it.account == account && it.place().eq_ignore_ascii_case(place))
    }

    /// Writes a device down that nobody has yet, and whose seed somebody else has drawn.
    pub fn create_mfa_device(
        &mut self,
        account: AccountId,
        (path, name): (String, String),
        seed: Seed,
        tags: Tags,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<MfaDeviceId, IamRefusal> {
        if self.mfa_device_at(account, &place(&path, &name)).is_some() {
            return Err(IamRefusal::Exists(IamNoun::MfaDevice, name));
        }
        if self.mfa_devices.count_linked(Link::Account(account)) >= MFA_DEVICES_MAX {
            return Err(IamRefusal::QuotaReached("VirtualMfaDevicesPerAccount", MFA_DEVICES_MAX));
        }
        let id = MfaDeviceId::fresh(ids);
        let device = MfaDevice { id, account, path, name, seed, created: now, tags, assignment: None };
        self.mfa_devices.insert(id, device);
        Ok(id)
    }

    /// Gives a device to somebody who has read two codes off it, one after the other.
    pub fn enable_mfa_device(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
        serial_number: &str,
        codes: (&str, &str),
        now: Timestamp,
    ) -> Result<(), IamRefusal> {
        let device = self.mfa_device(account, serial_number)?;
        if device.assignment.is_some() {
            return Err(IamRefusal::MfaDeviceInUse);
        }
        if self.mfa_devices_with(account, user).len() >= MFA_DEVICES_PER_USER_MAX {
            return Err(IamRefusal::QuotaReached("MFADevicesPerUser", MFA_DEVICES_PER_USER_MAX));
        }
        let (used, drift) = synchronized(device, codes, now)?;
        let assignment = MfaAssignment { user, enabled: now, drift, used };
        self.mfa_device_mut(account, serial_number)?.assignment = Some(assignment);
        Ok(())
    }

    /// Finds out anew how far the clock of somebody's device is off.
    pub fn resync_mfa_device(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
        serial_number: &str,
        codes: (&str, &str),
        now: Timestamp,
    ) -> Result<(), IamRefusal> {
        let device = self.mfa_device_owned(account, user, serial_number)?;
        let (used, drift) = synchronized(device, codes, now)?;
        let assignment = &mut self.mfa_device_mut(account, serial_number)?.assignment;
        *assignment = assignment.take().map(|it| MfaAssignment { drift, used: used.max(it.used), ..it });
        Ok(())
    }

    /// Takes a device from who has it.
    pub fn deactivate_mfa_device(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
        serial_number: &str,
    ) -> Result<(), IamRefusal> {
        self.mfa_device_owned(account, user, serial_number)?;
        self.mfa_device_mut(account, serial_number)?.assignment = None;
        Ok(())
    }

    /// Deletes a device that nobody has.
    pub fn delete_mfa_device(&mut self, account: AccountId, serial_number: &str) -> Result<(), IamRefusal> {
        let device = self.mfa_device(account, serial_number)?;
        if device.assignment.is_some() {
            return Err(IamRefusal::MfaDeviceAssigned);
        }
        let id = device.id;
        self.mfa_devices.remove(&id);
        Ok(())
    }

    /// The device with a serial number, which somebody has.
    pub fn mfa_device_owned(
        &self,
        account: AccountId,
        user: Option<UserId>,
        serial_number: &str,
    ) -> Result<&MfaDevice, IamRefusal> {
        let device = self.mfa_device(account, serial_number)?;
        if device.is_of(user) { Ok(device) } else { Err(IamRefusal::MfaDeviceOfOther) }
    }

    /// Takes a code of somebody's device, if it is one. No code is taken twice, nor one from before it.
    pub fn use_mfa_code(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
        serial_number: &str,
        code: &str,
        now: Timestamp,
    ) -> Result<(), CodeRefusal> {
        let device = self.mfa_device_owned(account, user, serial_number);
        let device = device.map_err(|_| CodeRefusal::NotTheirs)?;
        let known = device.assignment.as_ref().ok_or(CodeRefusal::NotTheirs)?;
        let mut codes = one_time_code::codes(device.seed, now, known.drift);
        let found = codes.find(|(step, text)| *step > known.used && text == code);
        let (used, _) = found.ok_or(CodeRefusal::WrongCode)?;
        let id = device.id;
        if let Some(assignment) = self.mfa_devices.get_mut(&id).and_then(|it| it.assignment.as_mut()) {
            assignment.used = used;
        }
        Ok(())
    }
}

/// The half minute of the later one of two codes, and how many half minutes that is ahead.
fn synchronized(
    device: &MfaDevice,
    (first, second): (&str, &str),
    now: Timestamp,
) -> Result<(Step, Step), IamRefusal> {
    let found = one_time_code::find(device.seed, now, first, second);
    let used = found.ok_or(IamRefusal::InvalidAuthenticationCode)?;
    Ok((used, used - one_time_code::step(now)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::NewUser;
    use one_time_code::{SEED_BYTES, code, step};

    const ACCOUNT: AccountId = AccountId::DEFAULT;
    const SEED: [u8; SEED_BYTES] = [5; SEED_BYTES];
    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn made(world: &mut World, name: &str) -> Result<String, IamRefusal> {
        let mut number = u128::from(u64::try_from(world.mfa_devices.len()).unwrap());
        let mut bits = || {
            number += 1;
            number
        };
        let place = ("/".to_owned(), name.to_owned());
        let id = world.create_mfa_device(
            ACCOUNT,
            place,
            Seed::new(SEED),
            Tags::new(),
            &mut Ids::new(&mut bits),
            NOW,
        )?;
        Ok(world.mfa_devices.get(&id).unwrap().arn(Partition::ALL[0]))
    }

    fn of(offset: Step) -> String {
        code(&SEED, step(NOW) + offset)
    }

    fn user(world: &mut World) -> UserId {
        let new = NewUser { path: "/".into(), name: "ada".into(), boundary: None, tags: Tags::new() };
        world.create_user(ACCOUNT, new, &mut Ids::new(&mut || 1), NOW).unwrap()
    }

    #[test]
    fn two_codes_make_it_somebodys_and_it_is_whose_until_it_is_taken_away() {
        let mut world = World::default();
        let ada = Some(user(&mut world));
        let serial = made(&mut world, "phone").unwrap();
        assert_eq!(serial, "arn:aws:iam::123456789012:mfa/phone");
        let wrong = world.enable_mfa_device(ACCOUNT, ada, &serial, (&of(0), &of(0)), NOW);
        assert_eq!(wrong, Err(IamRefusal::InvalidAuthenticationCode));
        world.enable_mfa_device(ACCOUNT, ada, &serial, (&of(-1), &of(0)), NOW).unwrap();
        let again = world.enable_mfa_device(ACCOUNT, None, &serial, (&of(-1), &of(0)), NOW);
        assert_eq!(again, Err(IamRefusal::MfaDeviceInUse));
        assert_eq!(world.delete_mfa_device(ACCOUNT, &serial), Err(IamRefusal::MfaDeviceAssigned));
        assert_eq!(world.delete_user(ACCOUNT, "ada"), Err(IamRefusal::HasMfaDevices));
        let others = world.deactivate_mfa_device(ACCOUNT, None, &serial);
        assert_eq!(others, Err(IamRefusal::MfaDeviceOfOther));
        world.deactivate_mfa_device(ACCOUNT, ada, &serial).unwrap();
        world.delete_user(ACCOUNT, "ada").unwrap();
        world.delete_mfa_device(ACCOUNT, &serial).unwrap();
        assert!(world.mfa_devices.is_empty());
    }

    #[test]
    fn a_code_is_taken_once_and_none_before_it() {
        let mut world = World::default();
        let serial = made(&mut world, "phone").unwrap();
        let use_code = |world: &mut World, code: &str, seconds: i64| {
            world.use_mfa_code(ACCOUNT, None, &serial, code, Timestamp(NOW.0 + seconds * 1000))
        };
        assert_eq!(use_code(&mut world, &of(0), 0), Err(CodeRefusal::NotTheirs));
        world.enable_mfa_device(ACCOUNT, None, &serial, (&of(-1), &of(0)), NOW).unwrap();
        // The codes that it was enabled with are used.
        assert_eq!(use_code(&mut world, &of(0), 0), Err(CodeRefusal::WrongCode));
        assert_eq!(use_code(&mut world, &of(1), 30), Ok(()));
        assert_eq!(use_code(&mut world, &of(1), 30), Err(CodeRefusal::WrongCode));
        assert_eq!(use_code(&mut world, &of(3), 60), Ok(()));
        assert_eq!(use_code(&mut world, &of(2), 60), Err(CodeRefusal::WrongCode));
        assert_eq!(use_code(&mut world, &of(9), 60), Err(CodeRefusal::WrongCode));
    }

    #[test]
    fn a_device_whose_clock_is_ahead_is_believed_after_it_was_synchronized() {
        let mut world = World::default();
        let serial = made(&mut world, "phone").unwrap();
        world.enable_mfa_device(ACCOUNT, None, &serial, (&of(-1), &of(0)), NOW).unwrap();
        let take = |world: &mut World, code: &str| world.use_mfa_code(ACCOUNT, None, &serial, code, NOW);
        assert_eq!(take(&mut world, &of(6)), Err(CodeRefusal::WrongCode));
        world.resync_mfa_device(ACCOUNT, None, &serial, (&of(4), &of(5)), NOW).unwrap();
        assert_eq!(take(&mut world, &of(6)), Ok(()));
        // What was used stays used.
        world.resync_mfa_device(ACCOUNT, None, &serial, (&of(-1), &of(0)), NOW).unwrap();
        assert_eq!(take(&mut world, &of(1)), Err(CodeRefusal::WrongCode));
    }

    #[test]
    fn a_name_is_one_devices_in_either_case_and_a_user_has_eight_at_most() {
        let mut world = World::default();
        made(&mut world, "phone").unwrap();
        assert_eq!(made(&mut world, "Phone"), Err(IamRefusal::Exists(IamNoun::MfaDevice, "Phone".into())));
        for number in 0..=MFA_DEVICES_PER_USER_MAX {
            let serial = made(&mut world, &format!("key{number}")).unwrap();
            let enabled = world.enable_mfa_device(ACCOUNT, None, &serial, (&of(-1), &of(0)), NOW);
            assert_eq!(enabled.is_ok(), number < MFA_DEVICES_PER_USER_MAX, "{number}: {enabled:?}");
        }
        assert_eq!(world.mfa_devices_with(ACCOUNT, None).len(), MFA_DEVICES_PER_USER_MAX);
        assert_eq!(world.mfa_devices_of(ACCOUNT)[0].name, "key0");
    }
}
