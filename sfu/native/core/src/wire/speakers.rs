//! Who is heard: the loudest few of a room, and the dominant speaker, from the levels that publishers claim
//! in RFC 6464. Owns the choice only; gates, slots and forwarding belong to the room.
//!
//! A free place is taken at the first syllable. A taken one is held for a second and stolen only by somebody
//! clearly louder for 0.6 s. Levels are claims, so loudness alone keeps no place: who claims to speak for
//! ten seconds without the pauses of speech yields to any real speaker, and who has waited ten seconds takes
//! the longest-held place. Peers of the `always` list have places of their own. Times are microseconds.

use std::collections::HashMap;

pub const MAX_PEERS: usize = 1024;
const MAX_ACTIVE: usize = 64;

/// Loudness is 127 minus the claimed level, in Q8.
type Loudness = i32;
const fn loudness(dbov: i32) -> Loudness {
    (127 + dbov) << 8
}
/// Speaks from here on, and until `QUIET`.
const SPEAKS: Loudness = loudness(-65);
const QUIET: Loudness = loudness(-73);
/// Loud enough to take a place from somebody.
const STEALS: Loudness = loudness(-50);
const CLEARLY: Loudness = 6 << 8;
/// A pause of natural speech is this far below the speaker's own average.
const PAUSE_DEPTH: Loudness = 12 << 8;

/// No packet for this long counts as silence.
const GAP_US: u64 = 200_000;
const PAUSE_US: u64 = 150_000;
const HOLD_US: u64 = 1_000_000;
const STEAL_AFTER_US: u64 = 600_000;
const YIELD_AFTER_US: u64 = 300_000;
const SILENT_AFTER_US: u64 = 500_000;
const EXPIRE_US: u64 = 2_000_000;
const WAIT_RESET_US: u64 = 1_000_000;
const TURN_US: u64 = 10_000_000;
const TURN_HOLD_US: u64 = 5_000_000;
const DOMINANT_AFTER_US: u64 = 400_000;
const DOMINANT_STEAL_US: u64 = 1_000_000;
const FORGET_US: u64 = 60_000_000;
const AUDIBLE_US: u64 = 300_000;

#[derive(Debug, Clone)]
struct Peer {
    peer: u32,
    always: bool,
    fast: Loudness,
    slow: Loudness,
    last_at: u64,
    /// Since when the samples lie in a pause.
    low_since: Option<u64>,
    paused_at: u64,
    speaking: bool,
    last_spoke: u64,
    /// Since when this peer speaks, short pauses included.
    turn_since: u64,
    /// Since when it is clearly louder than the weakest place.
    louder_since: Option<u64>,
    /// Since when it is clearly louder than the dominant one.
    dominates_since: Option<u64>,
    place: Option<Place>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    since: u64,
    /// Not to be taken before.
    safe_until: u64,
}

impl Peer {
    fn new(peer: u32, always: bool, now: u64) -> Self {
        Self {
            peer,
            always,
            fast: 0,
            slow: 0,
            last_at: now,
            low_since: None,
            paused_at: now,
            speaking: false,
            last_spoke: 0,
            turn_since: now,
            louder_since: None,
            dominates_since: None,
            place: None,
        }
    }

    fn sample(&mut self, level: u8, now: u64) {
        let loud = loudness(-i32::from(level.min(127)));
        if now.saturating_sub(self.last_at) >= PAUSE_US {
            self.paused_at = now;
        }
        self.last_at = now;
        self.fast += if loud > self.fast { (loud - self.fast) / 2 } else { (loud - self.fast) / 8 };
        self.slow += (loud - self.slow) / 64;
        if loud < self.slow - PAUSE_DEPTH {
            let since = *self.low_since.get_or_insert(now);
            if now.saturating_sub(since) >= PAUSE_US {
                self.paused_at = now;
            }
        } else {
            self.low_since = None;
        }
    }

