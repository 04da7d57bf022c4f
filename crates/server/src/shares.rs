//! Something of which there is only so much, in shares: whoever asks gets no more than their share, so that others find
//! some left.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Who holds a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// Those for whom this Hamlet runs. They may have all of it.
    Own,
    /// One user of this machine.
    User(u32),
    /// One address outside of it.
    Address(IpAddr),
    /// All who are refused anyway, together.
    Refused,
}

impl Holder {
    /// Whoever is at an address. In IPv6 a whole /64 is one network's, in which anybody has as many as they want.
    pub(crate) fn at(address: IpAddr) -> Holder {
        Holder::Address(match address.to_canonical() {
            IpAddr::V4(v4) => v4.into(),
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        })
    }

    /// How much of `all` they may hold.
    fn share(self, all: usize) -> usize {
        match self {
            Holder::Own => all,
            Holder::User(_) | Holder::Address(_) => all / 2,
            Holder::Refused => all / 16,
        }
    }
}

/// All there is.
#[derive(Debug)]
pub struct Shares {
    all: usize,
    held: Mutex<HashMap<Holder, usize>>,
}

impl Shares {
    pub(crate) fn of(all: usize) -> Arc<Shares> {
        Arc::new(Shares { all, held: Mutex::default() })
    }

    /// A part, if there is one left for its holder. It is given back when dropped.
    pub(crate) fn take(self: &Arc<Self>, holder: Holder, amount: usize) -> Option<Share> {
        let mut share = Share { of: Arc::clone(self), holder, amount: 0 };
        share.grow(amount).then_some(share)
    }

    /// How much is held by all together.
    #[cfg(test)]
    fn total(&self) -> usize {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
}

/// A part that is held.
#[derive(Debug)]
pub struct Share {
    of: Arc<Shares>,
    holder: Holder,
    amount: usize,
}

impl Share {
    /// Takes some more, if there is enough left; nothing otherwise.
    pub(crate) fn grow(&mut self, amount: usize) -> bool {
        let mut held = self.of.held.lock().unwrap_or_else(PoisonError::into_inner);
        let total: usize = held.values().sum();
        let own = held.get(&self.holder).copied().unwrap_or(0);
        let fits = amount <= self.of.all.saturating_sub(total)
            && amount <= self.holder.share(self.of.all).saturating_sub(own);
        if fits && amount > 0 {
            held.insert(self.holder, own + amount);
            self.amount += amount;
        }
        fits
    }

    /// How much it is.
    pub(crate) fn amount(&self) -> usize {
        self.amount
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.of.held.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = held.get(&self.holder).map_or(0, |own| own.saturating_sub(self.amount));
        match rest {
            0 => held.remove(&self.holder),
            rest => held.insert(self.holder, rest),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_one_network_are_one_holder() {
        let at = |address: &str| Holder::at(address.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        assert_ne!(at("192.0.2.2"), at("192.0.2.1"));
    }

    #[test]
    fn nobody_takes_more_than_their_share_and_what_is_dropped_is_there_again() {
        let shares = Shares::of(64);
        let ann = shares.take(Holder::User(1), 32).unwrap();
        assert!(shares.take(Holder::User(1), 1).is_none(), "half of it is theirs");
        assert!(shares.take(Holder::Refused, 5).is_none());
        let refused = shares.take(Holder::Refused, 4).unwrap();
        let mut own = shares.take(Holder::Own, 28).unwrap();
        assert!(!own.grow(1), "there is no more");
        drop(ann);
        assert!(own.grow(32));
        assert_eq!((own.amount(), shares.total()), (60, 64));
        drop((own, refused));
        assert_eq!(shares.total(), 0);
        assert!(shares.held.lock().unwrap().is_empty(), "nobody is remembered who holds nothing");
        assert!(shares.take(Holder::Own, 65).is_none());
    }
}
