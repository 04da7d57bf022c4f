//! What a run is told: where to listen, where to keep data, for whom.

use guest::internet::Internet;
use model::image::UnknownImages;
use model::service_quota::QuotaDefaults;
use model::{AccountId, Region};
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::oidc_issuer::OidcIssuer;

/// What a run is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the API is served.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub data: PathBuf,
    /// The account of callers that name none.
    pub account: AccountId,
    /// The Region of callers that name none.
    pub region: Region,
    /// Whose signatures are accepted.
    pub auth: Auth,
    /// The users of this machine, by number, who are answered in open mode beside the daemon's own and root.
    pub allowed_users: Vec<u32>,
    /// Host names by which clients speak to the API, beside addresses, localhost and AWS's own.
    pub host_names: Vec<String>,
    /// What instances are made of.
    pub instances: Instances,
    /// What becomes of image ids that are not in the catalogue.
    pub unknown_images: UnknownImages,
    /// Quotas that are set for everybody.
    pub quotas: QuotaDefaults,
    /// The identity providers whose keys can be asked for.
    pub oidc_issuers: Vec<OidcIssuer>,
    /// Whether programs in instances may make namespaces of their own.
    pub nesting: host::Nesting,
    /// How long what AWS calls a minute is for flow logs.
    pub flow_log_minute: std::time::Duration,
    /// The internet around the VPCs.
    pub internet: Internet,
    /// Where the AWS CLI's packages are, if the host has none of its own to share with instances.
    pub aws_cli: Option<PathBuf>,
    /// The program that instances' first processes are started from: usually this very one.
    pub program: PathBuf,
}

/// Whose signatures are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Keys that nobody knows act as the account's root; keys that exist are verified. For loopback, and for some of this
    /// machine's users only.
    Open,
    /// Only keys that exist.
    Strict,
}

/// What instances are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instances {
    /// Processes in namespaces of their own, with a link into the data plane.
    Namespace,
    /// Nothing: states change at once and no packet moves.
    None,
}
