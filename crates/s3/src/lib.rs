//! S3: buckets are records of the model, objects are files beside their index.
//!
//! [`s3s`] reads requests, checks signatures and writes answers; what they mean is in [`service`], and who may ask is said by
//! whom this is built into ([`surroundings::Surroundings`]).

pub mod cors;
pub mod objects;
pub mod operations;
pub mod public;
pub mod service;
pub mod surroundings;
pub mod website;
