//! RTCP to publishers: what we miss, the keyframes we need, transport-wide feedback, receiver reports.

use crate::wire::rtcp::{ReportBlock, RtcpWriter};

use super::engine::Engine;
use super::event::Output;
use super::track::Track;
use super::transport::Transport;

/// A compound packet stays below the path's MTU, with room for its tag.
pub(super) const COMPOUND_MAX: usize = 1200;
pub(super) const COMPOUND_ROOM: usize = COMPOUND_MAX + 64;
/// Feedback names at most this many lost packets of a layer at once.
const NACK_MAX: usize = 64;
/// RFC 3550: a report has five bits for its number of blocks.
const BLOCKS_MAX: usize = 31;

impl Engine {
    /// NACK, PLI and transport-wide feedback that are due. Called every few milliseconds.
    pub(super) fn send_feedback(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        if transport.keys.is_none() || transport.path().is_none() {
            return;
        }
        let mut buf = [0u8; COMPOUND_ROOM];
        let mut writer = RtcpWriter::new(&mut buf[..COMPOUND_MAX]);
        let reporter = transport.reporter_ssrc();
        for track in &transport.tracks {
            let Some(track) = self.tracks.get_mut(*track).filter(|track| track.is_video()) else { continue };
            let (nacks, plis) = write_layer_feedback(track, reporter, transport.rtt_us, now_us, &mut writer);
            self.stats.nack_out += nacks;
            self.stats.pli_out += plis;
        }
        let media = transport.any_media_ssrc();
        if transport.twcc.next_deadline().is_some_and(|at| now_us >= at) && media != 0 {
            let mut feedback = [0u8; COMPOUND_MAX];
            if let Some(len) = transport.twcc.poll(now_us, reporter, media, &mut feedback) {
                self.stats.twcc_out += 1;
                if !writer.raw(&feedback[..len]) {
                    send_whole(transport, &feedback[..len], out);
                }
            }
        }
        let len = writer.len();
        send_compound(transport, &mut buf, len, out);
    }

    /// The receiver report about everything this transport sends.
    pub(super) fn send_receiver_report(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let mut blocks = [ReportBlock::default(); BLOCKS_MAX];
        let mut count = 0;
        for track in &transport.tracks {
            let Some(track) = self.tracks.get_mut(*track) else { continue };
            for layer in track.layers.iter_mut().filter(|layer| layer.ssrc != 0) {
                if let (Some(block), Some(room)) =
                    (layer.reports.report(layer.ssrc, now_us), blocks.get_mut(count))
                {
                    transport.quality.up_sum += f32::from(block.fraction_lost) / 256.0;
                    transport.quality.up_count += 1;
                    *room = block;
                    count += 1;
                }
            }
        }
        if count == 0 {
            return;
        }
        let mut buf = [0u8; COMPOUND_ROOM];
        let mut writer = RtcpWriter::new(&mut buf[..COMPOUND_MAX]);
        writer.rr(transport.reporter_ssrc(), &blocks[..count]);
        let len = writer.len();
        send_compound(transport, &mut buf, len, out);
    }
}

fn write_layer_feedback(
    track: &mut Track,
    reporter: u32,
    rtt_us: u64,
    now_us: u64,
    writer: &mut RtcpWriter,
) -> (u64, u64) {
    let (mut nacks, mut plis) = (0, 0);
    let open = track.open;
    for layer in track.layers.iter_mut().filter(|layer| open && layer.ssrc != 0) {
        if layer.nack.missing() > 0 {
            let mut seqs = [0u16; NACK_MAX];
            let count = layer.nack.poll(now_us, rtt_us, &mut seqs);
            if count > 0 && writer.nack(reporter, layer.ssrc, &seqs[..count]) {
                nacks += count as u64;
            }
        }
        if layer.nack.take_keyframe_needed() {
            layer.keyframe.request();
        }
        if layer.active && layer.keyframe.poll(now_us) && writer.pli(reporter, layer.ssrc) {
            plis += 1;
        }
    }
    (nacks, plis)
}

/// Protect and send what has been written into `buf`.
pub(super) fn send_compound(transport: &mut Transport, buf: &mut [u8], len: usize, out: &mut dyn Output) {
    let (Some(path), Some(keys)) = (transport.path(), transport.keys.as_mut()) else { return };
    if len == 0 {
        return;
    }
    if let Ok(len) = keys.outbound.protect_rtcp(buf, len) {
        out.transmit(&path, len, &buf[..len]);
    }
}

fn send_whole(transport: &mut Transport, packet: &[u8], out: &mut dyn Output) {
    let mut buf = [0u8; COMPOUND_ROOM];
    buf[..packet.len()].copy_from_slice(packet);
    send_compound(transport, &mut buf, packet.len(), out);
}
