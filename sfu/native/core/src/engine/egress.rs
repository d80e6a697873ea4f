//! Packets out: subscriber by subscriber, each one's packets sealed side by side in one arena and handed
//! over as runs of equal size, so that a run can be one message to the kernel (`UDP_SEGMENT`).

use crate::wire::rtp::{abs_send_time, EgressHeader};
use crate::wire::srtp::SrtpOut;

use super::engine::{Engine, ARENA_LEN};
use super::event::{Output, Path};
use super::rewriter::Rewritten;
use super::ring::Entry;
use super::slab::Slab;
use super::slot::Slot;
use super::track::Track;
use super::transport::Outgoing;

/// Datagrams of one run; the kernel takes 64.
const RUN_MAX: usize = 32;
/// Room for one datagram: header, payload, repair number, padding, tag.
const DATAGRAM_MAX: usize = 1600;

/// How packets of one run are laid out.
struct Run {
    count: usize,
    /// Bytes of each but perhaps the last, sealed.
    segment: usize,
}

/// What sealing needs; borrowed apart from the queue it works off.
struct Sealer<'a> {
    slots: &'a mut Slab<Slot>,
    tracks: &'a Slab<Track>,
    keys: &'a SrtpOut,
}

impl Engine {
    /// Forward what the last datagrams brought.
    pub fn flush(&mut self, now_us: u64, out: &mut dyn Output) {
        while let Some(index) = self.touched.pop() {
            self.flush_transport(index, out);
            self.send_due_reports(index, now_us, out);
        }
    }

    fn flush_transport(&mut self, index: usize, out: &mut dyn Output) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let mut queue = std::mem::take(&mut transport.outgoing);
        if let (Some(path), Some(keys)) = (transport.path(), transport.keys.as_ref()) {
            let mut sealer = Sealer { slots: &mut self.slots, tracks: &self.tracks, keys: &keys.outbound };
            let mut at = 0;
            while at < queue.len() {
                let run = sealer.plan(&queue[at..]);
                let (sent, len) = sealer.seal_run(&queue[at..at + run.count], run.segment, &mut self.arena);
                if sent > 0 {
                    self.stats.packets_out += sent as u64;
                    self.stats.bytes_out += len as u64;
                    out.transmit(&path, run.segment, &self.arena[..len]);
                }
                at += run.count;
            }
        }
        queue.clear();
        if let Some(transport) = self.transports.get_mut(index) {
            transport.outgoing = queue;
        }
    }

    /// Send a packet again, as a repair packet where the subscriber knows them.
    pub(super) fn resend(
        &mut self,
        path: &Path,
        index: usize,
        item: &Outgoing,
        now_us: u64,
        out: &mut dyn Output,
    ) -> bool {
        let Some(slot) = self.slots.get_mut(index) else { return false };
        let Some(keys) = self.transports.get(slot.transport).and_then(|owner| owner.keys.as_ref()) else {
            return false;
        };
        let Some((entry, payload)) = cached(&self.tracks, item) else { return false };
        let sealed =
            seal_repair(slot, entry, payload, &item.rewritten, now_us, &keys.outbound, &mut self.arena);
        let Some(len) = sealed else { return false };
        self.stats.rtx_out += 1;
        self.stats.packets_out += 1;
        self.stats.bytes_out += len as u64;
        out.transmit(path, len, &self.arena[..len]);
        true
    }
}

impl Sealer<'_> {
    /// The longest run at the head of the queue: sizes that differ by at most the one byte that padding can
    /// add; a shorter packet may end it.
    fn plan(&self, queue: &[Outgoing]) -> Run {
        let Some((first, pads)) = self.size(&queue[0]) else { return Run { count: 1, segment: 1 } };
        let (mut low, mut high, mut padded) = (first, first, pads);
        let mut count = 1;
        for item in queue.iter().skip(1) {
            let Some((size, pads)) = self.size(item) else { break };
            if count == RUN_MAX || (count + 1) * (high.max(size) + 1) > ARENA_LEN - DATAGRAM_MAX {
                break;
            }
            let (new_low, new_high) = (low.min(size), high.max(size));
            if new_low == new_high || (new_high - new_low == 1 && padded && pads) {
                (low, high, padded) = (new_low, new_high, padded && pads);
                count += 1;
            } else {
                // The last one may be shorter than the others.
                count += usize::from(size < high);
                break;
            }
        }
        Run { count, segment: high }
    }

    /// Sealed length, and whether it may be padded.
    fn size(&self, item: &Outgoing) -> Option<(usize, bool)> {
        let slot = self.slots.get(item.slot)?;
        let (entry, _) = cached(self.tracks, item)?;
        let header = if slot.line.ext_abs_send_time == 0 { 16 } else { 24 };
        Some((header + usize::from(entry.len) + self.keys.overhead(), slot.may_pad()))
    }

    /// Seal a run into `arena`; returns how many packets and bytes.
    fn seal_run(&mut self, items: &[Outgoing], segment: usize, arena: &mut [u8]) -> (usize, usize) {
        let (mut sent, mut at) = (0, 0);
        for item in items {
            let Some(room) = arena.get_mut(at..(at + DATAGRAM_MAX).min(ARENA_LEN)) else { break };
            let Some(slot) = self.slots.get_mut(item.slot) else { continue };
            let Some((entry, payload)) = cached(self.tracks, item) else { continue };
            let Some(len) = seal(slot, entry, payload, &item.rewritten, segment, self.keys, room) else {
                continue;
            };
            slot.packets = slot.packets.wrapping_add(1);
            slot.octets = slot.octets.wrapping_add(payload.len() as u32);
            at += len;
            sent += 1;
        }
        (sent, at)
    }
}

