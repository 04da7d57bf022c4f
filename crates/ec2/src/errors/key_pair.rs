//! What AWS says when a change of key pairs is refused.

use awsproto::AwsError;
use model::IdKind;
use model::refusal::KeyPairRefusal;

use super::not_found;

pub(super) fn refused(refusal: KeyPairRefusal) -> AwsError {
    match refusal {
        KeyPairRefusal::Exists(name) => {
            AwsError::new("InvalidKeyPair.Duplicate", format!("The keypair '{name}' already exists."))
        }
        KeyPairRefusal::NoneOfName(name) => not_found(IdKind::KeyPair, &[&name]),
    }
}
