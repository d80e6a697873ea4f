use super::*;
use proptest::prelude::*;

const MS: u64 = 1_000;

/// A room in virtual time: every 20 ms one level from each peer, a tick every 40 ms.
struct Room {
    speakers: Speakers,
    now: u64,
    changes: usize,
}

impl Room {
    fn new(slots: usize, always: &[u32]) -> Self {
        let mut speakers = Speakers::new();
        speakers.set_policy(slots, always);
        Self { speakers, now: 5_400_000, changes: 0 }
    }

    fn run(&mut self, ms: u64, voice: impl Fn(u64, u32) -> Option<u8>, peers: &[u32]) {
        let start = self.now;
        while self.now < start + ms * MS {
            for peer in peers {
                if let Some(level) = voice(self.now / MS, *peer) {
                    self.speakers.on_level(*peer, level, self.now);
                }
            }
            if self.now % (40 * MS) == 0 {
                self.changes += usize::from(self.speakers.tick(self.now));
            }
            self.now += 20 * MS;
        }
    }

    /// Each peer talks at its own level, with pauses.
    fn talk(&mut self, ms: u64, talkers: &[(u32, u8)]) {
        let peers: Vec<u32> = talkers.iter().map(|(peer, _)| *peer).collect();
        let level = |peer| talkers.iter().find(|(p, _)| *p == peer).map(|(_, level)| *level);
        self.run(ms, |t, peer| level(peer).map(|level| speech(t + 131 * u64::from(peer), level)), &peers);
    }

    fn active(&self) -> Vec<u32> {
        let mut peers: Vec<u32> = self.speakers.active().iter().map(|(peer, _)| *peer).collect();
        peers.sort_unstable();
        peers
    }
}

/// 1.5 s of words, 0.3 s of pause.
fn speech(t: u64, level: u8) -> u8 {
    if t % 1_800 < 1_500 {
        level + (t / 20 % 5) as u8
    } else {
        90
    }
}

#[test]
fn one_talker_is_heard_at_once_and_becomes_dominant() {
    let mut room = Room::new(3, &[]);
    room.run(100, |_, _| Some(30), &[7]);
    assert_eq!(room.active(), [7]);
    assert_eq!(room.speakers.dominant(), 0);
    room.talk(1_000, &[(7, 30)]);
    assert_eq!(room.speakers.dominant(), 7);
}

#[test]
fn a_free_place_asks_for_an_early_tick() {
    let mut speakers = Speakers::new();
    assert!(!speakers.on_level(1, 120, 0));
    assert!(speakers.on_level(1, 20, 20 * MS) || speakers.on_level(1, 20, 40 * MS));
    assert!(speakers.tick(41 * MS));
    assert!(!speakers.on_level(1, 20, 60 * MS));
}

#[test]
fn silence_and_noise_floor_take_no_place() {
    let mut room = Room::new(3, &[]);
    room.run(3_000, |_, peer| Some(if peer == 1 { 127 } else { 80 }), &[1, 2]);
    assert!(room.active().is_empty());
}

#[test]
fn who_falls_silent_leaves_after_two_seconds_and_stays_dominant() {
    let mut room = Room::new(3, &[]);
    room.talk(1_000, &[(1, 30)]);
    room.run(1_500, |_, _| Some(127), &[1]);
    assert_eq!(room.active(), [1]);
    room.run(1_500, |_, _| Some(127), &[1]);
    assert!(room.active().is_empty());
    assert_eq!(room.speakers.dominant(), 1);
}

#[test]
fn a_stream_that_just_stops_expires_too() {
    let mut room = Room::new(3, &[]);
    room.talk(1_000, &[(1, 30)]);
    room.run(4_000, |_, _| None, &[1]);
    assert!(room.active().is_empty());
}

#[test]
fn the_loudest_three_of_four_are_heard() {
    let mut room = Room::new(3, &[]);
    room.talk(4_000, &[(1, 45), (2, 30), (3, 28), (4, 20)]);
    assert_eq!(room.active(), [2, 3, 4]);
}

#[test]
fn equal_voices_do_not_flap() {
    let mut room = Room::new(3, &[]);
    room.run(8_000, |t, peer| Some(30 + ((t / 20 + u64::from(peer)) % 4) as u8), &[1, 2, 3, 4]);
    assert!(room.changes <= 3, "{} changes", room.changes);
}

#[test]
fn a_place_is_held_for_a_second_against_a_louder_one() {
    let mut room = Room::new(1, &[]);
    room.talk(200, &[(1, 40)]);
    room.talk(700, &[(1, 40), (2, 10)]);
    assert_eq!(room.active(), [1]);
    room.talk(900, &[(1, 40), (2, 10)]);
    assert_eq!(room.active(), [2]);
}

