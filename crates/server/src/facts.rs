//! What the server knows and the network does not, handed to the actions that need it: console output, secret bits.

use awsproto::Input;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock;

/// Where facts come from.
#[derive(Default)]
pub struct Facts {
    host: arc_swap::ArcSwapOption<host::Host>,
}

impl Facts {
    /// Console output comes from here.
    pub fn set_host(&self, host: Arc<host::Host>) {
        self.host.store(Some(host));
    }

    /// The facts that an operation needs.
    pub async fn for_call(&self, operation: &str, input: &Input) -> BTreeMap<&'static str, Vec<u8>> {
        match operation {
            "GetConsoleOutput" => self.console(input.text("InstanceId")).await,
            "CreateKeyPair" => key_pair(input.text("KeyType")).await,
            _ => BTreeMap::new(),
        }
    }

    async fn console(&self, instance: Option<&str>) -> BTreeMap<&'static str, Vec<u8>> {
        let (Some(host), Some(id)) = (self.host.load_full(), instance) else { return BTreeMap::new() };
        // Only well-formed identifiers name a file.
        let Ok(id) = id.parse::<model::InstanceId>() else { return BTreeMap::new() };
        let console = tokio::task::spawn_blocking(move || host.console(&id.to_string())).await;
        match console {
            Ok(Ok(text)) => BTreeMap::from([(ec2::instance::CONSOLE_OUTPUT, text)]),
            Ok(Err(_)) | Err(_) => BTreeMap::new(),
        }
    }
}

/// Keys are secrets: their bits come from the system, not from the identifiers' generator. Primes are looked for here,
/// because all changes would wait for them in the writer.
async fn key_pair(key_type: Option<&str>) -> BTreeMap<&'static str, Vec<u8>> {
    let mut facts = BTreeMap::from([(ec2::key_pair::ENTROPY, clock::random::<32>().to_vec())]);
    if ec2::key_pair::needs_rsa_primes(key_type) {
        let look = || ec2::key_pair::rsa_primes(&clock::random());
        // Without them the action looks for its own.
        facts.extend(
            tokio::task::spawn_blocking(look).await.ok().map(|found| (ec2::key_pair::RSA_PRIMES, found)),
        );
    }
    facts
}
