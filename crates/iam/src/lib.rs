//! AWS Identity and Access Management: requests in, answers and changes out.
//!
//! Roles and instance profiles, as far as instances need them. Policies attached to roles, of which lists say that there
//! are none, users, groups and access keys are not here: they are answered as "not implemented", and every principal may do everything.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod constraint;
mod errors;
mod instance_profile;
mod listing;
mod role;
mod role_policies;
pub mod shapes;
mod tags;
#[rustfmt::skip]
mod vacant;
#[cfg(test)]
mod testing;

use awsproto::authorization::touches_nothing;
use awsproto::{Action, Api, read, write};
use model::World;
use shapes::op;

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: vacant::ROWS,
    tokens: &(),
    first_use: None,
    touches: touches_nothing,
};

/// Every action of IAM that Hamlet has.
static ACTIONS: &[Action<World>] = &[
    // Roles.
    write!(CreateRole, role::create),
    read!(GetRole, role::get),
    read!(ListRoles, role::list),
    write!(UpdateRole, role::update),
    write!(UpdateAssumeRolePolicy, role::update_trust_policy),
    write!(DeleteRole, role::delete),
    write!(TagRole, role::tag),
    write!(UntagRole, role::untag),
    read!(ListRoleTags, role::list_tags),
    read!(ListRolePolicies, role_policies::list_inline),
    read!(ListAttachedRolePolicies, role_policies::list_attached),
    // Instance profiles.
    write!(CreateInstanceProfile, instance_profile::create),
    read!(GetInstanceProfile, instance_profile::get),
    read!(ListInstanceProfiles, instance_profile::list),
    read!(ListInstanceProfilesForRole, instance_profile::list_for_role),
    write!(AddRoleToInstanceProfile, instance_profile::add_role),
    write!(RemoveRoleFromInstanceProfile, instance_profile::remove_role),
    write!(DeleteInstanceProfile, instance_profile::delete),
    write!(TagInstanceProfile, instance_profile::tag),
    write!(UntagInstanceProfile, instance_profile::untag),
    read!(ListInstanceProfileTags, instance_profile::list_tags),
];
