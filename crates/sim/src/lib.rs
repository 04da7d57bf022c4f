//! Test only: the network fixture language and the reference model.
//!
//! [`fixture`] reads networks and questions written as text; [`mod@reference`] says, slowly and obviously, what AWS would do
//! with a packet, so that the engine can be compared with it.

#![forbid(unsafe_code)]

pub mod fixture;
pub mod network;
pub mod random;
pub mod reference;

pub use fixture::Fixture;
