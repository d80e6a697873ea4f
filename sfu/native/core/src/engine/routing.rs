//! Who gets a packet: the slots and taps of its track. Also what changes that: binding, gates, layers
//! that start and fall silent.

use super::command::Kind;
use super::engine::Engine;
use super::event::{Event, Output};
use super::feed::{Feed, Origin, Verdict, Wanted};
use super::ids::TrackId;
use super::rewriter::Source;
use super::ring::Entry;
use super::selection::choose_layer;
use super::slot::Slot;
use super::tap::{Tap, TapOutcome};
use super::track::{Layer, Track};
use super::transport::{Outgoing, Transport};

impl Engine {
    /// A packet is in the cache: queue it for every slot that shows its layer, write it to the taps.
    pub(super) fn route(&mut self, origin: &Origin, media_seq: u64, now_us: u64, out: &mut dyn Output) {
        let index = origin.source.track;
        let Some(track) = self.tracks.get_mut(index) else { return };
        let Some(entry) = cached(track, origin.source.layer, media_seq) else { return };
        let slots = std::mem::take(&mut track.slots);
        let mut copies = 0;
        for slot in &slots {
            copies += self.route_to_slot(*slot, origin, &entry, now_us, out);
        }
        // A switch takes slots off the list of the track they left, which is never this one.
        if let Some(track) = self.tracks.get_mut(index) {
            track.slots = slots;
        }
        if copies > 0 {
            self.in_flight.push((entry.arrival_us, copies));
        }
        if self.tap_attached {
            self.route_to_taps(origin, &entry, now_us, out);
        }
    }

    fn route_to_slot(
        &mut self,
        index: usize,
        origin: &Origin,
        entry: &Entry,
        now_us: u64,
        out: &mut dyn Output,
    ) -> u64 {
        let Some(slot) = self.slots.get_mut(index) else { return 0 };
        if slot.payload_type(entry.codec).is_none() {
            return 0;
        }
        let before = slot.feed.current;
        let verdict = slot.feed.on_packet(origin, entry, now_us);
        if verdict == Verdict::Skip {
            return 0;
        }
        let Some(transport) = self.transports.get_mut(slot.transport) else { return 0 };
        if transport.outgoing.is_empty() {
            self.touched.push(slot.transport);
        }
        let Some(track) = self.tracks.get(origin.source.track) else { return 0 };
        slot.report_due |= verdict != Verdict::Forward;
        if verdict != Verdict::Switched {
            return u64::from(enqueue(transport, index, slot, origin.source, entry, now_us));
        }
        self.stats.switches += 1;
        let newest = track.layers[usize::from(origin.source.layer)].ring.as_ref().map_or(0, |r| r.newest());
        let mut copies = 0;
        for media_seq in entry.media_seq..=newest.max(entry.media_seq) {
            if let Some(entry) = cached(track, origin.source.layer, media_seq) {
                copies += u64::from(enqueue(transport, index, slot, origin.source, &entry, now_us));
            }
        }
        tell_layer(slot, Some((track.id, origin.source.layer)), out);
        if let Some(old) = before.filter(|old| old.track != origin.source.track) {
            if let Some(track) = self.tracks.get_mut(old.track) {
                track.slots.retain(|known| *known != index);
            }
        }
        copies
    }

    fn route_to_taps(&mut self, origin: &Origin, entry: &Entry, now_us: u64, out: &mut dyn Output) {
        let Some(track) = self.tracks.get_mut(origin.source.track) else { return };
        let layer = &mut track.layers[usize::from(origin.source.layer)];
        for index in 0..track.taps.len() {
            let Some(tap) = self.taps.get_mut(track.taps[index]) else { continue };
            match tap.feed.on_packet(origin, entry, now_us) {
                Verdict::Skip => {}
                Verdict::Forward => self.stats.count_tap(write_tap(tap, layer, entry, now_us, out)),
                Verdict::Realigned => {
                    write_clock(tap, layer, now_us, out);
                    self.stats.count_tap(write_tap(tap, layer, entry, now_us, out));
                }
                Verdict::Switched => {
                    write_clock(tap, layer, now_us, out);
                    let newest = layer.ring.as_ref().map_or(0, |ring| ring.newest());
                    for media_seq in entry.media_seq..=newest.max(entry.media_seq) {
                        let Some(entry) = layer.ring.as_ref().and_then(|ring| ring.get(media_seq)) else {
                            continue;
                        };
                        let entry = *entry.0;
                        self.stats.count_tap(write_tap(tap, layer, &entry, now_us, out));
                    }
                }
            }
        }
    }

