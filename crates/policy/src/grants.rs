//! Which services a policy lets somebody call: what "last accessed" and the like ask, which look at nothing but statements that
//! allow and their actions.
//!
//! Follows ListPoliciesGrantingServiceAccess (IAM API Reference).

use crate::document::Document;
use crate::statement::Effect;

impl Document {
    /// Whether it allows any action of a service, as `ec2`, with whatever and under whatever condition.
    pub fn grants_service(&self, service: &str) -> bool {
        let mut allowed = self.statements().iter().filter(|statement| statement.effect == Effect::Allow);
        allowed.any(|statement| statement.actions.are_of_service(service))
    }
}
