//! Keys of tables, and as what tables keep them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What rows are found by.
///
/// Most keys are numbers of one size under names of their own, so that nobody takes one for another. A table keeps the
/// number: what it does with it is compiled once for all of them, and not for each name.
pub trait TableKey: Copy + Ord + 'static {
    /// As what it is kept. Keys compare as what they are kept as does.
    type Kept: Copy + Ord + Send + Sync + 'static;

    /// This key as it is kept.
    fn kept(self) -> Self::Kept;

    /// The key that is kept so.
    fn of_kept(kept: Self::Kept) -> Self;
}

/// Identifiers that are a number.
macro_rules! kept_as_number {
    ($name:ident of $number:ty) => {
        impl crate::table_key::TableKey for $name {
            type Kept = u128;

            fn kept(self) -> u128 {
                u128::from(self.0)
            }

            fn of_kept(kept: u128) -> Self {
                $name(<$number>::try_from(kept).expect("it was one when it was kept"))
            }
        }
    };
}

/// Keys that nothing else is kept as.
macro_rules! kept_as_they_are {
    ($($name:ty),*) => {$(
        impl crate::table_key::TableKey for $name {
            type Kept = Self;

            fn kept(self) -> Self {
                self
            }

            fn of_kept(kept: Self) -> Self {
                kept
            }
        }
    )*};
}

pub(crate) use {kept_as_number, kept_as_they_are};

kept_as_they_are! { IpAddr, Ipv4Addr, Ipv6Addr }

/// Two identifiers.
impl<A: TableKey<Kept = u128>, B: TableKey> TableKey for (A, B) {
    type Kept = (u128, B::Kept);

    fn kept(self) -> Self::Kept {
        (self.0.kept(), self.1.kept())
    }

    fn of_kept((first, second): Self::Kept) -> Self {
        (A::of_kept(first), B::of_kept(second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::TopicId;
    use crate::{InstanceId, VolumeId};
    use proptest::prelude::*;

    fn keeps_its_order<K: TableKey + std::fmt::Debug>(one: K, other: K) {
        assert_eq!(one.cmp(&other), one.kept().cmp(&other.kept()), "{one:?} {other:?}");
        assert_eq!(K::of_kept(one.kept()), one);
    }

    proptest! {
        #[test]
        fn keys_compare_as_what_they_are_kept_as_and_come_back(numbers: [u64; 4], short: u32, random: u128) {
            let [a, b, c, d] = numbers;
            keeps_its_order(VolumeId::numbered(a), VolumeId::short(short));
            keeps_its_order(
                (InstanceId::numbered(a), VolumeId::numbered(b)),
                (InstanceId::numbered(a & c), VolumeId::numbered(d)),
            );
            let mut bits = || random;
            let topic = TopicId::fresh(&mut crate::ids::Ids::new(&mut bits));
            keeps_its_order(topic, TopicId::of_kept(u128::from(a)));
            let [one, other] = [a, b].map(|it| IpAddr::V6(Ipv6Addr::from(u128::from(it) << 64)));
            keeps_its_order(one, other);
            keeps_its_order(one, IpAddr::V4(Ipv4Addr::from(short)));
        }
    }
}