    fn loud(&self, now: u64) -> Loudness {
        if now.saturating_sub(self.last_at) > GAP_US {
            0
        } else {
            self.fast
        }
    }

    fn refresh(&mut self, now: u64) {
        let floor = if self.speaking { QUIET } else { SPEAKS };
        self.speaking = self.loud(now) >= floor;
        if self.speaking {
            if now.saturating_sub(self.last_spoke) > WAIT_RESET_US {
                self.turn_since = now;
            }
            self.last_spoke = now;
        }
        if self.silent_for(now, EXPIRE_US) {
            self.place = None;
        }
    }

    fn silent_for(&self, now: u64, span: u64) -> bool {
        !self.speaking && now.saturating_sub(self.last_spoke) > span
    }

    /// Has claimed speech for a whole turn without a pause.
    fn monotone(&self, now: u64) -> bool {
        self.speaking && now.saturating_sub(self.paused_at) > TURN_US
    }

    fn spoken_for(&self, now: u64) -> u64 {
        now.saturating_sub(self.turn_since)
    }
}

/// One per room. Feed every level of an open microphone; call `tick` about every 50 ms.
#[derive(Debug, Default)]
pub struct Speakers {
    slots: usize,
    always: Vec<u32>,
    index: HashMap<u32, usize>,
    peers: Vec<Peer>,
    active: Vec<(u32, u8)>,
    dominant: u32,
}

impl Speakers {
    pub fn new() -> Self {
        Self { slots: 3, ..Self::default() }
    }

    /// `slots` places for everybody; the peers of `always` have one besides whenever they speak.
    pub fn set_policy(&mut self, slots: usize, always: &[u32]) {
        self.slots = slots.min(MAX_ACTIVE);
        self.always = always.to_vec();
        for peer in &mut self.peers {
            peer.always = always.contains(&peer.peer);
        }
    }

    /// One packet's claimed level (-dBov). True if a `tick` now would give this peer a free place.
    pub fn on_level(&mut self, peer: u32, level: u8, now: u64) -> bool {
        let at = match self.index.get(&peer) {
            Some(at) => *at,
            None => match self.admit(peer, now) {
                Some(at) => at,
                None => return false,
            },
        };
        let Some(entry) = self.peers.get_mut(at) else { return false };
        entry.sample(level, now);
        entry.place.is_none()
            && entry.fast >= SPEAKS
            && (entry.always || self.active.len() < self.slots)
            && !entry.speaking
    }

    fn admit(&mut self, peer: u32, now: u64) -> Option<usize> {
        if self.peers.len() >= MAX_PEERS {
            let idle = |p: &Peer| p.place.is_none() && now.saturating_sub(p.last_at) > GAP_US;
            let stalest = self.peers.iter().filter(|p| idle(p)).min_by_key(|p| p.last_at)?.peer;
            self.remove(stalest);
        }
        let at = self.peers.len();
        self.peers.push(Peer::new(peer, self.always.contains(&peer), now));
        self.index.insert(peer, at);
        Some(at)
    }

    /// The peer left, or its microphone closed. Shows in `active` at once.
    pub fn remove(&mut self, peer: u32) {
        let Some(at) = self.index.remove(&peer) else { return };
        self.peers.swap_remove(at);
        if let Some(moved) = self.peers.get(at) {
            self.index.insert(moved.peer, at);
        }
        self.active.retain(|(active, _)| *active != peer);
        if self.dominant == peer {
            self.dominant = 0;
        }
    }

    /// Decides. True if the set of active peers or the dominant one changed.
    pub fn tick(&mut self, now: u64) -> bool {
        self.forget(now);
        self.peers.iter_mut().for_each(|peer| peer.refresh(now));
        self.time_louder(now);
        for peer in self.peers.iter_mut().filter(|p| p.always && p.speaking && p.place.is_none()) {
            peer.place = Some(Place { since: now, safe_until: now + HOLD_US });
        }
        self.drop_surplus(now);
        for _ in 0..self.slots.max(1) {
            if !self.place_one(now) {
                break;
            }
        }
        let members = self.publish(now);
        let dominant = self.choose_dominant(now);
        members || dominant
    }