#[test]
fn a_cough_steals_nothing() {
    let mut room = Room::new(1, &[]);
    room.talk(1_400, &[(1, 40)]);
    room.run(400, |_, peer| Some(if peer == 1 { 40 } else { 5 }), &[1, 2]);
    room.run(400, |_, peer| Some(if peer == 1 { 40 } else { 110 }), &[1, 2]);
    assert_eq!((room.active(), room.speakers.dominant()), (vec![1], 1));
}

#[test]
fn always_peers_are_heard_besides_the_loudest() {
    let mut room = Room::new(2, &[9, 8]);
    room.talk(4_000, &[(1, 20), (2, 21), (3, 40), (9, 55)]);
    assert_eq!(room.active(), [1, 2, 9]);
    assert_eq!(room.speakers.active()[0].0, 9);
    room.speakers.set_policy(2, &[]);
    room.talk(100, &[(1, 20), (2, 21), (3, 40), (9, 55)]);
    assert_eq!(room.active(), [1, 2]);
}

#[test]
fn a_constant_claim_yields_to_real_speech_after_ten_seconds() {
    let mut room = Room::new(1, &[]);
    let voice = |t, peer| Some(if peer == 66 { 0 } else { speech(t, 35) });
    room.run(9_000, voice, &[66, 1]);
    assert_eq!(room.active(), [66]);
    room.run(2_500, voice, &[66, 1]);
    assert_eq!(room.active(), [1]);
    room.run(20_000, voice, &[66, 1]);
    assert_eq!((room.active(), room.speakers.dominant()), (vec![1], 1));
}

#[test]
fn alone_a_constant_voice_keeps_its_place() {
    let mut room = Room::new(1, &[]);
    room.run(30_000, |_, _| Some(20), &[1]);
    assert_eq!(room.active(), [1]);
}

#[test]
fn forgers_who_imitate_pauses_cannot_keep_all_places() {
    let mut room = Room::new(3, &[]);
    let everyone = [(61, 0), (62, 0), (63, 0), (1, 40)];
    let mut heard = 0;
    for _ in 0..60 {
        room.talk(1_000, &everyone);
        heard += usize::from(room.speakers.is_active(1));
    }
    assert!(heard >= 15, "{heard} of 60 s");
}

#[test]
fn the_dominant_speaker_changes_with_the_turn_not_with_each_word() {
    let mut room = Room::new(3, &[]);
    room.talk(5_000, &[(1, 30), (2, 33)]);
    let first = room.speakers.dominant();
    assert_ne!(first, 0);
    let before = room.changes;
    room.talk(5_000, &[(1, 30), (2, 33)]);
    assert!(room.changes - before <= 1);
    room.run(2_000, |t, peer| Some(if peer == first { 127 } else { speech(t, 33) }), &[1, 2]);
    assert_eq!(room.speakers.dominant(), 3 - first);
}

#[test]
fn removing_shows_at_once() {
    let mut room = Room::new(3, &[]);
    room.talk(2_000, &[(1, 30), (2, 30)]);
    room.speakers.remove(1);
    assert_eq!(room.active(), [2]);
    assert_ne!(room.speakers.dominant(), 1);
    room.speakers.remove(1);
}

#[test]
fn levels_are_those_of_the_last_moment() {
    let mut room = Room::new(3, &[]);
    room.run(1_000, |_, peer| Some(if peer == 1 { 30 } else { 127 }), &[1, 2]);
    let levels: Vec<_> = room.speakers.levels(room.now).collect();
    assert_eq!(levels, [(1, 30)]);
    assert_eq!(room.speakers.levels(room.now + 400 * MS).count(), 0);
}

#[test]
fn a_thousand_peers_fit_and_more_are_bounded() {
    let mut speakers = Speakers::new();
    for peer in 1..=5_000 {
        speakers.on_level(peer, 127, u64::from(peer) * MS);
    }
    assert!(speakers.peers.len() <= MAX_PEERS);
    assert_eq!(speakers.peers.len(), speakers.index.len());
}

proptest! {
    #[test]
    fn places_stay_bounded_and_consistent(
        steps in proptest::collection::vec((1u32..12, any::<u8>(), 0u64..400_000, 0u8..20), 1..300),
        slots in 0usize..4,
    ) {
        let mut s = Speakers::new();
        s.set_policy(slots, &[1, 2]);
        let mut now = 0;
        for (peer, level, wait, what) in steps {
            now += wait;
            match what {
                0 => s.remove(peer),
                1 => s.set_policy(slots, &[peer]),
                _ => { s.on_level(peer, level, now); }
            }
            s.tick(now);
            let always = s.active().iter().filter(|(p, _)| s.always.contains(p)).count();
            prop_assert!(s.active().len() - always <= slots);
            for (at, p) in s.peers.iter().enumerate() {
                prop_assert_eq!(s.index.get(&p.peer), Some(&at));
            }
        }
    }
}
