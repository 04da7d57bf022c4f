//! `hamlet env`: how AWS's tools find this Hamlet.

use serde::{Deserialize, Serialize};

use crate::running::Running;

/// What `hamlet env` prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Environment {
    /// Names and values, in order.
    pub variables: Vec<(String, String)>,
}

/// The variables with which AWS's tools find this Hamlet.
pub fn environment(running: &Running) -> Environment {
    let key = &running.root;
    let variables = [
        ("AWS_ENDPOINT_URL", format!("http://{}", running.api)),
        ("AWS_ACCESS_KEY_ID", key.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", key.secret_access_key.clone()),
        ("AWS_REGION", running.config.region.to_string()),
        ("AWS_DEFAULT_REGION", running.config.region.to_string()),
        // Some actions are asked of a name with something before it (`stream-127.0.0.1`), which leads nowhere here.
        ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true".to_owned()),
    ];
    Environment { variables: variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() }
}
