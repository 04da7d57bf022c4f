//! AWS Account Management: which Regions an account can use, what it is called, whom AWS writes to.
//!
//! Follows the Account Management API Reference. An account speaks for itself alone: there are no organizations, whose
//! management account would for its members. No email addresses of roots, and no telephone is ever called.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod alternate_contact;
mod contact;
mod errors;
mod information;
mod region;
pub mod shapes;
#[cfg(test)]
mod testing;
mod touches;

use awsproto::{Action, Api, read, write};
use model::World;
use shapes::op;

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: &[],
    tokens: &(),
    first_use: None,
    touches: touches::touches,
};

/// What the service can do.
static ACTIONS: &[Action<World>] = &[
    write!(EnableRegion, region::enable),
    write!(DisableRegion, region::disable),
    read!(ListRegions, region::list),
    read!(GetRegionOptStatus, region::status),
    read!(GetContactInformation, contact::get),
    write!(PutContactInformation, contact::put),
    read!(GetAlternateContact, alternate_contact::get),
    write!(PutAlternateContact, alternate_contact::put),
    write!(DeleteAlternateContact, alternate_contact::delete),
    read!(GetAccountInformation, information::get),
    write!(PutAccountName, information::put_name),
];

#[cfg(test)]
mod tests {
    use awsproto::constraints::is_known_pattern;

    #[test]
    fn every_pattern_of_the_model_can_be_matched() {
        let text = include_str!("shapes.rs");
        let patterns = text.split("Rule::Pattern(").skip(1).filter_map(|rest| {
            let literal = rest.trim_start().strip_prefix('"')?.split("\")").next()?;
            Some(literal.replace("\\\\", "\\"))
        });
        let patterns: std::collections::BTreeSet<String> = patterns.collect();
        assert_eq!(patterns.len(), 5, "{patterns:?}");
        assert!(patterns.iter().all(|pattern| is_known_pattern(pattern)), "{patterns:?}");
    }
}
