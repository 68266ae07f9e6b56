//! Chance, from the seed of the run.
//!
//! Owns the streams of random numbers: one for each name, so that a further draw of one does not shift the others.
//! A number is a hash of the seed, the stream's name and how many were drawn before: the same on every machine and
//! with every version of any library.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// All streams of a run.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Chance {
    seed: u64,
    /// How many numbers of each stream were drawn.
    drawn: BTreeMap<String, u64>,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: BTreeMap::new() }
    }

    /// The next number of a stream.
    pub fn draw(&mut self, stream: &str) -> u64 {
        if !self.drawn.contains_key(stream) {
            self.drawn.insert(stream.to_owned(), 0);
        }
        let drawn = self.drawn.get_mut(stream).expect("entered above");
        let hash = Sha256::new()
            .chain_update(self.seed.to_le_bytes())
            .chain_update(drawn.to_le_bytes())
            .chain_update(stream.as_bytes())
            .finalize();
        *drawn += 1;
        u64::from_le_bytes(hash[..8].try_into().expect("a hash has eight bytes"))
    }

    /// The next number of a stream, from 0 to `bound - 1`.
    pub fn below(&mut self, bound: u64, stream: &str) -> u64 {
        ((u128::from(self.draw(stream)) * u128::from(bound)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn five(seed: u64, stream: &str) -> Vec<u64> {
        let mut chance = Chance::new(seed);
        (0..5).map(|_| chance.below(100, stream)).collect()
    }

    #[test]
    fn a_stream_depends_on_seed_and_name_alone() {
        assert_eq!(five(1, "X3"), five(1, "X3"));
        assert_ne!(five(1, "X3"), five(2, "X3"));
        assert_ne!(five(1, "X3"), five(1, "X4"));
        let mut chance = Chance::new(1);
        let mixed: Vec<u64> = (0..5)
            .map(|_| {
                chance.draw("X4");
                chance.below(100, "X3")
            })
            .collect();
        assert_eq!(mixed, five(1, "X3"), "draws of another stream shift nothing");
    }

    /// These numbers are part of every trace that draws: they may not change.
    #[test]
    fn the_numbers_are_pinned() {
        assert_eq!(five(1, "X3"), [40, 35, 68, 25, 91]);
    }

    #[test]
    fn numbers_are_spread() {
        let mut chance = Chance::new(7);
        let mut seen = [0; 10];
        for _ in 0..1000 {
            seen[chance.below(10, "a") as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (60..140).contains(&count)), "{seen:?}");
    }
}
