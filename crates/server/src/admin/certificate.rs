//! `hamlet certificate`: what instance identity documents are signed with.

use serde::{Deserialize, Serialize};

use super::answer::Refused;
use crate::running::Running;

/// What `hamlet certificate` prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Certificate {
    /// The certificate that instance identity documents are signed with.
    pub pem: String,
}

pub(super) async fn certificate(running: &Running) -> Result<Certificate, Refused> {
    let key = running.identity.key().await.map_err(Refused::failed)?;
    Ok(Certificate { pem: key.certificate().map_err(Refused::failed)? })
}
