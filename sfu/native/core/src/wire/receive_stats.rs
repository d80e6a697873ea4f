//! What a receiver reports about one SSRC: loss, jitter and the sender report it last heard
//! (RFC 3550 6.4.1, A.3 and A.8).

use super::rtcp::{compact_ntp, ReportBlock};

#[derive(Debug, Clone)]
pub struct ReceiveStats {
    clock_rate: u32,
    base: Option<u64>,
    highest: u64,
    received: u64,
    expected_before: u64,
    received_before: u64,
    transit: Option<u32>,
    /// Sixteen times the jitter (A.8).
    jitter_q4: u32,
    /// Compact NTP of the last sender report and when it came.
    sender_report: Option<(u32, u64)>,
}

impl ReceiveStats {
    pub fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate,
            base: None,
            highest: 0,
            received: 0,
            expected_before: 0,
            received_before: 0,
            transit: None,
            jitter_q4: 0,
            sender_report: None,
        }
    }

    /// Every authenticated packet of the SSRC once.
    pub fn on_packet(&mut self, ext_seq: u64, rtp_ts: u32, now: u64) {
        let in_order = self.base.is_none() || ext_seq > self.highest;
        self.base = Some(self.base.map_or(ext_seq, |base| base.min(ext_seq)));
        self.highest = self.highest.max(ext_seq);
        self.received += 1;
        if in_order {
            self.update_jitter(rtp_ts, now);
        }
    }

    fn update_jitter(&mut self, rtp_ts: u32, now: u64) {
        let arrival = (u128::from(now) * u128::from(self.clock_rate) / 1_000_000) as u32;
        let transit = arrival.wrapping_sub(rtp_ts);
        if let Some(before) = self.transit {
            let d = (transit.wrapping_sub(before) as i32).unsigned_abs();
            // A jump of more than 10 s is a new clock, not jitter.
            if d < self.clock_rate.saturating_mul(10) {
                self.jitter_q4 = (self.jitter_q4 + d).saturating_sub((self.jitter_q4 + 8) >> 4);
            }
        }
        self.transit = Some(transit);
    }

    pub fn on_sender_report(&mut self, ntp: u64, now: u64) {
        self.sender_report = Some((compact_ntp(ntp), now));
    }

    /// The block about `ssrc`, and the start of a new interval. `None` before the first packet.
    pub fn report(&mut self, ssrc: u32, now: u64) -> Option<ReportBlock> {
        let expected = self.expected()?;
        let expected_interval = expected.saturating_sub(self.expected_before);
        let received_interval = self.received - self.received_before;
        self.expected_before = expected;
        self.received_before = self.received;
        let lost = expected_interval.saturating_sub(received_interval);
        let fraction = (lost << 8).checked_div(expected_interval).unwrap_or(0).min(255);
        let (lsr, dlsr) = self.sender_report.map_or((0, 0), |(lsr, at)| {
            let units = u128::from(now.saturating_sub(at)) * 65_536 / 1_000_000;
            (lsr, u32::try_from(units).unwrap_or(u32::MAX))
        });
        Some(ReportBlock {
            ssrc,
            fraction_lost: fraction as u8,
            cumulative_lost: self.lost().clamp(-0x80_0000, 0x7f_ffff) as i32,
            highest_seq: self.highest as u32,
            jitter: self.jitter(),
            lsr,
            dlsr,
        })
    }

    fn expected(&self) -> Option<u64> {
        Some(self.highest - self.base? + 1)
    }

    pub fn received(&self) -> u64 {
        self.received
    }

    /// Negative when duplicates outnumber losses.
    pub fn lost(&self) -> i64 {
        self.expected().unwrap_or(0) as i64 - self.received as i64
    }

    /// In RTP clock units.
    pub fn jitter(&self) -> u32 {
        self.jitter_q4 >> 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::rtcp::ntp_from_unix_us;

    fn feed(stats: &mut ReceiveStats, seqs: impl IntoIterator<Item = u64>) {
        for seq in seqs {
            stats.on_packet(seq, (seq * 960) as u32, seq * 20_000);
        }
    }

    #[test]
    fn a_clean_stream_reports_nothing_lost() {
        let mut s = ReceiveStats::new(48_000);
        assert_eq!(s.report(1, 0), None);
        feed(&mut s, 65_500..65_600);
        let block = s.report(1, 0).unwrap();
        assert_eq!((block.fraction_lost, block.cumulative_lost, block.highest_seq), (0, 0, 65_599));
        assert_eq!((block.jitter, block.lsr, block.dlsr), (0, 0, 0));
    }

    #[test]
    fn loss_counts_per_interval_and_in_all() {
        let mut s = ReceiveStats::new(48_000);
        feed(&mut s, (100..200).filter(|seq| seq % 4 != 1));
        let block = s.report(1, 0).unwrap();
        assert_eq!((block.fraction_lost, block.cumulative_lost), (64, 25));
        feed(&mut s, 200..300);
        let block = s.report(1, 0).unwrap();
        assert_eq!((block.fraction_lost, block.cumulative_lost), (0, 25));
    }

    #[test]
    fn duplicates_make_the_sum_negative_not_the_fraction() {
        let mut s = ReceiveStats::new(48_000);
        feed(&mut s, [5, 5, 5, 6]);
        let block = s.report(1, 0).unwrap();
        assert_eq!((block.fraction_lost, block.cumulative_lost), (0, -2));
    }

    #[test]
    fn reordering_before_the_first_packet_is_no_loss() {
        let mut s = ReceiveStats::new(90_000);
        feed(&mut s, [10, 9, 8, 11]);
        assert_eq!(s.lost(), 0);
    }

    #[test]
    fn jitter_follows_the_arrival_times() {
        let mut s = ReceiveStats::new(90_000);
        for n in 0..1_000u64 {
            let late = if n % 2 == 0 { 0 } else { 10_000 };
            s.on_packet(n, (n * 3_000) as u32, n * 33_333 + late);
        }
        assert!((850..=950).contains(&s.jitter()), "{}", s.jitter());
    }

    #[test]
    fn a_new_clock_is_not_jitter() {
        let mut s = ReceiveStats::new(90_000);
        s.on_packet(1, 0, 0);
        s.on_packet(2, 0x4000_0000, 20_000);
        assert_eq!(s.jitter(), 0);
    }

    #[test]
    fn the_sender_report_is_echoed_with_its_age() {
        let mut s = ReceiveStats::new(48_000);
        feed(&mut s, [1]);
        let ntp = ntp_from_unix_us(1_700_000_000_000_000);
        s.on_sender_report(ntp, 1_000_000);
        let block = s.report(1, 3_500_000).unwrap();
        assert_eq!((block.lsr, block.dlsr), (compact_ntp(ntp), 163_840));
    }
}
