//! When access keys, passwords and roles were last used, and for what; and which actions users and roles have called.
//!
//! A call only leaves a note; once a second all notes are written down as one change, so that no call waits for it. A use
//! like the last one that was written down is no news for a quarter of an hour ([`model::AccessKey::is_news`]). What was used
//! in the last second before a sudden end is not known; AWS says as little for up to four hours.

use awsproto::Principal;
use model::access_key::LastUsed;
use model::last_access::{Access, Accessor};
use model::{AccessKeyId, Region, Role, RoleId, Timestamp, UserId, World};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::writer::{Applied, State};

/// How often notes are written down.
const PERIOD: Duration = Duration::from_secs(1);

/// How many actions that somebody has called wait, so that they fit one change; further ones are noted with their next call.
const ACCESSES_WAITING_MAX: usize = 1_000;

/// What waits to be written down. There is at most one note for each key and role, and for each action of a user or a role.
#[derive(Default)]
pub(crate) struct Uses(Mutex<Notes>);

#[derive(Default)]
struct Notes {
    keys: BTreeMap<AccessKeyId, LastUsed>,
    passwords: BTreeMap<UserId, Timestamp>,
    roles: BTreeMap<RoleId, Access>,
    accesses: BTreeMap<(Accessor, &'static str), Access>,
}

impl Uses {
    /// Notes that somebody has signed a call with a key: of which service, in which Region, and when.
    pub(crate) fn note(
        &self,
        world: &World,
        principal: &Principal,
        access_key_id: &str,
        (service, region, at): (&str, Region, Timestamp),
    ) {
        let region = region.name();
        if let Principal::AssumedRole { role, .. } = principal {
            let is_news = |role: &Role| Access::is_news(role.last_used.as_ref(), region, at);
            let mut notes = self.notes();
            if notes.roles.contains_key(role) || world.roles.get(role).is_some_and(is_news) {
                notes.roles.insert(*role, Access { at, region: region.to_owned() });
            }
            return;
        }
        let key = access_key_id.parse().ok().and_then(|id: AccessKeyId| world.access_keys.get(&id));
        let Some(key) = key else { return };
        let mut notes = self.notes();
        // Next to what waits, what is written down already says nothing.
        if notes.keys.contains_key(&key.id) || key.is_news(service, region, at) {
            let used = LastUsed { at, service: service.to_owned(), region: region.to_owned() };
            notes.keys.insert(key.id, used);
        }
    }

    /// Notes that somebody has signed in to the console as a user.
    pub(crate) fn note_password(&self, user: UserId, at: Timestamp) {
        self.notes().passwords.insert(user, at);
    }

