//! Where identifiers come from: a seeded generator handed in with every call.
//!
//! Same seed, same run. The generator is xoshiro256** seeded through splitmix64, both public
//! domain algorithms by Blackman and Vigna; it is not for secrets.

use model::Ids;

/// A deterministic source of identifiers.
#[derive(Clone, Debug)]
pub struct IdSource {
    state: [u64; 4],
}

impl IdSource {
    /// A source that gives the same identifiers for the same seed.
    pub fn new(seed: u64) -> Self {
        let mut seed = seed;
        IdSource { state: std::array::from_fn(|_| splitmix64(&mut seed)) }
    }

    /// The next 64 bits.
    pub fn u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// The number behind the 17 hexadecimal digits of `vpc-0123456789abcdef0`. As with AWS's
    /// own identifiers of today the first digit is zero: 64 random bits, 17 digits.
    pub fn hex17(&mut self) -> u128 {
        u128::from(self.u64())
    }

    /// Makes something with identifiers of the model.
    pub fn with_ids<T>(&mut self, make: impl FnOnce(&mut Ids<'_>) -> T) -> T {
        let mut random = || self.hex17();
        make(&mut Ids::new(&mut random))
    }

    /// A whole identifier: `ids.id("vpc")` is `vpc-` and 17 hexadecimal digits.
    pub fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}-{:017x}", self.hex17())
    }

    /// A version 4 UUID, as AWS gives each request.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.u64(), self.u64());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }
}

fn splitmix64(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_identifiers() {
        let (mut one, mut other) = (IdSource::new(7), IdSource::new(7));
        assert_eq!(one.id("vpc"), other.id("vpc"));
        assert_eq!(one.uuid(), other.uuid());
        assert_ne!(one.u64(), IdSource::new(8).u64());
    }

    #[test]
    fn splitmix_matches_its_published_first_value() {
        let mut seed = 0;
        assert_eq!(splitmix64(&mut seed), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn identifiers_look_like_those_of_aws() {
        let mut ids = IdSource::new(1);
        let id = ids.id("subnet");
        assert!(id.starts_with("subnet-0") && id.len() == "subnet-".len() + 17, "{id}");
        let uuid = ids.uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
    }
}
