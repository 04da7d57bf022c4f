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
