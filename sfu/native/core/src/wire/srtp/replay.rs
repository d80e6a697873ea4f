//! Replay protection (RFC 3711 3.3.2) per SSRC, for a bounded number of SSRCs.
//!
//! State exists only for SSRCs of which a packet has passed authentication, so a stranger can neither fill nor
//! clear the table. When the peer itself uses more SSRCs than fit, the least recently used one shrinks to a
//! tombstone (its highest index), so that its old packets stay refused.

use super::SrtpError;

/// A window of `64 * WORDS` packets behind the highest index seen.
#[derive(Clone, Copy)]
pub(super) struct Window<const WORDS: usize> {
    highest: u64,
    seen: [u64; WORDS],
}

impl<const WORDS: usize> Window<WORDS> {
    const BITS: u64 = 64 * WORDS as u64;

    /// Starts at an index that has just been accepted.
    pub(super) fn starting_at(index: u64) -> Self {
        let mut window = Self { highest: index, seen: [0; WORDS] };
        window.mark(index);
        window
    }

    pub(super) fn highest(&self) -> u64 {
        self.highest
    }

    pub(super) fn check(&self, index: u64) -> Result<(), SrtpError> {
        if index > self.highest {
            return Ok(());
        }
        let fresh = self.highest - index < Self::BITS && self.seen[Self::word(index)] & Self::bit(index) == 0;
        fresh.then_some(()).ok_or(SrtpError::Replay)
    }

    /// Only for an index that passed `check` and authentication.
    pub(super) fn accept(&mut self, index: u64) {
        if index > self.highest {
            self.advance(index);
        }
        self.mark(index);
    }

    fn advance(&mut self, index: u64) {
        let step = index - self.highest;
        if step >= Self::BITS {
            self.seen = [0; WORDS];
        } else {
            for i in self.highest + 1..=index {
                self.seen[Self::word(i)] &= !Self::bit(i);
            }
        }
        self.highest = index;
    }

    fn mark(&mut self, index: u64) {
        self.seen[Self::word(index)] |= Self::bit(index);
    }

    fn word(index: u64) -> usize {
        ((index / 64) % WORDS as u64) as usize
    }

    fn bit(index: u64) -> u64 {
        1 << (index % 64)
    }
}

struct Entry<const WORDS: usize> {
    ssrc: u32,
    used: u64,
    window: Window<WORDS>,
}

struct Tombstone {
    ssrc: u32,
    highest: u64,
}

/// Where a packet stands before it is authenticated.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Known(usize),
    New,
}

pub(super) struct ReplayTable<const WORDS: usize> {
    limit: usize,
    clock: u64,
    entries: Vec<Entry<WORDS>>,
    tombstones: Vec<Tombstone>,
    next_tombstone: usize,
}

impl<const WORDS: usize> ReplayTable<WORDS> {
    const TOMBSTONES: usize = 256;

    pub(super) fn new(limit: usize) -> Self {
        Self { limit, clock: 0, entries: Vec::new(), tombstones: Vec::new(), next_tombstone: 0 }
    }

    /// The place of an SSRC and the highest index it has reached, if any.
    pub(super) fn find(&self, ssrc: u32) -> (Place, Option<u64>) {
        if let Some(at) = self.entries.iter().position(|e| e.ssrc == ssrc) {
            return (Place::Known(at), self.entries.get(at).map(|e| e.window.highest()));
        }
        let buried = self.tombstones.iter().filter(|t| t.ssrc == ssrc).map(|t| t.highest).max();
        (Place::New, buried)
    }

    pub(super) fn check(&self, place: Place, reached: Option<u64>, index: u64) -> Result<(), SrtpError> {
        match place {
            Place::Known(at) => self.entries.get(at).map_or(Ok(()), |e| e.window.check(index)),
            Place::New if reached.is_some_and(|highest| index <= highest) => Err(SrtpError::Replay),
            Place::New => Ok(()),
        }
    }

    /// Only after authentication.
    pub(super) fn accept(&mut self, place: Place, ssrc: u32, index: u64) {
        self.clock += 1;
        if let Place::Known(at) = place {
            if let Some(entry) = self.entries.get_mut(at) {
                entry.used = self.clock;
                entry.window.accept(index);
                return;
            }
        }
        if self.entries.len() >= self.limit {
            self.bury_oldest();
        }
        self.entries.push(Entry { ssrc, used: self.clock, window: Window::starting_at(index) });
    }

    fn bury_oldest(&mut self) {
        let oldest = self.entries.iter().enumerate().min_by_key(|(_, e)| e.used).map(|(at, _)| at);
        let Some(entry) = oldest.map(|at| self.entries.swap_remove(at)) else {
            return;
        };
        let stone = Tombstone { ssrc: entry.ssrc, highest: entry.window.highest() };
        match self.tombstones.get_mut(self.next_tombstone) {
            Some(place) => *place = stone,
            None => self.tombstones.push(stone),
        }
        self.next_tombstone = (self.next_tombstone + 1) % Self::TOMBSTONES;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(table: &mut ReplayTable<16>, ssrc: u32, index: u64) -> Result<(), SrtpError> {
        let (place, reached) = table.find(ssrc);
        table.check(place, reached, index)?;
        table.accept(place, ssrc, index);
        Ok(())
    }

    #[test]
    fn each_index_is_taken_once() {
        let mut t = ReplayTable::new(4);
        for index in [100, 102, 101, 2000] {
            assert_eq!(accept(&mut t, 1, index), Ok(()));
            assert_eq!(accept(&mut t, 1, index), Err(SrtpError::Replay));
        }
        assert_eq!(accept(&mut t, 1, 2000 - 1023), Ok(()));
        assert_eq!(accept(&mut t, 1, 2000 - 1024), Err(SrtpError::Replay));
    }

    #[test]
    fn a_window_agrees_with_a_set() {
        let mut t = ReplayTable::new(1);
        let mut seen = std::collections::HashSet::new();
        let (mut x, mut highest, mut base) = (12345u64, 0u64, 5000u64);
        for _ in 0..50_000 {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            base += (x >> 60) & 3;
            let index = base + (x >> 33) % 1500;
            let fresh = !seen.contains(&index) && (highest == 0 || index + 1024 > highest);
            assert_eq!(accept(&mut t, 9, index).is_ok(), fresh);
            if fresh {
                seen.insert(index);
                highest = highest.max(index);
            }
        }
    }

    #[test]
    fn a_buried_stream_keeps_refusing_its_past() {
        let mut t = ReplayTable::new(4);
        assert_eq!(accept(&mut t, 1, 500), Ok(()));
        for ssrc in 2..=5 {
            assert_eq!(accept(&mut t, ssrc, 10), Ok(()));
        }
        assert_eq!(t.entries.len(), 4);
        assert_eq!(accept(&mut t, 1, 500), Err(SrtpError::Replay));
        assert_eq!(accept(&mut t, 1, 499), Err(SrtpError::Replay));
        assert_eq!(accept(&mut t, 1, 501), Ok(()));
    }

    #[test]
    fn the_table_stays_bounded() {
        let mut t = ReplayTable::<2>::new(8);
        for ssrc in 0..10_000 {
            t.accept(Place::New, ssrc, 1);
        }
        assert_eq!((t.entries.len(), t.tombstones.len()), (8, 256));
    }
}
