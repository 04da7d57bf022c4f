//! Why a change of key pairs is refused.

/// A refused change of a key pair.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyPairRefusal {
    /// The name is taken.
    Exists(String),
    /// There is no key pair of this name.
    NoneOfName(String),
}
