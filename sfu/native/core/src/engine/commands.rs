//! Commands of the control plane. What names something unknown is ignored: closing and asking may cross.

use crate::wire::srtp::{Profile, SrtpIn, SrtpOut};

use super::command::{AddSlot, Command, Publish, SrtpKeys};
use super::engine::Engine;
use super::event::Output;
use super::feed::Wanted;
use super::ids::{PeerId, RoomId, SlotId, TapId, TrackId, TransportId};
use super::room::Room;
use super::slot::Slot;
use super::tap::Tap;
use super::track::Track;
use super::transport::{Keys, Stream, Transport};

impl Engine {
    pub fn command(&mut self, command: Command, now_us: u64, out: &mut dyn Output) {
        match command {
            Command::OpenTransport { transport, room, peer, local_ufrag, local_pwd } => {
                self.open_transport(transport, room, peer, &local_ufrag, &local_pwd, now_us);
            }
            Command::CloseTransport(id) => self.close_transport(id, now_us, out),
            Command::SendDtls { transport, data } => self.send_dtls(transport, &data, out),
            Command::SetSrtpKeys { transport, keys } => self.set_keys(transport, &keys, now_us),
            Command::Publish(line) => self.publish(*line),
            Command::Unpublish(id) => self.unpublish(id, now_us, out),
            Command::SetGate { track, open } => self.set_gate(track, open, now_us, out),
            Command::AddSlot(line) => self.add_slot(*line, now_us, out),
            Command::Bind { slot, track, target_layer } => self.bind(slot, track, target_layer, now_us, out),
            Command::Unbind(slot) => self.unbind(slot, now_us, out),
            Command::SetAudioPolicy { room, slots, always } => {
                self.set_audio_policy(room, slots, always, now_us, out);
            }
            Command::OpenTap { tap, track } => self.open_tap(tap, track, now_us),
            Command::CloseTap(tap) => self.close_tap(tap, now_us, out),
            Command::RequestKeyframe(track) => self.request_keyframe(track),
        }
    }

    fn open_transport(
        &mut self,
        id: TransportId,
        room: RoomId,
        peer: PeerId,
        ufrag: &str,
        pwd: &str,
        now_us: u64,
    ) {
        if self.by_ufrag.contains_key(ufrag.as_bytes()) {
            return;
        }
        let room_index = self.room_index(room);
        let transport = Transport::new(id, room_index, peer, ufrag, pwd, now_us);
        let Some(index) = self.transports.insert(id.0, transport) else { return };
        self.by_ufrag.insert(ufrag.as_bytes().to_vec(), index);
        if let Some(room) = self.rooms.get_mut(room_index) {
            room.members.push(index);
        }
    }

    fn room_index(&mut self, id: RoomId) -> usize {
        match self.rooms.index(id.0) {
            Some(index) => index,
            None => self.rooms.insert(id.0, Room::new(id)).expect("an id that is not taken is free"),
        }
    }

    pub(super) fn close_transport(&mut self, id: TransportId, now_us: u64, out: &mut dyn Output) {
        let Some(index) = self.transports.index(id.0) else { return };
        let Some(transport) = self.transports.get_mut(index) else { return };
        let (tracks, slots) = (std::mem::take(&mut transport.tracks), std::mem::take(&mut transport.slots));
        for track in tracks {
            if let Some(id) = self.tracks.get(track).map(|track| track.id) {
                self.unpublish(id, now_us, out);
            }
        }
        for slot in slots {
            self.release_slot(slot);
            if let Some(id) = self.slots.get(slot).map(|slot| slot.id) {
                self.slots.remove(id.0);
            }
        }
        self.touched.retain(|touched| *touched != index);
        let Some(transport) = self.transports.remove(id.0) else { return };
        for remote in transport.remotes() {
            if self.by_address.get(&remote) == Some(&index) {
                self.by_address.remove(&remote);
            }
        }
        self.by_ufrag.remove(&transport.ufrag);
        self.leave_room(transport.room, index);
    }

