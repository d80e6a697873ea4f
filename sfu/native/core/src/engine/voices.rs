//! Loudest-N: levels in, the same few voices out to every subscriber of a room, never one's own.

use super::engine::Engine;
use super::event::{Event, Output};
use super::feed::Wanted;
use super::ids::PeerId;
use super::selection::{place_talkers, AudioPlace};

/// Audio slots of one subscriber that take part; the offer has three.
const PLACES_MAX: usize = 16;
const LEVELS_INTERVAL_US: u64 = 200_000;

impl Engine {
    /// An open microphone claims a level. True speakers get a free place with their first packets.
    pub(super) fn on_voice_level(&mut self, transport: usize, level: u8, now_us: u64, out: &mut dyn Output) {
        let Some(transport) = self.transports.get(transport) else { return };
        let (index, peer) = (transport.room, transport.peer);
        let Some(room) = self.rooms.get_mut(index) else { return };
        if room.speakers.on_level(peer.0, level, now_us) {
            self.decide_speakers(index, now_us, out);
        }
    }

    /// Let the room decide who speaks; tell and rebind if that changed.
    pub(super) fn decide_speakers(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        let Some(room) = self.rooms.get_mut(index) else { return };
        if room.speakers.tick(now_us) {
            self.speakers_changed(index, now_us, out);
        }
        let Some(room) = self.rooms.get_mut(index) else { return };
        if now_us.saturating_sub(room.levels_at_us) >= LEVELS_INTERVAL_US {
            room.levels_at_us = now_us;
            let levels: Vec<(PeerId, u8)> =
                room.speakers.levels(now_us).map(|(peer, level)| (PeerId(peer), level)).collect();
            if !levels.is_empty() {
                out.event(Event::AudioLevels { room: room.id, levels });
            }
        }
    }

    fn speakers_changed(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        let Some(room) = self.rooms.get_mut(index) else { return };
        let active = room.speakers.active().iter().map(|(peer, level)| (PeerId(*peer), *level)).collect();
        out.event(Event::SpeakersChanged { room: room.id, active, dominant: room.dominant() });
        self.place_voices(index, now_us, out);
    }

    /// A microphone closed or went away: it is silent for everybody at once.
    pub(super) fn voice_ended(&mut self, owner: usize, track: usize, now_us: u64, out: &mut dyn Output) {
        let Some(transport) = self.transports.get(owner) else { return };
        let (index, peer) = (transport.room, transport.peer);
        let Some(room) = self.rooms.get_mut(index) else { return };
        if room.voice_of(peer) != Some(track) {
            return; // the same person has reconnected and speaks through another transport
        }
        let was_active = room.speakers.is_active(peer.0);
        room.speakers.remove(peer.0);
        room.speakers.tick(now_us);
        if was_active {
            self.speakers_changed(index, now_us, out);
        }
    }

    /// Bind the audio slots of everybody in the room to those who are heard.
    pub(super) fn place_voices(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        let Some(room) = self.rooms.get_mut(index) else { return };
        room.rank();
        let members = room.members.clone();
        for member in members {
            self.place_voices_of(member, now_us, out);
        }
    }

    /// A video slot changed: the voice that belongs to its picture moves beside it.
    pub(super) fn place_beside(&mut self, slot: usize, now_us: u64, out: &mut dyn Output) {
        if let Some(slot) = self.slots.get(slot).filter(|slot| slot.line.pair >= 0) {
            self.place_voices_of(slot.transport, now_us, out);
        }
    }

    pub(super) fn place_voices_of(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        let mut slots = [0usize; PLACES_MAX];
        let mut places = [AudioPlace { talker: None, seen: None }; PLACES_MAX];
        let count = self.audio_places(index, &mut slots, &mut places);
        let before = places;
        let Some(transport) = self.transports.get(index) else { return };
        let Some(room) = self.rooms.get(transport.room) else { return };
        let others: Vec<PeerId> = room.heard.iter().copied().filter(|peer| *peer != transport.peer).collect();
        let room = transport.room;
        place_talkers(&mut places[..count], &others);
        for at in (0..count).filter(|at| places[*at].talker != before[*at].talker) {
            let track = places[at].talker.and_then(|peer| self.rooms.get(room)?.voice_of(peer));
            match track.filter(|track| self.may_show(slots[at], *track)) {
                Some(track) => self.show(slots[at], Wanted { track, target: u8::MAX }, now_us, out),
                None => self.clear_slot(slots[at], out),
            }
        }
    }

    /// The automatic audio slots of a subscriber as they are, each with whose picture is beside it.
    fn audio_places(&self, index: usize, slots: &mut [usize], places: &mut [AudioPlace]) -> usize {
        let Some(transport) = self.transports.get(index) else { return 0 };
        let mut count = 0;
        for slot_index in &transport.slots {
            let Some(slot) = self.slots.get(*slot_index).filter(|slot| slot.line.auto_audio) else {
                continue;
            };
            if count == slots.len() {
                break;
            }
            let talker = slot.feed.wanted.and_then(|wanted| self.publisher_of(wanted.track));
            let seen = (slot.line.pair >= 0).then(|| self.seen_beside(index, slot.line.pair)).flatten();
            slots[count] = *slot_index;
            places[count] = AudioPlace { talker, seen };
            count += 1;
        }
        count
    }

    /// Whose picture is in video slot `pair`.
    fn seen_beside(&self, transport: usize, pair: i32) -> Option<PeerId> {
        let slots = self.transports.get(transport)?.slots.iter();
        slots
            .filter_map(|slot| self.slots.get(*slot))
            .find(|slot| !slot.line.auto_audio && slot.line.pair == pair)
            .and_then(|slot| self.publisher_of(slot.feed.wanted?.track))
    }

    fn publisher_of(&self, track: usize) -> Option<PeerId> {
        let owner = self.tracks.get(track)?.transport;
        self.transports.get(owner).map(|transport| transport.peer)
    }
}
