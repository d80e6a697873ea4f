//! When was it captured, in the server's clock? From RTP timestamps, sender reports and arrivals.
//!
//! One offset per publisher, the same for its audio and video (else lips and words part): the smallest
//! (arrival - NTP) of its sender reports. Until a report has come, arrival stands in for capture.

/// How fast the offset may rise again: follows a publisher's clock that runs slow by up to 200 ppm.
const LEAK_PER_S_US: i64 = 200;
/// A gap in arrivals that may be a clock that stood still (a microphone without a track) or an outage.
const GAP_US: i64 = 500_000;
/// How much of the stream after a gap tells the two apart: an outage ends in a burst.
const PROOF_US: i64 = 60_000;
/// After a closed gate there is no burst to mistake for anything.
const STALE_AFTER_GATE_US: i64 = 200_000;
/// A packet this much earlier than its mapping says: the clock jumped ahead.
const STALE_EARLY_US: i64 = 300_000;
/// A packet this much later than its mapping says: the clock jumped back.
const STALE_LATE_US: i64 = 10_000_000;
/// A report further away than this from what packets show is not believed at once.
const REPORT_SHIFT_US: i64 = 700_000;
/// But if it is repeated while packets flow, it is right.
const REFUSALS_MAX: u8 = 3;
/// The anchor follows the stream at this distance, so that timestamp differences never wrap.
const ANCHOR_AGE_US: i64 = 10_000_000;

/// A publisher's wall clock against ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct PeerClock {
    offset_us: Option<i64>,
    updated_us: u64,
}

impl PeerClock {
    /// A sender report written at `ntp_us` (Unix microseconds of the publisher) arrived at `now_us`.
    /// Returns when it was written, in our clock.
    pub fn on_report(&mut self, ntp_us: u64, now_us: u64) -> u64 {
        let seen = now_us as i64 - ntp_us as i64;
        let offset = match self.offset_us {
            Some(known) => {
                let age_s = now_us.saturating_sub(self.updated_us) as i64 / 1_000_000;
                seen.min(known + age_s * LEAK_PER_S_US)
            }
            None => seen,
        };
        if self.offset_us != Some(offset) {
            self.offset_us = Some(offset);
            self.updated_us = now_us;
        }
        (ntp_us as i64 + offset).clamp(0, now_us as i64) as u64
    }
}

/// One stream's RTP clock against ours.
#[derive(Clone, Copy, Debug)]
pub struct StreamClock {
    rate: i64,
    anchor: Option<Anchor>,
    /// Rises with every break: after one, timestamps continue from the capture clock anew.
    breaks: u32,
    last: Option<Seen>,
    /// The first packet after a gap that may have been a standstill.
    suspect: Option<Seen>,
    /// Packets were withheld: the next one may follow a standstill.
    interrupted: bool,
    refusals: u8,
}

/// Some timestamp and when it was captured; by a sender report, or by arrival alone.
#[derive(Clone, Copy, Debug)]
pub struct Mapping {
    pub timestamp: u32,
    pub capture_us: u64,
    pub reported: bool,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    timestamp: u32,
    at_us: i64,
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    timestamp: u32,
    capture_us: i64,
    /// From a sender report, not from arrivals.
    reported: bool,
}

impl StreamClock {
    #[must_use]
    pub fn new(rate: u32) -> Self {
        Self {
            rate: i64::from(rate.max(1)),
            anchor: None,
            breaks: 0,
            last: None,
            suspect: None,
            interrupted: false,
            refusals: 0,
        }
    }

    #[must_use]
    pub fn breaks(&self) -> u32 {
        self.breaks
    }

    /// Packets are withheld from now on.
    pub fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// The newest packet has `timestamp`: when was it captured?
    pub fn on_packet(&mut self, timestamp: u32, now_us: u64) -> u64 {
        let now = Seen { timestamp, at_us: now_us as i64 };
        let last = self.last.replace(now);
        let interrupted = std::mem::take(&mut self.interrupted);
        let Some(anchor) = self.anchor else {
            return self.anchor_at(now);
        };
        let capture_us = self.at(&anchor, timestamp);
        let late = now.at_us - capture_us;
        let jumped = !(-STALE_EARLY_US..=STALE_LATE_US).contains(&late);
        if jumped || (interrupted && late > STALE_AFTER_GATE_US) || self.stood_still(last, now) {
            self.breaks += 1;
            return self.anchor_at(now);
        }
        if late < 0 && !anchor.reported {
            return self.anchor_at(now);
        }
        if capture_us - anchor.capture_us > ANCHOR_AGE_US {
            self.anchor = Some(Anchor { timestamp, capture_us, reported: anchor.reported });
        }
        capture_us.clamp(0, now.at_us) as u64
    }

