//! The terminals that are open, by the names under which pages come back to them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

use super::session::Attached;
use crate::clock;

/// How many there are at once.
const TERMINALS_MAX: usize = 64;
/// Bytes of a name: who knows it and is signed in gets the terminal.
const NAME_BYTES: usize = 16;

/// All of them.
#[derive(Clone, Default)]
pub struct Terminals(Arc<Mutex<Open>>);

type Open = BTreeMap<String, mpsc::Sender<Attached>>;

/// A terminal's place, held as long as this lives.
pub(super) struct Place {
    terminals: Terminals,
    name: String,
}

impl Terminals {
    /// A place for one more, and where the pages arrive that come back to it.
    pub(super) fn enter(&self) -> Option<(Place, mpsc::Receiver<Attached>)> {
        let mut open = self.lock();
        if open.len() >= TERMINALS_MAX {
            return None;
        }
        let name = URL_SAFE_NO_PAD.encode(clock::random::<NAME_BYTES>());
        let (sender, receiver) = mpsc::channel(1);
        open.insert(name.clone(), sender);
        Some((Place { terminals: self.clone(), name }, receiver))
    }

    /// Gives a terminal the page that has come back to it; the page again if there is no such terminal.
    pub(super) fn attach(&self, name: &str, page: Attached) -> Result<(), Attached> {
        let sender = self.lock().get(name).cloned();
        let Some(sender) = sender else { return Err(page) };
        sender.try_send(page).map_err(mpsc::error::TrySendError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// What the terminal is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.terminals.lock().remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_at_once_and_what_was_given_back_may_be_had_again() {
        let terminals = Terminals::default();
        let mut held: Vec<_> = (0..TERMINALS_MAX).map(|_| terminals.enter().unwrap()).collect();
        assert!(terminals.enter().is_none());
        let (place, _) = held.remove(0);
        assert!(place.name().len() >= 22, "128 bits");
        drop(place);
        assert!(terminals.enter().is_some());
    }
}
