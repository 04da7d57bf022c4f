//! What AWS says when a change of prefix lists is refused.

use awsproto::AwsError;
use model::refusal::PrefixListRefusal;

use super::invalid;

pub(super) fn refused(refusal: PrefixListRefusal) -> AwsError {
    match refusal {
        PrefixListRefusal::ManagedByAws(list) => AwsError::new(
            "UnsupportedOperation",
            format!("The prefix list {list} is managed by AWS and cannot be changed."),
        ),
        PrefixListRefusal::Version(_) => {
            AwsError::new("PrefixListVersionMismatch", "The prefix list has the incorrect version number.")
        }
        PrefixListRefusal::Full => AwsError::new(
            "PrefixListMaxEntriesExceeded",
            "You've reached the maximum number of entries for the prefix list.",
        ),
        PrefixListRefusal::NoSuchVersion(version) => {
            invalid(format!("The prefix list version {version} does not exist."))
        }
        PrefixListRefusal::Family(cidr) => {
            invalid(format!("The CIDR {cidr} is not of the prefix list's address family."))
        }
        PrefixListRefusal::EntryExists(cidr) => {
            invalid(format!("The prefix list already has an entry for the CIDR {cidr}."))
        }
        PrefixListRefusal::NoSuchEntry(cidr) => {
            invalid(format!("The prefix list has no entry for the CIDR {cidr}."))
        }
    }
}
