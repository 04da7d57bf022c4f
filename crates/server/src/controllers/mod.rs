//! What makes the network real: controllers, which compare what should be with what there is.

mod agenda;
pub mod driver;
pub(crate) mod ended;
pub mod instance_connect_endpoints;
pub mod instances;
pub mod retries;
pub mod status;
pub mod without_machines;
