//! What AWS says when a change of network ACLs is refused.

use awsproto::AwsError;
use model::refusal::NetworkAclRefusal;

use super::{identifier::unknown, invalid};

pub(super) fn refused(refusal: NetworkAclRefusal) -> AwsError {
    match refusal {
        NetworkAclRefusal::OfVpc(acl) => invalid(format!("cannot delete default network ACL {acl}")),
        NetworkAclRefusal::EntryExists(number) => AwsError::new(
            "NetworkAclEntryAlreadyExists",
            format!("The network acl entry identified by {number} already exists."),
        ),
        NetworkAclRefusal::NoSuchEntry(number) => AwsError::new(
            "InvalidNetworkAclEntry.NotFound",
            format!("The network acl entry identified by {number} does not exist"),
        ),
        NetworkAclRefusal::NoSuchAssociation(id) => unknown(id),
    }
}
