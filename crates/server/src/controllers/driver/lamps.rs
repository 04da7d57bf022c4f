//! The smallest controller there is: lamps that should burn, and lamps that do. `docs/add-a-controller.md` begins with it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use super::Controller;

/// Which lamps should burn, and which do.
#[derive(Clone, Default)]
pub(super) struct Lamps {
    pub(super) wanted: Arc<Mutex<BTreeSet<u8>>>,
    pub(super) burning: Arc<Mutex<BTreeSet<u8>>>,
    /// What happens when one is lit or put out.
    pub(super) hand: Arc<Mutex<Option<Hand>>>,
}

/// Lights a lamp, or does not.
pub(super) type Hand = Arc<dyn Fn(u8, Step) -> anyhow::Result<()> + Send + Sync>;

/// What is to be done for one lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Light,
    PutOut,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Light => "light",
            Step::PutOut => "put out",
        })
    }
}

impl Controller for Lamps {
    const NAME: &'static str = "lamps";
    type Wanted = BTreeSet<u8>;
    type Found = BTreeSet<u8>;
    type Key = u8;
    type Step = Step;

    fn wanted(&self) -> Arc<BTreeSet<u8>> {
        Arc::new(self.wanted.lock().unwrap().clone())
    }

    fn found(&self) -> BTreeSet<u8> {
        self.burning.lock().unwrap().clone()
    }

    fn plan(wanted: &BTreeSet<u8>, found: &BTreeSet<u8>) -> Vec<(u8, Step)> {
        let dark = wanted.difference(found).map(|lamp| (*lamp, Step::Light));
        let bright = found.difference(wanted).map(|lamp| (*lamp, Step::PutOut));
        dark.chain(bright).collect()
    }

    fn take(&self, lamp: u8, step: &Step) -> anyhow::Result<()> {
        let hand = self.hand.lock().unwrap().clone();
        if let Some(hand) = hand {
            hand(lamp, *step)?;
        }
        let mut burning = self.burning.lock().unwrap();
        match step {
            Step::Light => burning.insert(lamp),
            Step::PutOut => burning.remove(&lamp),
        };
        Ok(())
    }
}

impl Lamps {
    pub(super) fn want(&self, lamps: impl IntoIterator<Item = u8>) {
        *self.wanted.lock().unwrap() = lamps.into_iter().collect();
    }

    pub(super) fn by(&self, hand: impl Fn(u8, Step) -> anyhow::Result<()> + Send + Sync + 'static) {
        *self.hand.lock().unwrap() = Some(Arc::new(hand));
    }

    pub(super) fn burning(&self) -> Vec<u8> {
        self.burning.lock().unwrap().iter().copied().collect()
    }
}

#[test]
fn what_should_burn_is_lit_and_what_should_not_is_put_out() {
    let lamps = |lamps: &[u8]| lamps.iter().copied().collect::<BTreeSet<u8>>();
    assert_eq!(Lamps::plan(&lamps(&[1, 2]), &lamps(&[2, 3])), [(1, Step::Light), (3, Step::PutOut)]);
    assert_eq!(Lamps::plan(&lamps(&[1]), &lamps(&[1])), []);
}