    fn forget(&mut self, now: u64) {
        let stale = |p: &Peer| now.saturating_sub(p.last_at) > FORGET_US && p.place.is_none();
        while let Some(peer) = self.peers.iter().find(|p| stale(p)).map(|p| p.peer) {
            let dominant = self.dominant;
            self.remove(peer);
            self.dominant = dominant; // who spoke last stays dominant until another speaks or leaves
        }
    }

    /// Keeps, for each waiting peer, since when it has been clearly louder than the weakest place.
    fn time_louder(&mut self, now: u64) {
        let weakest = self.weakest(now).map_or(0, |at| self.peers[at].loud(now));
        for peer in &mut self.peers {
            let louder =
                peer.place.is_none() && peer.speaking && peer.loud(now) >= STEALS.max(weakest + CLEARLY);
            peer.louder_since = louder.then(|| peer.louder_since.unwrap_or(now));
        }
    }

    fn ordinary(&self) -> impl Iterator<Item = (usize, &Peer, Place)> {
        let placed = self.peers.iter().enumerate().filter(|(_, p)| !p.always);
        placed.filter_map(|(at, p)| p.place.map(|place| (at, p, place)))
    }

    fn weakest(&self, now: u64) -> Option<usize> {
        self.ordinary().min_by_key(|(_, p, _)| (p.loud(now), p.peer)).map(|(at, ..)| at)
    }

    /// After the policy shrank, or a peer lost its own place.
    fn drop_surplus(&mut self, now: u64) {
        while self.ordinary().count() > self.slots {
            match self.weakest(now) {
                Some(at) => self.peers[at].place = None,
                None => break,
            }
        }
    }

    /// Gives one place to the best waiting peer that may have one; false if none may.
    fn place_one(&mut self, now: u64) -> bool {
        if self.slots == 0 {
            return false;
        }
        let free = self.ordinary().count() < self.slots;
        let mut best: Option<(usize, Option<(usize, u64)>)> = None;
        let mut best_rank = None;
        for (at, peer) in self.peers.iter().enumerate() {
            if peer.always || !peer.speaking || peer.place.is_some() {
                continue;
            }
            let victim = if free { None } else { self.victim_for(peer, now) };
            let rank = (!peer.monotone(now), peer.loud(now), std::cmp::Reverse(peer.peer));
            if (free || victim.is_some()) && best_rank.is_none_or(|other| rank > other) {
                (best, best_rank) = (Some((at, victim)), Some(rank));
            }
        }
        let Some((winner, victim)) = best else { return false };
        let mut hold = HOLD_US;
        if let Some((loser, at_least)) = victim {
            self.peers[loser].place = None;
            self.peers[loser].turn_since = now;
            hold = at_least;
        }
        self.peers[winner].place = Some(Place { since: now, safe_until: now + hold });
        true
    }

    /// Whose place `peer` may take, and for how long it is then safe.
    fn victim_for(&self, peer: &Peer, now: u64) -> Option<(usize, u64)> {
        let open = || self.ordinary().filter(|(_, _, place)| now >= place.safe_until);
        let silent = open().filter(|(_, p, _)| p.silent_for(now, SILENT_AFTER_US));
        if let Some((at, ..)) = silent.min_by_key(|(_, p, _)| (p.last_spoke, p.peer)) {
            return Some((at, HOLD_US));
        }
        if peer.monotone(now) {
            return None;
        }
        let spoken = peer.spoken_for(now);
        let monotone = open().filter(|(_, p, _)| p.monotone(now) && spoken >= YIELD_AFTER_US);
        if let Some((at, ..)) = monotone.min_by_key(|(_, p, _)| (p.paused_at, p.peer)) {
            return Some((at, TURN_HOLD_US));
        }
        if peer.louder_since.is_some_and(|since| now.saturating_sub(since) >= STEAL_AFTER_US) {
            let weaker = open().filter(|(_, p, _)| p.loud(now) + CLEARLY <= peer.loud(now));
            if let Some((at, ..)) = weaker.min_by_key(|(_, p, _)| (p.loud(now), p.peer)) {
                return Some((at, HOLD_US));
            }
        }
        if spoken < TURN_US {
            return None;
        }
        let long = open().filter(|(_, _, place)| now.saturating_sub(place.since) >= TURN_US);
        long.min_by_key(|(_, p, place)| (place.since, p.peer)).map(|(at, ..)| (at, TURN_HOLD_US))
    }

