//! An entry of a queue as one machine word.
//!
//! Owns the encoding: two bits of kind, thirty of index. Knows nothing of what the indices mean.

/// Two bits of kind, thirty of index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct RawEntry(u32);

/// What a raw entry says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Decoded {
    /// Resume the task in this slot; completes its innermost leaf.
    Task(u32),
    /// Poll the task in this slot because a waker was called; completes nothing.
    Woken(u32),
    /// Run the callback in this slot.
    Callback(u32),
    /// Call the stored waker in this slot (wait queue only).
    Wake(u32),
    /// A place without meaning: the second one of a callback, or a removed entry.
    Nothing,
    /// What is left of a callback whose second place did not fit.
    Half,
}

const KIND: u32 = 3 << 30;
const WOKEN: u32 = 1 << 30;
const CALLBACK: u32 = 2 << 30;
const WAKE: u32 = 3 << 30;

impl RawEntry {
    /// The second place of a callback.
    pub const FILLER: Self = Self(u32::MAX);
    /// The place of an entry that was removed.
    pub const TOMBSTONE: Self = Self(u32::MAX - 1);
    /// The first place of a callback whose second one did not fit.
    pub const HALF: Self = Self(u32::MAX - 2);
    /// The greatest index.
    pub const MAX_INDEX: u32 = (1 << 30) - 4;

    #[inline]
    pub const fn task(slot: u32) -> Self {
        Self(slot)
    }

    pub const fn woken(slot: u32) -> Self {
        Self(slot | WOKEN)
    }

    pub const fn callback(slot: u32) -> Self {
        Self(slot | CALLBACK)
    }

    pub const fn wake(slot: u32) -> Self {
        Self(slot | WAKE)
    }

    /// The slot of a task's own entry; of any other, what is no slot.
    #[inline]
    pub const fn plain_slot(self) -> u32 {
        self.0
    }

    #[inline]
    pub const fn decode(self) -> Decoded {
        match self.0 & KIND {
            0 => Decoded::Task(self.0),
            WOKEN => Decoded::Woken(self.0 & !KIND),
            CALLBACK => Decoded::Callback(self.0 & !KIND),
            _ if self.0 >= Self::TOMBSTONE.0 => Decoded::Nothing,
            _ if self.0 == Self::HALF.0 => Decoded::Half,
            _ => Decoded::Wake(self.0 & !KIND),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        for slot in [0, 1, RawEntry::MAX_INDEX] {
            assert_eq!(RawEntry::task(slot).decode(), Decoded::Task(slot));
            assert_eq!(RawEntry::woken(slot).decode(), Decoded::Woken(slot));
            assert_eq!(RawEntry::callback(slot).decode(), Decoded::Callback(slot));
            assert_eq!(RawEntry::wake(slot).decode(), Decoded::Wake(slot));
        }
        assert_eq!(RawEntry::FILLER.decode(), Decoded::Nothing);
        assert_eq!(RawEntry::TOMBSTONE.decode(), Decoded::Nothing);
        assert_eq!(RawEntry::HALF.decode(), Decoded::Half);
    }
}