    /// Notes that somebody has called what asks for these actions, whether it was allowed or not: last accessed data "includes all
    /// attempts to access an AWS API, not just the successful ones" (GenerateServiceLastAccessedDetails).
    pub(crate) fn note_access(
        &self,
        world: &World,
        principal: &Principal,
        actions: &[&'static str],
        (region, at): (Region, Timestamp),
    ) {
        let who = match principal {
            Principal::User { user, .. } => Accessor::User(*user),
            Principal::AssumedRole { role, .. } => Accessor::Role(*role),
            Principal::Root(_) | Principal::FederatedUser { .. } | Principal::WebIdentity { .. } => return,
        };
        let known = world.last_accesses.get(&who);
        let mut notes = self.notes();
        for action in actions {
            let is_news = || known.is_none_or(|known| known.is_news(action, region.name(), at));
            let has_room = notes.accesses.len() < ACCESSES_WAITING_MAX;
            if notes.accesses.contains_key(&(who, *action)) || has_room && is_news() {
                notes.accesses.insert((who, *action), Access { at, region: region.name().to_owned() });
            }
        }
    }

    /// Writes notes down from now on.
    pub(crate) async fn write_down_for_ever(self: Arc<Self>, state: State) {
        loop {
            tokio::time::sleep(PERIOD).await;
            self.write_down(&state).await;
        }
    }

    async fn write_down(&self, state: &State) {
        let Notes { keys, passwords, roles, accesses } = std::mem::take(&mut *self.notes());
        if keys.is_empty() && passwords.is_empty() && roles.is_empty() && accesses.is_empty() {
            return;
        }
        let change = move |world: &mut World| {
            keys.into_iter().for_each(|(id, used)| world.note_access_key_used(id, used));
            passwords.into_iter().for_each(|(id, at)| world.note_password_used(id, at));
            roles.into_iter().for_each(|(id, used)| world.note_role_used(id, used));
            accesses.into_iter().for_each(|((who, action), access)| world.note_access(who, action, access));
            (Applied::Keep, ())
        };
        if let Err(error) = state.change(change).await {
            tracing::warn!(%error, "when keys were last used was not written down");
        }
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AccountId, Ids, UserId};

    #[test]
    fn only_news_wait_and_the_last_is_what_counts() {
        let (mut world, uses, account) = (World::default(), Uses::default(), AccountId::DEFAULT);
        let mut bits = || 7;
        let owner = Some(UserId::numbered(1));
        let id =
            world.create_access_key(account, owner, String::new(), &mut Ids::new(&mut bits), Timestamp(0));
        let id = id.unwrap();
        let region: Region = "us-east-1".parse().unwrap();
        let used = |at, service: &str| LastUsed {
            at: Timestamp(at),
            service: service.into(),
            region: region.name().into(),
        };
        let note_key = |world: &World, id: &str, at, service| {
            uses.note(world, &Principal::Root(account), id, (service, region, Timestamp(at)));
        };
        let note = |world: &World, at, service| note_key(world, &id.to_string(), at, service);
        note(&world, 1, "ec2");
        note(&world, 2, "ec2");
        let waiting = std::mem::take(&mut uses.notes().keys);
        assert_eq!(waiting, BTreeMap::from([(id, used(2, "ec2"))]));
        world.note_access_key_used(id, used(2, "ec2"));
        note(&world, 3, "ec2");
        assert!(uses.notes().keys.is_empty());
        note(&world, 4, "iam");
        note(&world, 5, "ec2");
        assert_eq!(uses.notes().keys, BTreeMap::from([(id, used(5, "ec2"))]));
        note_key(&world, "AKIAIOSFODNN7EXAMPLE", 5, "ec2");
        assert_eq!(uses.notes().keys.len(), 1);
    }

    #[test]
    fn what_users_call_is_noted_once_for_a_while() {
        let (mut world, uses, account) = (World::default(), Uses::default(), AccountId::DEFAULT);
        let mut bits = || 7;
        let (path, name) = ("/".to_owned(), "bob".to_owned());
        let new = model::user::NewUser { path, name: name.clone(), boundary: None, tags: Default::default() };
        let user = world.create_user(account, new, &mut Ids::new(&mut bits), Timestamp(0)).unwrap();
        let bob = Principal::User { account, user, path: "/".into(), name };
        let actions: &'static [&'static str] = &["ec2:RunInstances", "ec2:CreateTags"];
        let region: Region = "us-east-1".parse().unwrap();
        let at = |at| (region, Timestamp(at));
        let access = |at| Access { at: Timestamp(at), region: "us-east-1".into() };
        uses.note_access(&world, &Principal::Root(account), actions, at(1));
        assert!(uses.notes().accesses.is_empty(), "roots are not noted");
        uses.note_access(&world, &bob, actions, at(1));
        uses.note_access(&world, &bob, &actions[..1], at(2));
        let waiting = std::mem::take(&mut uses.notes().accesses);
        let who = Accessor::User(user);
        assert_eq!(waiting, BTreeMap::from([((who, actions[0]), access(2)), ((who, actions[1]), access(1))]));
        waiting.into_iter().for_each(|((who, action), access)| world.note_access(who, action, access));
        uses.note_access(&world, &bob, actions, at(3));
        assert!(uses.notes().accesses.is_empty());
        uses.note_access(&world, &bob, actions, at(60 * 60 * 1_000));
        assert_eq!(uses.notes().accesses.len(), 2);
        world.delete_user(account, "bob").unwrap();
        world.note_access(who, actions[0], access(4));
        assert!(world.last_accesses.get(&who).is_none(), "gone with the user");
    }
}
