//! When was it captured, in the server's clock? From RTP timestamps, sender reports and arrivals.
//!
//! One offset per publisher, the same for its audio and video (else lips and words part): the smallest
//! (arrival - NTP) of its sender reports. Until a report has come, arrival stands in for capture.

/// How fast the offset may rise again: follows a publisher's clock that runs slow by up to 200 ppm.
const LEAK_PER_S_US: i64 = 200;
/// A packet this much later than its mapping says: the publisher's clock stood still meanwhile.
const STALE_LATE_US: i64 = 700_000;
/// A packet this much earlier than its mapping says: the mapping is wrong.
const STALE_EARLY_US: i64 = 300_000;
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
        Self { rate: i64::from(rate.max(1)), anchor: None, breaks: 0 }
    }

    #[must_use]
    pub fn breaks(&self) -> u32 {
        self.breaks
    }

    /// A packet with `timestamp` arrived: when was it captured?
    pub fn on_packet(&mut self, timestamp: u32, now_us: u64) -> u64 {
        let now = now_us as i64;
        let Some(anchor) = self.anchor else {
            self.anchor = Some(Anchor { timestamp, capture_us: now, reported: false });
            return now_us;
        };
        let capture_us = self.at(&anchor, timestamp);
        let late = now - capture_us;
        if late > STALE_LATE_US || late < -STALE_EARLY_US {
            self.breaks += 1;
            self.anchor = Some(Anchor { timestamp, capture_us: now, reported: false });
            return now_us;
        }
        if late < 0 && !anchor.reported {
            self.anchor = Some(Anchor { timestamp, capture_us: now, reported: false });
            return now_us;
        }
        if capture_us - anchor.capture_us > ANCHOR_AGE_US {
            self.anchor = Some(Anchor { timestamp, capture_us, reported: anchor.reported });
        }
        capture_us.clamp(0, now) as u64
    }

    /// A sender report maps `timestamp` to `capture_us` of our clock. False if it cannot be right.
    pub fn on_report(&mut self, timestamp: u32, capture_us: u64, now_us: u64) -> bool {
        if now_us.saturating_sub(capture_us) > 2_000_000 {
            return false;
        }
        if let Some(anchor) = self.anchor {
            // A report about a clock that stands still contradicts what packets last showed.
            let shift = self.at(&anchor, timestamp) - capture_us as i64;
            if !(-STALE_LATE_US..=STALE_LATE_US).contains(&shift) {
                return false;
            }
        }
        self.anchor = Some(Anchor { timestamp, capture_us: capture_us as i64, reported: true });
        true
    }

    /// The timestamp of something captured at `at_us`; `None` before the first packet.
    #[must_use]
    pub fn timestamp_at(&self, at_us: u64) -> Option<u32> {
        let anchor = self.anchor?;
        let ticks = (at_us as i64 - anchor.capture_us) * self.rate / 1_000_000;
        Some(anchor.timestamp.wrapping_add(ticks as u32))
    }

    /// Some timestamp and when it was captured.
    #[must_use]
    pub fn mapping(&self) -> Option<(u32, u64)> {
        self.anchor.map(|anchor| (anchor.timestamp, anchor.capture_us.max(0) as u64))
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
        assert!(clock.on_report(9000, T0, T0 + 50_000));
        assert_eq!(clock.on_packet(9000 + 90_000, T0 + 1_070_000), T0 + 1_000_000);
        assert_eq!(clock.breaks(), 0);
        assert_eq!(clock.timestamp_at(T0 + 2_000_000), Some(9000 + 180_000));
    }

    #[test]
    fn a_clock_that_stood_still_is_anchored_anew() {
        let mut clock = StreamClock::new(48_000);
        clock.on_packet(0, T0);
        assert!(clock.on_report(0, T0 - 10_000, T0));
        clock.on_packet(960, T0 + 20_000);
        // Five seconds of nothing in which the timestamps did not advance.
        assert_eq!(clock.on_packet(1920, T0 + 5_000_000), T0 + 5_000_000);
        assert_eq!(clock.breaks(), 1);
        // A report still made from the old state is not believed.
        assert!(!clock.on_report(1920, T0 + 30_000, T0 + 5_010_000));
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
