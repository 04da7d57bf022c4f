//! One call: who asks, where, when, and what its action gets that the state does not have.

use crate::ids::IdSource;
use crate::input::Input;
use crate::origin::Origin;
use crate::principal::Principal;
use crate::sealed::SessionKey;
use crate::session::Session;
use crate::trail::Event;
use model::Timestamp;
use model::image::UnknownImages;
use model::{Ids, InstanceId, Partition, Scope};
use std::fs::File;
use std::sync::Arc;

/// Who calls, from where, when, and what the handler draws its identifiers from.
#[derive(Clone, Debug)]
pub struct Call {
    /// The account and Region that are called.
    pub scope: Scope,
    /// Who calls.
    pub principal: Principal,
    /// The identifier of the access key that the request was signed with.
    pub access_key_id: String,
    /// What is known of the session, where the credentials are temporary.
    pub session: Option<Arc<Session>>,
    /// Whether nobody knows that key, and open mode takes whoever asks for an administrator.
    pub is_stranger: bool,
    /// What session tokens are sealed with.
    pub sessions: SessionKey,
    /// The request's UUID, also in the answer.
    pub request_id: String,
    /// The moment of the call.
    pub now: Timestamp,
    /// By which way it has come.
    pub origin: Origin,
    /// The host and port that it was spoken to, where that is none of AWS's names.
    pub spoken_to: Option<String>,
    /// Where new identifiers come from.
    pub ids: IdSource,
    /// What becomes of image ids that nobody knows.
    pub unknown_images: UnknownImages,
    /// What the row's need has brought.
    pub provided: Provided,
    /// The request's body, where the row says that it is streamed.
    pub body: Option<StreamedBody>,
}

/// A body that was streamed to disk.
#[derive(Clone, Debug)]
pub struct StreamedBody {
    /// The file, which has no name: it is gone with its last handle. An action hands it on; it does not read it.
    pub file: Arc<File>,
    /// Its length in bytes.
    pub length: usize,
    /// Its SHA-256.
    pub sha256: [u8; 32],
}

impl Call {
    /// Runs a change that needs new identifiers.
    pub fn with_ids<T>(&mut self, change: impl FnOnce(&mut Ids<'_>) -> T) -> T {
        self.ids.with_ids(change)
    }

    /// The partition that is called.
    pub fn partition(&self) -> Partition {
        self.scope.region.partition()
    }

    /// The ARN of whom it acts for.
    pub fn principal_arn(&self) -> String {
        self.principal.arn(self.partition())
    }
}

/// Random bits that nobody can guess, which the identifiers' generator is not good for.
pub type SecretBits = [u8; 32];

/// What an action needs besides the state. The server brings it before the action is called.
#[derive(Clone, Copy)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// Secret bits, and what the function makes of them: long work that no other change should wait for.
    Secret(fn(&Input, &SecretBits) -> Vec<u8>),
    /// The console output of the instance that the function finds in the request.
    ConsoleOutput(fn(&Input) -> Option<InstanceId>),
    /// What CloudTrail has written down in the account and Region that are called.
    Events,
    /// The word of an identity provider for who asks: nobody signs such a call, and whoever asks is
    /// [`Principal::WebIdentity`].
    Voucher,
}

/// What a need has brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Provided {
    /// Nothing.
    #[default]
    Nothing,
    /// For [`Need::Secret`].
    Secret {
        /// The bits.
        bits: SecretBits,
        /// What was made of them.
        made: Vec<u8>,
    },
    /// For [`Need::ConsoleOutput`], if there is any.
    ConsoleOutput(Option<Vec<u8>>),
    /// For [`Need::Events`]: the newest first, each with its place, which grows with the time.
    Events(Vec<(u64, Arc<Event>)>),
}