    /// Layers of `track` came, went, or somebody wants another: aim all its viewers anew.
    pub(super) fn retarget(&mut self, index: usize, now_us: u64) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        let mut waiting = 0u32;
        for slot in &track.slots {
            if let Some(slot) = self.slots.get_mut(*slot) {
                waiting |= aim(&mut slot.feed, track, index, now_us);
            }
        }
        if self.tap_attached {
            for tap in &track.taps {
                if let Some(tap) = self.taps.get_mut(*tap) {
                    waiting |= aim(&mut tap.feed, track, index, now_us);
                }
            }
        }
        let video = track.is_video();
        for (number, layer) in track.layers.iter_mut().enumerate() {
            layer.keyframe.set_waiting(video && waiting & (1 << number) != 0);
        }
    }

    /// May this slot show this track at all: same kind, same room, a codec both know?
    pub(super) fn may_show(&self, slot: usize, track: usize) -> bool {
        let (Some(slot), Some(track)) = (self.slots.get(slot), self.tracks.get(track)) else { return false };
        let room = |transport: usize| self.transports.get(transport).map(|transport| transport.room);
        let decodable = track.line.payload_types.iter().any(|known| slot.payload_type(known.codec).is_some());
        slot.line.kind == track.line.kind && room(slot.transport) == room(track.transport) && decodable
    }

    /// Bind: the old picture runs on until the new one's keyframe, unless it does not flow anyway.
    pub(super) fn show(&mut self, index: usize, wanted: Wanted, now_us: u64, out: &mut dyn Output) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        let old = slot.feed.wanted.replace(wanted);
        let current = slot.feed.current;
        if let Some(old) = old.filter(|old| {
            old.track != wanted.track && current.is_none_or(|current| current.track != old.track)
        }) {
            self.leave(index, old.track);
        }
        if let Some(current) = current.filter(|current| current.track != wanted.track) {
            let live = self.tracks.get(current.track).is_some_and(|t| t.active_layers().next().is_some());
            let audio = self.slots.get(index).is_some_and(|slot| slot.line.kind == Kind::Audio);
            if !live || audio {
                self.forget_current(index, current.track, out);
            }
        }
        if let Some(track) = self.tracks.get_mut(wanted.track) {
            if !track.slots.contains(&index) {
                track.slots.push(index);
            }
        }
        self.retarget(wanted.track, now_us);
    }

    /// Unbind: nothing flows from now on.
    pub(super) fn clear_slot(&mut self, index: usize, out: &mut dyn Output) {
        self.release_slot(index);
        if let Some(slot) = self.slots.get_mut(index) {
            tell_layer(slot, None, out);
        }
    }

    /// Take a slot off every list, without telling anybody.
    pub(super) fn release_slot(&mut self, index: usize) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        let tracks = [slot.feed.wanted.map(|w| w.track), slot.feed.current.map(|c| c.track)];
        slot.feed.stop();
        for track in tracks.into_iter().flatten() {
            self.leave(index, track);
        }
    }

    fn leave(&mut self, slot: usize, track: usize) {
        if let Some(track) = self.tracks.get_mut(track) {
            track.slots.retain(|known| *known != slot);
        }
    }

    /// The picture of `track` has to go at once; what the slot waits for stays.
    pub(super) fn forget_current(&mut self, index: usize, track: usize, out: &mut dyn Output) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        if slot.feed.cut(track) {
            tell_layer(slot, None, out);
        }
        if slot.feed.wanted.is_none_or(|wanted| wanted.track != track) {
            self.leave(index, track);
        }
    }

    /// The track ends: whoever wanted it wants nothing now.
    pub(super) fn forget_track(&mut self, index: usize, track: usize, out: &mut dyn Output) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        if slot.feed.cut(track) {
            tell_layer(slot, None, out);
        }
        slot.feed.wanted = slot.feed.wanted.filter(|wanted| wanted.track != track);
    }

    /// Nothing of the track flows from this moment: gate closed, or track ending.
    pub(super) fn silence(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        track.layers.iter_mut().for_each(Layer::interrupt);
        let (slots, taps) = (track.slots.clone(), track.taps.clone());
        let (voice, owner) = (track.line.voice, track.transport);
        for slot in slots {
            self.forget_current(slot, index, out);
        }
        for tap in taps {
            if let Some(tap) = self.taps.get_mut(tap) {
                tap.feed.cut(index);
            }
        }
        self.report_layers(index, now_us, out);
        self.retarget(index, now_us);
        if voice {
            self.voice_ended(owner, index, now_us, out);
        }
    }
}

