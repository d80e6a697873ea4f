//! A room as far as media knows it: who speaks, and who listens.

use crate::wire::speakers::Speakers;

use super::ids::{PeerId, RoomId};

pub struct Room {
    pub id: RoomId,
    pub speakers: Speakers,
    /// Indices of the transports in it.
    pub members: Vec<usize>,
    /// The open or closed microphones in it: whose, and which track.
    pub voices: Vec<(PeerId, usize)>,
    always: Vec<PeerId>,
    pub levels_at_us: u64,
    /// Who is heard, most important first; a copy that slots are placed by.
    pub heard: Vec<PeerId>,
}

impl Room {
    #[must_use]
    pub fn new(id: RoomId) -> Self {
        Self {
            id,
            speakers: Speakers::new(),
            members: Vec::new(),
            voices: Vec::new(),
            always: Vec::new(),
            levels_at_us: 0,
            heard: Vec::new(),
        }
    }

    pub fn set_policy(&mut self, slots: usize, always: Vec<PeerId>) {
        let numbers: Vec<u32> = always.iter().map(|peer| peer.0).collect();
        self.speakers.set_policy(slots, &numbers);
        self.always = always;
    }

    /// Refresh `heard`: those who always get a slot first, each group loudest first.
    pub fn rank(&mut self) {
        let Self { speakers, always, heard, .. } = self;
        heard.clear();
        let active = || speakers.active().iter().map(|(peer, _)| PeerId(*peer));
        heard.extend(active().filter(|peer| always.contains(peer)));
        heard.extend(active().filter(|peer| !always.contains(peer)));
    }

    #[must_use]
    pub fn voice_of(&self, peer: PeerId) -> Option<usize> {
        self.voices.iter().rev().find(|(known, _)| *known == peer).map(|(_, track)| *track)
    }

    #[must_use]
    pub fn dominant(&self) -> Option<PeerId> {
        Some(PeerId(self.speakers.dominant())).filter(|peer| peer.0 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_always_get_a_slot_come_first() {
        let mut room = Room::new(RoomId(1));
        room.set_policy(2, vec![PeerId(3)]);
        let mut now = 1_000_000;
        for _ in 0..100 {
            now += 20_000;
            for (peer, level) in [(1, 20), (2, 25), (3, 40)] {
                room.speakers.on_level(peer, level, now);
            }
            room.speakers.tick(now);
        }
        room.rank();
        assert_eq!(room.heard.first(), Some(&PeerId(3)));
        assert_eq!(room.heard.len(), 3);
    }
}
