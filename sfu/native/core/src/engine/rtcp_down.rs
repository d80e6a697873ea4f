//! RTCP to subscribers: sender reports of the slots, in the server's clock (RFC 3550 6.4.1).

use crate::wire::rtcp::{ntp_from_unix_us, RtcpWriter, SenderInfo};

use super::engine::Engine;
use super::event::Output;
use super::rtcp_up::{send_compound, COMPOUND_MAX, COMPOUND_ROOM};
use super::slab::Slab;
use super::slot::Slot;
use super::track::Track;

const CNAME: &str = "sfu";

impl Engine {
    /// Reports of slots that have just been bound.
    pub(super) fn send_due_reports(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        let due = |slot: &Slot| slot.report_due;
        let Some(transport) = self.transports.get(index) else { return };
        if transport.slots.iter().any(|slot| self.slots.get(*slot).is_some_and(due)) {
            self.send_slot_reports(index, now_us, due, out);
        }
    }

    /// Reports of all slots through which something flows.
    pub(super) fn send_all_reports(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        self.send_slot_reports(index, now_us, |_| true, out);
    }

    fn send_slot_reports(
        &mut self,
        index: usize,
        now_us: u64,
        wanted: impl Fn(&Slot) -> bool,
        out: &mut dyn Output,
    ) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        if transport.keys.is_none() {
            return;
        }
        let mut buf = [0u8; COMPOUND_ROOM];
        let mut writer = RtcpWriter::new(&mut buf[..COMPOUND_MAX]);
        for at in 0..transport.slots.len() {
            let Some(slot) = self.slots.get_mut(transport.slots[at]).filter(|slot| wanted(slot)) else {
                continue;
            };
            slot.report_due = false;
            let Some(info) = report_of(slot, &self.tracks, now_us) else { continue };
            if !(writer.sr(&info, &[]) && writer.sdes_cname(info.ssrc, CNAME)) {
                let len = writer.len();
                send_compound(transport, &mut buf, len, out);
                writer = RtcpWriter::new(&mut buf[..COMPOUND_MAX]);
                writer.sr(&info, &[]);
                writer.sdes_cname(info.ssrc, CNAME);
            }
        }
        let len = writer.len();
        send_compound(transport, &mut buf, len, out);
    }
}

/// Now, in both clocks of the slot's stream, extrapolated from what the publisher last said.
fn report_of(slot: &Slot, tracks: &Slab<Track>, now_us: u64) -> Option<SenderInfo> {
    let source = slot.feed.current?;
    let epoch = slot.feed.rewriter.current()?;
    let track = tracks.get(source.track).filter(|track| track.serial == source.serial)?;
    let layer = track.layers.get(usize::from(source.layer))?;
    if !layer.active || slot.packets == 0 {
        return None;
    }
    Some(SenderInfo {
        ssrc: slot.line.ssrc,
        ntp: ntp_from_unix_us(now_us),
        rtp: epoch.timestamp(layer.clock.timestamp_at(now_us)?),
        packets: slot.packets,
        octets: slot.octets,
    })
}