    fn leave_room(&mut self, room: usize, member: usize) {
        let Some(state) = self.rooms.get_mut(room) else { return };
        state.members.retain(|known| *known != member);
        if state.members.is_empty() {
            let id = state.id;
            self.rooms.remove(id.0);
        }
    }

    fn send_dtls(&mut self, id: TransportId, data: &[u8], out: &mut dyn Output) {
        let transport = self.transports.index(id.0).and_then(|index| self.transports.get(index));
        if let Some(path) = transport.and_then(Transport::path) {
            if !data.is_empty() {
                out.transmit(&path, data.len(), data);
            }
        }
    }

    fn set_keys(&mut self, id: TransportId, keys: &SrtpKeys, now_us: u64) {
        let Some(profile) = Profile::from_id(keys.profile) else { return };
        let inbound = SrtpIn::new(profile, &keys.rx_key_salt);
        let outbound = SrtpOut::new(profile, &keys.tx_key_salt);
        let (Ok(inbound), Ok(outbound)) = (inbound, outbound) else { return };
        let Some(index) = self.transports.index(id.0) else { return };
        let Some(transport) = self.transports.get_mut(index) else { return };
        transport.keys = Some(Box::new(Keys { inbound, outbound }));
        // Whoever can be sent to from now on needs pictures that begin with a keyframe.
        for slot in transport.slots.clone() {
            let Some(slot) = self.slots.get_mut(slot) else { continue };
            let Some(track) = slot.feed.wanted.map(|wanted| wanted.track) else { continue };
            slot.feed.cut(track);
            self.retarget(track, now_us);
        }
    }

    fn publish(&mut self, line: Publish) {
        let Some(owner) = self.transports.index(line.transport.0) else { return };
        self.serial = self.serial.wrapping_add(1);
        let (id, serial) = (line.track, self.serial);
        let (ssrc, rtx_ssrc, voice) = (line.ssrc, line.rtx_ssrc, line.voice);
        let ext_transport_cc = line.extensions.transport_cc;
        let Some(index) = self.tracks.insert(id.0, Track::new(serial, owner, line)) else { return };
        let Some(transport) = self.transports.get_mut(owner) else { return };
        transport.tracks.push(index);
        if ext_transport_cc != 0 {
            transport.ext_transport_cc = ext_transport_cc;
        }
        for (ssrc, repair) in [(ssrc, false), (rtx_ssrc, true)] {
            if ssrc != 0 {
                transport.bind_stream(Stream { ssrc, track: index, layer: 0, repair });
            }
        }
        if voice {
            let (room, peer) = (transport.room, transport.peer);
            if let Some(room) = self.rooms.get_mut(room) {
                room.voices.push((peer, index));
            }
        }
    }

    pub(super) fn unpublish(&mut self, id: TrackId, now_us: u64, out: &mut dyn Output) {
        let Some(index) = self.tracks.index(id.0) else { return };
        self.silence(index, now_us, out);
        let Some(track) = self.tracks.get_mut(index) else { return };
        let (owner, slots, taps) = (track.transport, track.slots.clone(), track.taps.clone());
        for slot in slots {
            self.forget_track(slot, index, out);
        }
        for tap in taps {
            if let Some(tap) = self.taps.get(tap) {
                let id = tap.id;
                self.close_tap(id, now_us, out);
            }
        }
        if let Some(transport) = self.transports.get_mut(owner) {
            let room = transport.room;
            transport.release_track(index);
            if let Some(room) = self.rooms.get_mut(room) {
                room.voices.retain(|(_, track)| *track != index);
            }
        }
        self.tracks.remove(id.0);
    }

    fn set_gate(&mut self, id: TrackId, open: bool, now_us: u64, out: &mut dyn Output) {
        let Some(index) = self.tracks.index(id.0) else { return };
        let Some(track) = self.tracks.get_mut(index) else { return };
        if track.open == open {
            return;
        }
        track.open = open;
        if !open {
            self.silence(index, now_us, out);
        }
    }

