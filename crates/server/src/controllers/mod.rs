//! What makes the network real: controllers, which compare what should be with what there is.

pub(crate) mod ended;
pub mod instance_connect_endpoints;
pub mod instances;
pub mod retries;