fn aim(feed: &mut Feed, track: &Track, index: usize, now_us: u64) -> u32 {
    let Some(wanted) = feed.wanted.filter(|wanted| wanted.track == index) else { return 0 };
    let best = choose_layer(track.active_layers(), wanted.target);
    feed.aim(best.map(|layer| track.source(index, layer)), now_us);
    feed.pending.map_or(0, |pending| 1 << pending.layer)
}

fn cached(track: &Track, layer: u8, media_seq: u64) -> Option<Entry> {
    let ring = track.layers.get(usize::from(layer))?.ring.as_ref()?;
    ring.get(media_seq).map(|(entry, _)| *entry)
}

fn enqueue(
    transport: &mut Transport,
    index: usize,
    slot: &mut Slot,
    source: Source,
    entry: &Entry,
    now_us: u64,
) -> bool {
    let Some(rewritten) = slot.feed.rewriter.rewrite(entry, now_us) else { return false };
    transport.outgoing.push(Outgoing { slot: index, source, media_seq: entry.media_seq, rewritten });
    true
}

fn write_tap(
    tap: &mut Tap,
    layer: &mut Layer,
    entry: &Entry,
    now_us: u64,
    out: &mut dyn Output,
) -> TapOutcome {
    let Some(rewritten) = tap.feed.rewriter.rewrite(entry, now_us) else { return TapOutcome::Dropped };
    let Some((entry, payload)) = layer.ring.as_ref().and_then(|ring| ring.get(entry.media_seq)) else {
        return TapOutcome::Dropped;
    };
    let outcome = tap.write(entry, payload, &rewritten, out);
    if outcome == TapOutcome::Dropped {
        layer.keyframe.request();
    }
    outcome
}

/// The present mapping of a tap's timestamps to capture times.
pub(super) fn write_clock(tap: &Tap, layer: &Layer, now_us: u64, out: &mut dyn Output) {
    let epoch = tap.feed.rewriter.current();
    if let (Some(epoch), Some(mapping)) = (epoch, layer.clock.mapping()) {
        tap.write_clock(epoch.timestamp(mapping.timestamp), mapping, now_us, out);
    }
}

/// Tell the control plane what a slot forwards, if that is news.
pub(super) fn tell_layer(slot: &mut Slot, now: Option<(TrackId, u8)>, out: &mut dyn Output) {
    let (track, layer) = now.map_or((TrackId(slot.told_track), -1), |(track, layer)| (track, layer as i8));
    if slot.told_layer == layer && slot.told_track == track.0 {
        return;
    }
    (slot.told_layer, slot.told_track) = (layer, track.0);
    out.event(Event::LayerChanged { slot: slot.id, track, layer });
}
