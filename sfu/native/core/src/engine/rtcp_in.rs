//! RTCP in: from publishers sender reports, from subscribers what they miss, want and measure.

use crate::wire::rtcp::{compound, ntp_from_unix_us, rtt_us, NackSeqs, ReportBlock, Rtcp, SenderInfo};

use super::engine::Engine;
use super::event::{Event, Output};
use super::routing::write_clock;
use super::transport::Outgoing;

/// Resends for one compound packet; more than that is no loss but an outage.
const RESENDS_MAX: usize = 256;
/// Bandwidth is told when it changes by more than a tenth, or once a second.
const BANDWIDTH_US: u64 = 1_000_000;
/// An empty receiver report: header and SSRC.
const EMPTY_REPORT_LEN: usize = 8;
const NTP_UNIX_OFFSET_S: u64 = 2_208_988_800;

impl Engine {
    pub(super) fn on_rtcp(&mut self, index: usize, datagram: &mut [u8], now_us: u64, out: &mut dyn Output) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let Some(keys) = transport.keys.as_mut() else {
            self.stats.dropped_no_keys += 1;
            return;
        };
        let len = match keys.inbound.unprotect_rtcp(datagram) {
            Ok(len) => len,
            Err(error) => {
                self.stats.count_srtp_error(error);
                return;
            }
        };
        transport.heard(now_us);
        if len <= EMPTY_REPORT_LEN {
            self.stats.dropped_empty_report += 1; // an idle slot's, one a second
            return;
        }
        for packet in compound(&datagram[..len]) {
            let Ok(packet) = packet else {
                self.stats.dropped_malformed += 1;
                return;
            };
            self.on_rtcp_packet(index, &packet, now_us, out);
        }
    }

    fn on_rtcp_packet(&mut self, index: usize, packet: &Rtcp, now_us: u64, out: &mut dyn Output) {
        match packet {
            Rtcp::Sr { info, blocks } => {
                self.on_sender_report(index, info, now_us, out);
                blocks.for_each(|block| self.on_report_block(index, &block, now_us));
            }
            Rtcp::Rr { blocks, .. } => {
                blocks.for_each(|block| self.on_report_block(index, &block, now_us));
            }
            Rtcp::Nack { media, seqs, .. } => self.on_nack(index, *media, *seqs, now_us, out),
            Rtcp::Pli { media, .. } => self.on_keyframe_request(index, *media),
            Rtcp::Fir { entries, .. } => entries.for_each(|(ssrc, _)| self.on_keyframe_request(index, ssrc)),
            Rtcp::Remb { bitrate_bps, .. } => self.on_remb(index, *bitrate_bps, now_us, out),
            Rtcp::Sdes | Rtcp::Bye { .. } | Rtcp::Twcc { .. } | Rtcp::Other { .. } => {}
        }
    }

    fn on_sender_report(&mut self, index: usize, info: &SenderInfo, now_us: u64, out: &mut dyn Output) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let Some(stream) = transport.stream(info.ssrc).filter(|stream| !stream.repair) else { return };
        let capture_us = transport.clock.on_report(unix_us_from_ntp(info.ntp), now_us);
        let Some(track) = self.tracks.get_mut(stream.track) else { return };
        let layer = &mut track.layers[usize::from(stream.layer)];
        layer.reports.on_sender_report(info.ntp, now_us);
        if !track.open || !layer.clock.on_report(info.rtp, capture_us, now_us) {
            return;
        }
        for tap in &track.taps {
            let Some(tap) = self.taps.get(*tap) else { continue };
            if tap.feed.current.is_some_and(|current| current.layer == stream.layer) {
                write_clock(tap, layer, now_us, out);
            }
        }
    }

    /// How a slot's stream, or a repair stream, arrives at the subscriber.
    fn on_report_block(&mut self, index: usize, block: &ReportBlock, now_us: u64) {
        let Some(slot) = self.slot_of(index, block.ssrc) else { return };
        let bound = self.slots.get(slot).is_some_and(|slot| slot.feed.current.is_some());
        let Some(transport) = self.transports.get_mut(index) else { return };
        if let Some(rtt) = rtt_us(block, ntp_from_unix_us(now_us)).filter(|rtt| *rtt < 10_000_000) {
            transport.rtt_us =
                if transport.rtt_us == 0 { rtt.max(1) } else { (transport.rtt_us * 7 + rtt) / 8 };
        }
        if bound {
            transport.quality.down_sum += f32::from(block.fraction_lost) / 256.0;
            transport.quality.down_count += 1;
        }
    }

    fn on_nack(&mut self, index: usize, media: u32, seqs: NackSeqs, now_us: u64, out: &mut dyn Output) {
        let Some(slot_index) = self.slot_of(index, media) else { return };
        let Some(transport) = self.transports.get(index) else { return };
        let (Some(path), rtt_us) = (transport.path(), transport.rtt_us) else { return };
        for seq in seqs.take(RESENDS_MAX) {
            self.stats.nack_in += 1;
            let Some(slot) = self.slots.get_mut(slot_index) else { return };
            if !slot.resends.admit(seq, rtt_us, now_us) {
                continue;
            }
            let Some(item) = self.sent_as(slot_index, seq) else {
                self.stats.nack_miss += 1;
                continue;
            };
            if !self.resend(&path, slot_index, &item, now_us, out) {
                self.stats.nack_miss += 1;
            }
        }
    }

    /// What went out of a slot under this number, if it may still be shown and is still in the cache.
    fn sent_as(&self, slot_index: usize, seq: u16) -> Option<Outgoing> {
        let slot = self.slots.get(slot_index)?;
        let (epoch, media_seq) = slot.feed.rewriter.find(seq)?;
        let source = epoch.source;
        // A closed gate closes the cache too.
        let track =
            self.tracks.get(source.track).filter(|track| track.serial == source.serial && track.open)?;
        let (entry, _) = track.layers.get(usize::from(source.layer))?.ring.as_ref()?.get(media_seq)?;
        Some(Outgoing { slot: slot_index, source, media_seq, rewritten: epoch.apply(entry)? })
    }

    /// A viewer lost its picture. Unbound slots ask out of habit; that is ignored.
    fn on_keyframe_request(&mut self, index: usize, media: u32) {
        let Some(slot) = self.slot_of(index, media).and_then(|slot| self.slots.get(slot)) else { return };
        let Some(source) = slot.feed.pending.or(slot.feed.current) else { return };
        self.stats.pli_in += 1;
        if let Some(track) = self.tracks.get_mut(source.track).filter(|track| track.serial == source.serial) {
            track.layers[usize::from(source.layer)].keyframe.request();
        }
    }

    fn on_remb(&mut self, index: usize, bitrate_bps: u64, now_us: u64, out: &mut dyn Output) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let (told, at_us) = transport.bandwidth;
        let changed = bitrate_bps.abs_diff(told) > told / 10;
        if changed || now_us.saturating_sub(at_us) >= BANDWIDTH_US {
            transport.bandwidth = (bitrate_bps, now_us);
            out.event(Event::Bandwidth { transport: transport.id, bitrate_bps });
        }
    }

    /// The slot of this subscriber with that media SSRC.
    fn slot_of(&self, index: usize, ssrc: u32) -> Option<usize> {
        let slots = self.transports.get(index)?.slots.iter().copied();
        slots.into_iter().find(|slot| self.slots.get(*slot).is_some_and(|slot| slot.line.ssrc == ssrc))
    }
}

fn unix_us_from_ntp(ntp: u64) -> u64 {
    let seconds = (ntp >> 32).saturating_sub(NTP_UNIX_OFFSET_S);
    seconds * 1_000_000 + (((ntp & 0xffff_ffff) * 1_000_000) >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ntp_and_unix_time_convert_both_ways() {
        let us = 1_764_000_000_123_456;
        assert!(unix_us_from_ntp(ntp_from_unix_us(us)).abs_diff(us) <= 1);
    }
}
