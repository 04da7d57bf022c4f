//! With whom an account shares an image or a snapshot: `launchPermission`, `createVolumePermission`.
//!
//! Follows "Share an AMI" (EC2 User Guide) and "Share an Amazon EBS snapshot" (EBS User Guide).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::place::AccountId;

/// Who else may use something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sharing {
    /// Everybody: the group `all`.
    pub everybody: bool,
    /// These accounts.
    pub accounts: BTreeSet<AccountId>,
}

/// A change of [`Sharing`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSharing {
    /// Who may use it from now on.
    pub add: Sharing,
    /// Who may not any longer.
    pub remove: Sharing,
}

impl Sharing {
    /// Whether an account may use it because of this.
    pub fn is_with(&self, account: AccountId) -> bool {
        self.everybody || self.accounts.contains(&account)
    }

    /// The same after a change.
    pub fn changed(mut self, change: ChangeSharing) -> Sharing {
        let ChangeSharing { add, remove } = change;
        self.everybody = (self.everybody || add.everybody) && !remove.everybody;
        self.accounts.extend(add.accounts);
        self.accounts.retain(|account| !remove.accounts.contains(account));
        self
    }
}
