//! Instances: servers, their states and what they were launched with.
//!
//! Follows "Amazon EC2 instance state changes" (EC2 User Guide). What makes an instance real, the processes and links,
//! is not here: a controller compares these states with what runs, and reports back.

use serde::{Deserialize, Serialize};

use crate::cpu_options::CpuOptions;
use crate::ids::*;
use crate::instance_profile_association::InstanceProfileAssociation;
use crate::instance_state::InstanceState;
use crate::place::{Scope, Zone};
use crate::placement_group::InstancePlacement;
use crate::tags::Tags;
use crate::timestamp::Timestamp;

/// An instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Its identifier.
    pub id: InstanceId,
    /// Owner and Region.
    pub scope: Scope,
    /// The launch that made it.
    pub reservation: ReservationId,
    /// Position within that launch.
    pub launch_index: u32,
    /// The image it was made from.
    pub image: ImageId,
    /// Its type, such as `t2.micro`.
    pub instance_type: String,
    /// Its zone.
    pub zone: Zone,
    /// Subnet of its primary interface; `None` once terminated.
    pub subnet: Option<SubnetId>,
    /// VPC of its primary interface; `None` once terminated.
    pub vpc: Option<VpcId>,
    /// Attached interfaces, by device index.
    pub interfaces: Vec<NetworkInterfaceId>,
    /// Where it is in its life.
    pub state: InstanceState,
    /// Why it is in that state, when it did not get there by starting well.
    pub state_reason: Option<StateReason>,
    /// The key pair's name.
    pub key_name: Option<String>,
    /// The key pair's public key at launch, as a line of `authorized_keys`.
    pub public_key: Option<String>,
    /// When it was last started.
    pub launched: Timestamp,
    /// Counts starts; a start that is under way is told from the one before by it.
    pub boot: u64,
    /// User data, as it was given (decoded from base64).
    #[serde(with = "crate::base64_text")]
    pub user_data: Vec<u8>,
    /// How its metadata can be read.
    pub metadata_options: MetadataOptions,
    /// `DisableApiTermination`.
    pub disable_api_termination: bool,
    /// `DisableApiStop`.
    pub disable_api_stop: bool,
    /// What a shutdown from inside does.
    pub shutdown_behavior: ShutdownBehavior,
    /// Detailed monitoring, shown and without effect.
    pub monitoring: bool,
    /// EBS optimization, shown and without effect.
    pub ebs_optimized: bool,
    /// Where it has the volume that it starts from, such as `/dev/xvda`.
    pub root_device: String,
    /// How processor credits are spent, `standard` or `unlimited`; shown and without effect.
    pub cpu_credits: Option<String>,
    /// Its cores and threads, where they are not its type's.
    #[serde(default)]
    pub cpu_options: Option<CpuOptions>,
    /// Where it is placed.
    #[serde(default)]
    pub placement: InstancePlacement,
    /// What may be done to it without asking.
    #[serde(default)]
    pub maintenance: MaintenanceOptions,
    /// The token that made the launch idempotent.
    pub client_token: String,
    /// The IAM instance profile that it is associated with.
    pub profile_association: Option<InstanceProfileAssociation>,
    /// When the last stop or termination was asked for; part of the reason that is shown.
    pub transition: Option<Timestamp>,
    /// When it was terminated; shown for about an hour after.
    pub terminated: Option<Timestamp>,
    /// Keys pushed by EC2 Instance Connect that have not expired.
    pub pushed_keys: Vec<PushedKey>,
    /// Tags.
    pub tags: Tags,
}

/// An ssh key pushed by EC2 Instance Connect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushedKey {
    /// The operating system user that it is for.
    pub os_user: String,
    /// The key, as a line of `authorized_keys`.
    pub public_key: String,
    /// 60 seconds after it was pushed.
    pub expires: Timestamp,
}

impl PushedKey {
    /// How long a key holds ("for 60 seconds", SendSSHPublicKey).
    pub const LIFETIME_MS: i64 = 60 * 1000;

    /// Whether it still holds. One that would hold for twice as long as any key does was pushed before the clock was set
    /// back, and by how much nobody knows; small steps must harm none.
    pub fn holds(&self, now: Timestamp) -> bool {
        (1..2 * Self::LIFETIME_MS).contains(&self.expires.0.saturating_sub(now.0))
    }
}

/// Why an instance is in its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StateReason {
    /// A user asked for it.
    UserInitiatedShutdown,
    /// It was shut down from inside.
    InstanceInitiatedShutdown,
    /// It could not be started.
    InternalError,
}

/// What may be done to an instance without asking; shown and without effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceOptions {
    /// `AutoRecovery`: whether it stays where it is when the hardware fails.
    pub no_auto_recovery: bool,
    /// `RebootMigration`: whether a planned reboot leaves it where it is.
    pub no_reboot_migration: bool,
}

/// What a shutdown from inside the instance does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShutdownBehavior {
    /// Stops the instance.
    #[default]
    Stop,
    /// Terminates it.
    Terminate,
}

/// How instance metadata can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataOptions {
    /// `HttpEndpoint`: whether it answers at all.
    pub enabled: bool,
    /// `HttpTokens`: whether only version 2, with session tokens, is answered.
    pub tokens_required: bool,
    /// `HttpPutResponseHopLimit`: how far a token travels, 1 to 64.
    pub hop_limit: u8,
    /// `HttpProtocolIpv6`: whether it answers on IPv6.
    pub ipv6: bool,
    /// `InstanceMetadataTags`: whether tags are shown.
    pub instance_tags: bool,
}
