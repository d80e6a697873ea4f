//! The server's clock: Unix microseconds that never step.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How fast the clock may be pulled towards the system's: 500 ppm, as NTP itself slews.
const SLEW_US_PER_S: i64 = 500;
const SLEW_INTERVAL: Duration = Duration::from_secs(1);

pub struct ServerClock {
    start: Instant,
    unix_at_start_us: u64,
    slewed_at: Instant,
}

impl Default for ServerClock {
    fn default() -> Self {
        Self::new()
    }
}

impl ServerClock {
    #[must_use]
    pub fn new() -> Self {
        let start = Instant::now();
        Self { start, unix_at_start_us: system_unix_us(), slewed_at: start }
    }

    #[must_use]
    pub fn now_us(&self) -> u64 {
        self.unix_at_start_us + self.start.elapsed().as_micros() as u64
    }

    /// Follow the system's clock slowly. Call about once a second.
    pub fn slew(&mut self) {
        if self.slewed_at.elapsed() < SLEW_INTERVAL {
            return;
        }
        self.slewed_at = Instant::now();
        let error = system_unix_us() as i64 - self.now_us() as i64;
        let step = error.clamp(-SLEW_US_PER_S, SLEW_US_PER_S);
        self.unix_at_start_us = self.unix_at_start_us.saturating_add_signed(step);
    }
}

/// The system's own idea of now, as the kernel stamps datagrams.
#[must_use]
pub fn system_unix_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

#[cfg(test)]
mod tests {
    use super::ServerClock;

    #[test]
    fn slewing_never_steps() {
        let mut clock = ServerClock::new();
        clock.unix_at_start_us += 10_000_000;
        clock.slewed_at -= super::SLEW_INTERVAL;
        let before = clock.now_us();
        clock.slew();
        let after = clock.now_us();
        assert!(after + 600 > before, "stepped back by {}", before - after);
    }
}
