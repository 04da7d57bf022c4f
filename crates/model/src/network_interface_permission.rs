//! Permissions of other accounts at network interfaces: to attach one to an instance of theirs, or an Elastic IP address of
//! theirs to it.
//!
//! Follows CreateNetworkInterfacePermission and its neighbours (EC2 API Reference). No permissions of AWS services:
//! "currently not supported".

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::link::Link;
use crate::network_interface::NetworkInterface;
use crate::place::{AccountId, Scope};
use crate::refusal::{NetworkInterfaceRefusal, Refusal};
use crate::world::World;

/// What an account may do with somebody else's interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkInterfacePermission {
    /// Its identifier.
    pub id: NetworkInterfacePermissionId,
    /// Owner and Region of the interface.
    pub scope: Scope,
    /// The interface.
    pub interface: NetworkInterfaceId,
    /// Who may.
    pub account: AccountId,
    /// What.
    pub kind: InterfacePermissionKind,
}

/// What is permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InterfacePermissionKind {
    /// Attaching the interface to an instance.
    InstanceAttach,
    /// Associating an Elastic IP address with it.
    EipAssociate,
}

impl World {
    /// Permits an account something. The same once more is the permission that there is.
    pub fn permit_interface(
        &mut self,
        scope: Scope,
        interface: NetworkInterfaceId,
        account: AccountId,
        kind: InterfacePermissionKind,
        ids: &mut Ids<'_>,
    ) -> Result<NetworkInterfacePermissionId, Refusal> {
        self.users_network_interface(scope, interface)?;
        let others: Vec<_> =
            self.network_interface_permissions.linked(Link::NetworkInterface(interface)).collect();
        // "You can grant permission to a single Amazon Web Services account only".
        if let Some(other) = others.iter().find(|it| it.account != account) {
            return Err(NetworkInterfaceRefusal::PermittedToOther(interface, other.account).into());
        }
        if let Some(same) = others.iter().find(|it| it.kind == kind) {
            return Ok(same.id);
        }
        let id = ids.fresh();
        let permission = NetworkInterfacePermission { id, scope, interface, account, kind };
        self.network_interface_permissions.insert(id, permission);
        Ok(id)
    }

    /// Takes a permission back. "You cannot delete the permission if the account … has attached the network interface to an
    /// instance", unless that is forced; the attachment stays then.
    pub fn delete_interface_permission(
        &mut self,
        scope: Scope,
        id: NetworkInterfacePermissionId,
        force: bool,
    ) -> Result<(), Refusal> {
        let permission = self.network_interface_permissions.get(&id).filter(|it| it.scope == scope);
        let permission = permission.ok_or(NetworkInterfaceRefusal::NoSuchPermission(id))?;
        let interface = self.network.network_interfaces.get(&permission.interface);
        let attachment = interface.and_then(|it| it.attachment.as_ref());
        let is_used = permission.kind == InterfacePermissionKind::InstanceAttach
            && attachment.is_some_and(|it| it.instance_owner == permission.account);
        if is_used && !force {
            return Err(NetworkInterfaceRefusal::PermissionInUse(id).into());
        }
        self.network_interface_permissions.remove(&id);
        Ok(())
    }

    /// An interface that is the caller's, or with which its owner permits the caller to do this.
    pub(crate) fn permitted_interface(
        &self,
        scope: Scope,
        id: NetworkInterfaceId,
        kind: InterfacePermissionKind,
    ) -> Result<&NetworkInterface, Refusal> {
        let permits = |it: &NetworkInterfacePermission| {
            it.account == scope.account && it.kind == kind && it.scope.region == scope.region
        };
        match self.network_interface_permissions.linked(Link::NetworkInterface(id)).any(permits) {
            true => self.network.network_interfaces.get(&id).ok_or(Refusal::NotFound(id.into())),
            false => self.users_network_interface(scope, id),
        }
    }

    /// Forgets what was permitted with an interface that goes.
    pub(crate) fn forget_permissions_of(&mut self, interface: NetworkInterfaceId) {
        let gone = self.network_interface_permissions.linked(Link::NetworkInterface(interface));
        for id in gone.map(|it| it.id).collect::<Vec<_>>() {
            self.network_interface_permissions.remove(&id);
        }
    }
}
