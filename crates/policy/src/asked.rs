//! What is asked, and the same made ready once for all policies.

use crate::action::AskedAction;
use crate::context::Context;
use crate::principal::Principal;

/// What is asked: may this principal do this with this?
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `ec2:RunInstances`, in any case.
    pub action: &'a str,
    /// An ARN, or `*` where the action has no resource.
    pub resource: &'a str,
    /// The account that the resource belongs to; None: the caller's own.
    pub resource_account: Option<&'a str>,
    /// Who asks.
    pub principal: &'a Principal<'a>,
    /// What is known of the request.
    pub context: &'a Context,
}

/// A request made ready.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) action: AskedAction,
    pub(crate) resource: &'a str,
    pub(crate) principal: &'a Principal<'a>,
    pub(crate) context: &'a Context,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(request: &Request<'a>) -> Asked<'a> {
        Asked {
            action: AskedAction::new(request.action),
            resource: request.resource,
            principal: request.principal,
            context: request.context,
        }
    }
}

impl Request<'_> {
    /// Whether the resource is the caller's own account's. Who has no account is nobody's own.
    pub(crate) fn is_same_account(&self) -> bool {
        match (self.principal.account(), self.resource_account) {
            (Some(caller), Some(owner)) => caller == owner,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}
