//! When to ask a publisher's layer for a keyframe (PLI, RFC 4585 6.3.1): at most one request per 500 ms,
//! coalesced, deferred and not dropped; repeated every 400 ms while a switch waits for one.

const MIN_INTERVAL_US: u64 = 500_000;
const RETRY_US: u64 = 400_000;

/// One per layer, that is, per inbound SSRC.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyframeThrottle {
    requested: bool,
    waiting: bool,
    last_sent: Option<u64>,
}

impl KeyframeThrottle {
    pub fn new() -> Self {
        Self::default()
    }

    /// A viewer's PLI, somebody who joins, a repair that was given up.
    pub fn request(&mut self) {
        self.requested = true;
    }

    /// A switch to this layer waits (or no longer waits) for its keyframe.
    pub fn set_waiting(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    /// Its first packet arrived: every request before it is answered, and no switch waits any more.
    pub fn on_keyframe(&mut self) {
        self.requested = false;
        self.waiting = false;
    }

    /// True if a PLI is to be sent now; it counts as sent.
    pub fn poll(&mut self, now: u64) -> bool {
        let due = self.next_deadline().is_some_and(|at| now >= at);
        if due {
            self.requested = false;
            self.last_sent = Some(now);
        }
        due
    }

    pub fn next_deadline(&self) -> Option<u64> {
        if !self.requested && !self.waiting {
            return None;
        }
        let interval = if self.waiting { RETRY_US } else { MIN_INTERVAL_US };
        Some(self.last_sent.map_or(0, |sent| sent + interval))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    fn sent(throttle: &mut KeyframeThrottle, from_ms: u64, to_ms: u64) -> Vec<u64> {
        (from_ms..to_ms).filter(|ms| throttle.poll(ms * MS)).collect()
    }

    #[test]
    fn the_first_request_goes_out_at_once_and_once() {
        let mut t = KeyframeThrottle::new();
        assert!(sent(&mut t, 0, 10).is_empty());
        t.request();
        t.request();
        assert_eq!(sent(&mut t, 10, 3_000), [10]);
    }

    #[test]
    fn a_request_too_early_is_deferred() {
        let mut t = KeyframeThrottle::new();
        t.request();
        assert!(t.poll(0));
        t.request();
        assert_eq!(t.next_deadline(), Some(500 * MS));
        assert_eq!(sent(&mut t, 1, 3_000), [500]);
    }

    #[test]
    fn a_keyframe_answers_a_deferred_request() {
        let mut t = KeyframeThrottle::new();
        t.request();
        assert!(t.poll(0));
        t.request();
        t.on_keyframe();
        assert!(sent(&mut t, 1, 3_000).is_empty());
    }

    #[test]
    fn a_waiting_switch_repeats_until_the_keyframe() {
        let mut t = KeyframeThrottle::new();
        t.set_waiting(true);
        assert_eq!(sent(&mut t, 100, 1_000), [100, 500, 900]);
        t.on_keyframe();
        assert!(sent(&mut t, 1_000, 5_000).is_empty());
    }

    #[test]
    fn giving_up_the_switch_ends_the_repeats() {
        let mut t = KeyframeThrottle::new();
        t.set_waiting(true);
        assert!(t.poll(0));
        t.set_waiting(false);
        assert_eq!(t.next_deadline(), None);
    }
}
