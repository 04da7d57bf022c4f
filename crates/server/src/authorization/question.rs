//! What is asked about one resource: everything that decides, kept together, so that it can be explained later, too.

use awsproto::OwnPolicy;
use policy::{Attached, Context, Decision, Document, Explanation, Origin, ResourcePolicy};
use std::sync::Arc;

use super::standing::{Asker, Standing};

/// A question.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// `ec2:RunInstances`.
    pub(crate) action: &'static str,
    /// The resource's ARN, or `*`.
    pub(crate) resource: Arc<str>,
    /// Whose it is, if that is known.
    pub(crate) resource_account: Option<String>,
    /// Who asks.
    pub(crate) asker: Arc<Asker>,
    /// Their policies.
    pub(crate) standing: Arc<Standing>,
    /// A role's trust policy, where it is asked whether somebody may act as the role.
    pub(crate) trust: Option<Document>,
    /// The resource's own policy, if it has one that may let others in.
    pub(crate) policy: Option<Arc<OwnPolicy>>,
    /// The policy of the VPC endpoint that the call came through.
    pub(crate) endpoint: Option<Arc<OwnPolicy>>,
    /// The condition keys.
    pub(crate) context: Arc<Context>,
}

impl Question {
    /// Whether it is allowed.
    pub(crate) fn decide(&self) -> Decision {
        self.ask(policy::decide)
    }

    /// Why.
    pub(crate) fn explained<T>(&self, look: impl FnOnce(&Explanation<'_>) -> T) -> T {
        self.ask(|request, policies| look(&policy::explain(request, policies)))
    }

    fn ask<T>(&self, ask: impl FnOnce(&policy::Request<'_>, &policy::Policies<'_>) -> T) -> T {
        let principal = self.asker.principal();
        let request = policy::Request {
            action: self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            principal: &principal,
            context: &self.context,
        };
        let trust = self.trust.as_ref().map(|document| ResourcePolicy {
            attached: Attached { document, origin: Origin::Trust { role_arn: &self.resource } },
            must_allow: true,
        });
        let own =
            self.policy.as_deref().map(|own| ResourcePolicy { attached: attached(own), must_allow: false });
        let endpoint = self.endpoint.as_deref().map(attached);
        self.standing.with(trust.or(own), endpoint, |policies| ask(&request, policies))
    }
}

fn attached(own: &OwnPolicy) -> Attached<'_> {
    Attached { document: &own.document, origin: Origin::Resource { arn: &own.arn } }
}