    /// A late packet has `timestamp`; it changes nothing.
    #[must_use]
    pub fn capture_of(&self, timestamp: u32, now_us: u64) -> u64 {
        let Some(anchor) = self.anchor else { return now_us };
        self.at(&anchor, timestamp).clamp(0, now_us as i64) as u64
    }

    fn anchor_at(&mut self, now: Seen) -> u64 {
        self.suspect = None;
        self.anchor = Some(Anchor { timestamp: now.timestamp, capture_us: now.at_us, reported: false });
        now.at_us as u64
    }

    /// After a gap over which the timestamps hardly advanced: do packets now come as fast as their
    /// timestamps say (a clock that stood still) or in a burst (an outage)?
    fn stood_still(&mut self, last: Option<Seen>, now: Seen) -> bool {
        if let Some(suspect) = self.suspect {
            let advance = self.us_between(suspect, now);
            if advance >= PROOF_US {
                self.suspect = None;
                return (now.at_us - suspect.at_us) * 2 >= advance;
            }
        } else if let Some(last) = last {
            let gap = now.at_us - last.at_us;
            if gap > GAP_US && self.us_between(last, now) * 2 < gap {
                self.suspect = Some(now);
            }
        }
        false
    }

    fn us_between(&self, from: Seen, to: Seen) -> i64 {
        i64::from(to.timestamp.wrapping_sub(from.timestamp) as i32) * 1_000_000 / self.rate
    }

    /// A sender report maps `timestamp` to `capture_us` of our clock. False if it cannot be right.
    pub fn on_report(&mut self, timestamp: u32, capture_us: u64, now_us: u64) -> bool {
        if now_us.saturating_sub(capture_us) > 2_000_000 || !self.believes(timestamp, capture_us, now_us) {
            return false;
        }
        self.anchor = Some(Anchor { timestamp, capture_us: capture_us as i64, reported: true });
        true
    }

    /// A report about a clock that stands still contradicts what packets last showed.
    fn believes(&mut self, timestamp: u32, capture_us: u64, now_us: u64) -> bool {
        let Some(anchor) = self.anchor else { return true };
        let shift = self.at(&anchor, timestamp) - capture_us as i64;
        let flows = self.last.is_some_and(|last| now_us as i64 - last.at_us < GAP_US);
        if (-REPORT_SHIFT_US..=REPORT_SHIFT_US).contains(&shift) {
            self.refusals = 0;
            return true;
        }
        self.refusals = if flows { self.refusals + 1 } else { 0 };
        if self.refusals < REFUSALS_MAX {
            return false;
        }
        (self.refusals, self.suspect) = (0, None);
        self.breaks += 1;
        true
    }

    /// The timestamp of something captured at `at_us`; `None` before the first packet.
    #[must_use]
    pub fn timestamp_at(&self, at_us: u64) -> Option<u32> {
        let anchor = self.anchor?;
        let ticks = (at_us as i64 - anchor.capture_us) * self.rate / 1_000_000;
        Some(anchor.timestamp.wrapping_add(ticks as u32))
    }

    #[must_use]
    pub fn mapping(&self) -> Option<Mapping> {
        self.anchor.map(|Anchor { timestamp, capture_us, reported }| Mapping {
            timestamp,
            capture_us: capture_us.max(0) as u64,
            reported,
        })
    }