fn cached<'a>(tracks: &'a Slab<Track>, item: &Outgoing) -> Option<(&'a Entry, &'a [u8])> {
    let track = tracks.get(item.source.track).filter(|track| track.serial == item.source.serial)?;
    track.layers.get(usize::from(item.source.layer))?.ring.as_ref()?.get(item.media_seq)
}

/// Write and protect one packet; padded by one byte where that makes it `segment` long.
fn seal(
    slot: &Slot,
    entry: &Entry,
    payload: &[u8],
    rewritten: &Rewritten,
    segment: usize,
    keys: &SrtpOut,
    buf: &mut [u8],
) -> Option<usize> {
    let header = EgressHeader {
        marker: entry.marker,
        payload_type: slot.payload_type(entry.codec)?.pt,
        seq: rewritten.ext_seq as u16,
        timestamp: rewritten.timestamp,
        ssrc: slot.line.ssrc,
        csrc: rewritten.csrc,
        // Of the arrival, so that sealing the same packet twice gives the same bytes.
        abs_send_time: send_time(slot, entry.arrival_us),
        padding: false,
    };
    let plain_len = header.len() + payload.len();
    let pad = slot.may_pad() && plain_len + keys.overhead() + 1 == segment;
    let header = EgressHeader { padding: pad, ..header };
    let start = header.write(buf)?;
    let mut end = start + payload.len();
    let body = buf.get_mut(start..end)?;
    body.copy_from_slice(payload);
    if let Some(vp8) = &entry.vp8 {
        vp8.rewrite(body, rewritten.picture_id, rewritten.tl0);
    }
    if pad {
        *buf.get_mut(end)? = 1;
        end += 1;
    }
    keys.protect_rtp(buf, start, end, rewritten.ext_seq).ok()
}

/// RFC 4588 where negotiated, else the packet itself once more, byte for byte.
fn seal_repair(
    slot: &mut Slot,
    entry: &Entry,
    payload: &[u8],
    rewritten: &Rewritten,
    now_us: u64,
    keys: &SrtpOut,
    buf: &mut [u8],
) -> Option<usize> {
    let repair_type = slot.payload_type(entry.codec)?.rtx;
    if repair_type == 0 || slot.line.rtx_ssrc == 0 {
        return seal(slot, entry, payload, rewritten, 0, keys, buf);
    }
    let ext_seq = slot.next_repair;
    let header = EgressHeader {
        marker: entry.marker,
        payload_type: repair_type,
        seq: ext_seq as u16,
        timestamp: rewritten.timestamp,
        ssrc: slot.line.rtx_ssrc,
        csrc: rewritten.csrc,
        abs_send_time: send_time(slot, now_us),
        padding: false,
    };
    let start = header.write(buf)?;
    buf.get_mut(start..start + 2)?.copy_from_slice(&(rewritten.ext_seq as u16).to_be_bytes());
    let body_at = start + 2;
    let end = body_at + payload.len();
    let body = buf.get_mut(body_at..end)?;
    body.copy_from_slice(payload);
    if let Some(vp8) = &entry.vp8 {
        vp8.rewrite(body, rewritten.picture_id, rewritten.tl0);
    }
    slot.next_repair += 1;
    keys.protect_rtp(buf, start, end, ext_seq).ok()
}

fn send_time(slot: &Slot, us: u64) -> Option<(u8, u32)> {
    (slot.line.ext_abs_send_time != 0).then(|| (slot.line.ext_abs_send_time, abs_send_time(us)))
}
