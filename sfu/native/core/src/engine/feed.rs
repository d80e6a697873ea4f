//! What a slot or a tap shows and what it waits for. Switches to another layer or track happen on a
//! keyframe of the target; the old one runs on until then (late cut).

use super::rewriter::{Rewriter, Source};
use super::ring::Entry;

/// How long an old picture may run on while the new track sends no keyframe.
const LATE_CUT_MAX_US: u64 = 1_500_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub track: usize,
    pub target: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not for this one.
    Skip,
    /// In the current epoch.
    Forward,
    /// The source's clock broke: a new epoch of the same source begins with this packet.
    Realigned,
    /// A new epoch begins with this packet; what follows it in the cache belongs to it too.
    Switched,
}

pub struct Feed {
    pub wanted: Option<Wanted>,
    pub current: Option<Source>,
    pub pending: Option<Source>,
    pub rewriter: Rewriter,
    waits_since_us: u64,
    clock_breaks: u32,
}

impl Feed {
    #[must_use]
    pub fn new(rewriter: Rewriter) -> Self {
        Self { wanted: None, current: None, pending: None, rewriter, waits_since_us: 0, clock_breaks: 0 }
    }

    /// `best` is the layer of the wanted track that should flow now.
    pub fn aim(&mut self, best: Option<Source>, now_us: u64) {
        if best.is_some() && best == self.current {
            self.pending = None;
        } else if best != self.pending {
            self.pending = best;
            self.waits_since_us = now_us;
        }
    }

    /// Nothing flows any more, nothing is waited for.
    pub fn stop(&mut self) {
        (self.wanted, self.current, self.pending) = (None, None, None);
    }

    /// The track it shows was cut off (gate closed, or gone): true if something had flowed.
    pub fn cut(&mut self, track: usize) -> bool {
        self.pending = self.pending.filter(|source| source.track != track);
        let flowed = self.current.is_some_and(|source| source.track == track);
        if flowed {
            self.current = None;
        }
        flowed
    }

    /// True if the old picture of another track has to go, because the new one takes too long.
    pub fn overdue(&self, now_us: u64) -> bool {
        let (Some(wanted), Some(current)) = (self.wanted, self.current) else { return false };
        current.track != wanted.track && now_us.saturating_sub(self.waits_since_us) > LATE_CUT_MAX_US
    }

    /// A packet of `source` arrived, captured at `capture_us`; `breaks` counts the breaks of its clock.
    pub fn on_packet(&mut self, from: &Origin, entry: &Entry, now_us: u64) -> Verdict {
        if self.pending == Some(from.source) && entry.keyframe {
            self.current = self.pending.take();
            self.begin(from, entry, now_us);
            return Verdict::Switched;
        }
        if self.current != Some(from.source) {
            return Verdict::Skip;
        }
        if self.clock_breaks != from.clock_breaks && from.newest {
            self.begin(from, entry, now_us);
            return Verdict::Realigned;
        }
        Verdict::Forward
    }

    fn begin(&mut self, from: &Origin, entry: &Entry, now_us: u64) {
        self.clock_breaks = from.clock_breaks;
        self.rewriter.begin(from.source, from.csrc, entry, from.capture_us, now_us);
    }
}

/// Where a packet comes from, as the uplink knows it.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    pub source: Source,
    pub csrc: u32,
    pub capture_us: u64,
    pub clock_breaks: u32,
    /// The newest packet of its layer, no late one.
    pub newest: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::command::Codec;

    fn entry(media_seq: u64, keyframe: bool) -> Entry {
        Entry {
            media_seq,
            timestamp: media_seq as u32 * 3000,
            arrival_us: 0,
            codec: Codec::Vp8,
            marker: true,
            keyframe,
            len: 1,
            vp8: None,
        }
    }

    fn origin(track: usize, layer: u8) -> Origin {
        let source = Source { track, serial: 1, layer };
        Origin { source, csrc: track as u32, capture_us: 1_000_000, clock_breaks: 0, newest: true }
    }

    fn feed(track: usize, layer: u8) -> Feed {
        let mut feed = Feed::new(Rewriter::new(1, 90_000, false));
        feed.wanted = Some(Wanted { track, target: 2 });
        feed.aim(Some(origin(track, layer).source), 0);
        feed
    }

    #[test]
    fn nothing_flows_before_a_keyframe() {
        let mut feed = feed(1, 0);
        assert_eq!(feed.on_packet(&origin(1, 0), &entry(5, false), 0), Verdict::Skip);
        assert_eq!(feed.on_packet(&origin(1, 0), &entry(6, true), 0), Verdict::Switched);
        assert_eq!(feed.on_packet(&origin(1, 0), &entry(7, false), 0), Verdict::Forward);
    }

    #[test]
    fn the_old_layer_runs_on_until_the_new_ones_keyframe() {
        let mut feed = feed(1, 0);
        feed.on_packet(&origin(1, 0), &entry(6, true), 0);
        feed.aim(Some(origin(1, 2).source), 0);
        assert_eq!(feed.on_packet(&origin(1, 2), &entry(50, false), 0), Verdict::Skip);
        assert_eq!(feed.on_packet(&origin(1, 0), &entry(7, false), 0), Verdict::Forward);
        assert_eq!(feed.on_packet(&origin(1, 2), &entry(51, true), 0), Verdict::Switched);
        assert_eq!(feed.on_packet(&origin(1, 0), &entry(8, false), 0), Verdict::Skip);
    }

    #[test]
    fn a_picture_without_successor_is_cut_after_a_while() {
        let mut feed = feed(1, 0);
        feed.on_packet(&origin(1, 0), &entry(6, true), 0);
        feed.wanted = Some(Wanted { track: 2, target: 2 });
        feed.aim(Some(origin(2, 0).source), 10);
        assert!(!feed.overdue(LATE_CUT_MAX_US));
        assert!(feed.overdue(LATE_CUT_MAX_US + 11));
    }
}