    fn at(&self, anchor: &Anchor, timestamp: u32) -> i64 {
        let ticks = i64::from(timestamp.wrapping_sub(anchor.timestamp) as i32);
        anchor.capture_us + ticks * 1_000_000 / self.rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: u64 = 1_000_000_000;

    #[test]
    fn the_fastest_report_sets_the_offset() {
        let mut clock = PeerClock::default();
        // The publisher's clock is 5 s ahead; the reports take 30, 10 and 50 ms.
        assert_eq!(clock.on_report(T0 + 5_000_000, T0 + 30_000), T0 + 30_000);
        assert_eq!(clock.on_report(T0 + 6_000_000, T0 + 1_010_000), T0 + 1_010_000);
        assert_eq!(clock.on_report(T0 + 7_000_000, T0 + 2_050_000), T0 + 2_010_200);
    }

    #[test]
    fn capture_follows_the_report_not_the_jitter() {
        let mut clock = StreamClock::new(90_000);
        clock.on_packet(9000, T0 + 40_000);
        assert!(clock.mapping().is_some_and(|mapping| !mapping.reported));
        assert!(clock.on_report(9000, T0, T0 + 50_000));
        assert!(clock.mapping().is_some_and(|mapping| mapping.reported));
        assert_eq!(clock.on_packet(9000 + 90_000, T0 + 1_070_000), T0 + 1_000_000);
        assert_eq!(clock.breaks(), 0);
        assert_eq!(clock.timestamp_at(T0 + 2_000_000), Some(9000 + 180_000));
    }

    /// 20 ms packets from `timestamp` on, the first at `at_us`, `pace_us` apart on arrival.
    fn audio(clock: &mut StreamClock, timestamp: u32, at_us: u64, pace_us: u64, count: u32) {
        for index in 0..count {
            clock.on_packet(timestamp + index * 960, at_us + u64::from(index) * pace_us);
        }
    }

    #[test]
    fn a_clock_that_stood_still_is_anchored_anew() {
        let mut clock = StreamClock::new(48_000);
        audio(&mut clock, 0, T0, 20_000, 2);
        assert!(clock.on_report(960, T0 + 10_000, T0 + 20_000));
        // Five seconds of nothing in which the timestamps did not advance.
        audio(&mut clock, 1920, T0 + 5_000_000, 20_000, 3);
        assert_eq!(clock.breaks(), 0);
        audio(&mut clock, 4800, T0 + 5_060_000, 20_000, 1);
        assert_eq!(clock.breaks(), 1);
        assert_eq!(clock.capture_of(4800, T0 + 6_000_000), T0 + 5_060_000);
        // A report still made from the old state is not believed.
        assert!(!clock.on_report(1920, T0 + 30_000, T0 + 5_010_000));
    }

    #[test]
    fn an_outage_that_ends_in_a_burst_is_no_break() {
        let mut clock = StreamClock::new(48_000);
        audio(&mut clock, 0, T0, 20_000, 50);
        audio(&mut clock, 48_000, T0 + 4_000_000, 200, 150);
        audio(&mut clock, 192_000, T0 + 4_040_000, 20_000, 50);
        assert_eq!(clock.breaks(), 0);
    }

    #[test]
    fn a_queue_that_grows_slowly_is_no_break() {
        let mut clock = StreamClock::new(48_000);
        audio(&mut clock, 0, T0, 25_000, 400);
        assert_eq!(clock.breaks(), 0);
        assert_eq!(clock.capture_of(399 * 960, T0 + 60_000_000), T0 + 399 * 20_000);
    }

    #[test]
    fn after_a_closed_gate_the_first_packet_decides() {
        let mut clock = StreamClock::new(48_000);
        audio(&mut clock, 0, T0, 20_000, 10);
        clock.interrupt();
        assert_eq!(clock.on_packet(9600, T0 + 3_000_000), T0 + 3_000_000);
        assert_eq!(clock.breaks(), 1);
        clock.interrupt();
        clock.on_packet(9600 + 48_000, T0 + 4_000_000);
        assert_eq!(clock.breaks(), 1);
    }

    #[test]
    fn a_report_that_insists_is_believed() {
        let mut clock = StreamClock::new(48_000);
        let mut believed = Vec::new();
        for second in 0..4u64 {
            audio(&mut clock, second as u32 * 48_000, T0 + second * 1_000_000, 20_000, 50);
            let now = T0 + second * 1_000_000 + 990_000;
            believed.push(clock.on_report(second as u32 * 48_000, T0 + second * 1_000_000 - 900_000, now));
        }
        assert_eq!(believed, [false, false, true, true]);
    }

    #[test]
    fn hours_of_timestamps_wrap_without_a_break() {
        let mut clock = StreamClock::new(90_000);
        let mut timestamp = 0u32;
        for second in 0..60_000u64 {
            let capture = clock.on_packet(timestamp, T0 + second * 1_000_000);
            assert!(T0 + second * 1_000_000 - capture < 2_000);
            timestamp = timestamp.wrapping_add(90_000);
        }
        assert_eq!(clock.breaks(), 0);
    }
}