    fn add_slot(&mut self, line: AddSlot, now_us: u64, out: &mut dyn Output) {
        let Some(owner) = self.transports.index(line.transport.0) else { return };
        if self.uses_ssrc(owner, line.ssrc) || (line.rtx_ssrc != 0 && self.uses_ssrc(owner, line.rtx_ssrc)) {
            return; // one SSRC with two streams would repeat nonces
        }
        let (id, auto_audio) = (line.slot, line.auto_audio);
        let Some(index) = self.slots.insert(id.0, Slot::new(owner, line)) else { return };
        if let Some(transport) = self.transports.get_mut(owner) {
            transport.slots.push(index);
        }
        if auto_audio {
            self.place_voices_of(owner, now_us, out);
        }
    }

    fn uses_ssrc(&self, transport: usize, ssrc: u32) -> bool {
        let Some(transport) = self.transports.get(transport) else { return false };
        let used = |slot: &Slot| slot.line.ssrc == ssrc || slot.line.rtx_ssrc == ssrc;
        ssrc == 0 || transport.slots.iter().filter_map(|slot| self.slots.get(*slot)).any(used)
    }

    fn bind(&mut self, slot: SlotId, track: TrackId, target: u8, now_us: u64, out: &mut dyn Output) {
        let Some(index) = self.slots.index(slot.0) else { return };
        let Some(track) = self.tracks.index(track.0) else { return };
        if self.slots.get(index).is_some_and(|slot| !slot.line.auto_audio) && self.may_show(index, track) {
            self.show(index, Wanted { track, target }, now_us, out);
            self.place_beside(index, now_us, out);
        }
    }

    fn unbind(&mut self, slot: SlotId, now_us: u64, out: &mut dyn Output) {
        let Some(index) = self.slots.index(slot.0) else { return };
        if self.slots.get(index).is_some_and(|slot| !slot.line.auto_audio) {
            self.clear_slot(index, out);
            self.place_beside(index, now_us, out);
        }
    }

    fn set_audio_policy(
        &mut self,
        id: RoomId,
        slots: usize,
        always: Vec<PeerId>,
        now_us: u64,
        out: &mut dyn Output,
    ) {
        let index = self.room_index(id);
        if let Some(room) = self.rooms.get_mut(index) {
            room.set_policy(slots, always);
        }
        self.place_voices(index, now_us, out);
    }

    fn open_tap(&mut self, id: TapId, track: TrackId, now_us: u64) {
        let Some(index) = self.tracks.index(track.0) else { return };
        let Some(track) = self.tracks.get(index) else { return };
        let mut tap = Tap::new(id, index, track.line.clock_rate, !track.is_video());
        tap.feed.wanted = Some(Wanted { track: index, target: u8::MAX });
        let Some(tap) = self.taps.insert(id.0, tap) else { return };
        if let Some(track) = self.tracks.get_mut(index) {
            track.taps.push(tap);
        }
        self.retarget(index, now_us);
    }

    pub(super) fn close_tap(&mut self, id: TapId, now_us: u64, out: &mut dyn Output) {
        let Some(index) = self.taps.index(id.0) else { return };
        let Some(tap) = self.taps.remove(id.0) else { return };
        tap.write_end(now_us, out);
        if let Some(track) = self.tracks.get_mut(tap.track) {
            track.taps.retain(|known| *known != index);
        }
        self.retarget(tap.track, now_us);
    }

    fn request_keyframe(&mut self, id: TrackId) {
        let Some(index) = self.tracks.index(id.0) else { return };
        let Some(track) = self.tracks.get_mut(index) else { return };
        for layer in track.layers.iter_mut().filter(|layer| layer.active) {
            layer.keyframe.request();
        }
    }
}
