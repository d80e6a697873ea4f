//! The packet cache of one layer: each packet is decrypted once into a fixed slot and read from there by
//! every subscriber, by resends and by the recorder's tap.

use crate::wire::vp8::Vp8Descriptor;

use super::command::Codec;

/// The longest payload kept; RTP over UDP stays below the path's MTU.
pub const PAYLOAD_MAX: usize = 1472;

/// What is known of a cached packet besides its payload.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub media_seq: u64,
    pub timestamp: u32,
    pub arrival_us: u64,
    pub codec: Codec,
    pub marker: bool,
    /// First packet of a keyframe; audio packets all count as such.
    pub keyframe: bool,
    pub len: u16,
    pub vp8: Option<Vp8Descriptor>,
}

pub struct Ring {
    entries: Box<[Option<Entry>]>,
    payloads: Box<[u8]>,
    newest: u64,
}

impl Ring {
    /// `capacity` packets.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            entries: vec![None; capacity].into_boxed_slice(),
            payloads: vec![0; capacity * PAYLOAD_MAX].into_boxed_slice(),
            newest: 0,
        }
    }

    /// Keep a packet. False if it is there already, too old or too long.
    pub fn insert(&mut self, entry: Entry, payload: &[u8]) -> bool {
        let capacity = self.entries.len() as u64;
        if payload.len() > PAYLOAD_MAX || entry.media_seq + capacity <= self.newest {
            return false;
        }
        let place = (entry.media_seq % capacity) as usize;
        if self.entries[place].is_some_and(|old| old.media_seq >= entry.media_seq) {
            return false;
        }
        let start = place * PAYLOAD_MAX;
        self.payloads[start..start + payload.len()].copy_from_slice(payload);
        self.entries[place] = Some(Entry { len: payload.len() as u16, ..entry });
        self.newest = self.newest.max(entry.media_seq);
        true
    }

    #[must_use]
    pub fn get(&self, media_seq: u64) -> Option<(&Entry, &[u8])> {
        let place = (media_seq % self.entries.len() as u64) as usize;
        let entry = self.entries[place].as_ref().filter(|entry| entry.media_seq == media_seq)?;
        let start = place * PAYLOAD_MAX;
        Some((entry, &self.payloads[start..start + usize::from(entry.len)]))
    }

    #[must_use]
    pub fn newest(&self) -> u64 {
        self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(media_seq: u64) -> Entry {
        Entry {
            media_seq,
            timestamp: 0,
            arrival_us: 0,
            codec: Codec::Opus,
            marker: false,
            keyframe: true,
            len: 0,
            vp8: None,
        }
    }

    #[test]
    fn a_packet_is_found_until_its_place_is_needed() {
        let mut ring = Ring::new(4);
        for seq in 100..104 {
            assert!(ring.insert(entry(seq), &[seq as u8; 3]));
        }
        assert_eq!(ring.get(100).expect("kept").1, [100; 3]);
        assert!(ring.insert(entry(104), b"new"));
        assert!(ring.get(100).is_none());
        assert_eq!(ring.get(104).expect("kept").1, b"new");
    }

    #[test]
    fn duplicates_and_the_very_late_are_refused() {
        let mut ring = Ring::new(4);
        assert!(ring.insert(entry(10), b"x"));
        assert!(!ring.insert(entry(10), b"y"));
        assert!(!ring.insert(entry(6), b"late"));
        assert!(ring.insert(entry(9), b"reordered"));
        assert!(!ring.insert(entry(11), &[0; PAYLOAD_MAX + 1]));
        assert_eq!(ring.newest(), 10);
    }
}