    /// Rewrites `active`: `always` peers first, then by loudness. True if its members changed.
    fn publish(&mut self, now: u64) -> bool {
        let placed = self.peers.iter().filter(|p| p.place.is_some());
        let changed = placed.clone().count() != self.active.len()
            || placed.clone().any(|p| self.active.iter().all(|(peer, _)| *peer != p.peer));
        let mut ranked: Vec<_> = placed
            .map(|p| (!p.always, std::cmp::Reverse(p.loud(now)), p.peer, level_of(p.loud(now))))
            .collect();
        ranked.sort_unstable();
        self.active.clear();
        self.active.extend(ranked.into_iter().take(MAX_ACTIVE).map(|(_, _, peer, level)| (peer, level)));
        changed
    }

    /// The loudest place after 0.4 s of speech; from another one only when that fell silent, or after a second
    /// of being clearly louder.
    fn choose_dominant(&mut self, now: u64) -> bool {
        let current = self.index.get(&self.dominant).map(|at| &self.peers[*at]);
        let current_loud = current.map_or(0, |p| p.loud(now));
        let vacant = current
            .is_none_or(|p| p.place.is_none() || p.silent_for(now, SILENT_AFTER_US) || p.monotone(now));
        let dominant = self.dominant;
        let mut best: Option<(Loudness, std::cmp::Reverse<u32>)> = None;
        for peer in &mut self.peers {
            let eligible = peer.place.is_some()
                && peer.speaking
                && peer.peer != dominant
                && peer.spoken_for(now) >= DOMINANT_AFTER_US
                && !peer.monotone(now);
            let loud = peer.loud(now);
            let louder = eligible && loud >= current_loud + CLEARLY;
            peer.dominates_since = louder.then(|| peer.dominates_since.unwrap_or(now));
            let long =
                peer.dominates_since.is_some_and(|since| now.saturating_sub(since) >= DOMINANT_STEAL_US);
            if eligible && (vacant || long) {
                best = best.max(Some((loud, std::cmp::Reverse(peer.peer))));
            }
        }
        let Some((_, std::cmp::Reverse(winner))) = best else { return false };
        self.dominant = winner;
        true
    }

    /// Who has a place, with levels as of the last tick: `always` peers first, then the loudest first.
    pub fn active(&self) -> &[(u32, u8)] {
        &self.active
    }

    pub fn is_active(&self, peer: u32) -> bool {
        self.active.iter().any(|(active, _)| *active == peer)
    }

    /// Who spoke last, or speaks over the others; 0 before anybody has.
    pub fn dominant(&self) -> u32 {
        self.dominant
    }

    /// Peers with sound in the last 300 ms and their smoothed level.
    pub fn levels(&self, now: u64) -> impl Iterator<Item = (u32, u8)> + '_ {
        let fresh = move |p: &&Peer| now.saturating_sub(p.last_at) <= AUDIBLE_US && p.fast >= 1 << 8;
        self.peers.iter().filter(fresh).map(|p| (p.peer, level_of(p.fast)))
    }
}

fn level_of(loud: Loudness) -> u8 {
    (127 - ((loud + 128) >> 8)).clamp(0, 127) as u8
}

#[cfg(test)]
mod tests;
