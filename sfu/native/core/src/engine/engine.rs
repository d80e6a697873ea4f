//! The engine's state and its life cycle. What it does is in the sibling modules, each an `impl Engine`:
//! [`super::commands`], [`super::ingress`], [`super::uplink`], [`super::routing`], [`super::egress`],
//! [`super::rtcp_in`], [`super::rtcp_up`], [`super::rtcp_down`], [`super::voices`], [`super::timers`].

use std::collections::HashMap;

use super::address::AddressTable;
use super::event::{Event, Liveness, Output};
use super::room::Room;
use super::slab::Slab;
use super::slot::Slot;
use super::stats::Stats;
use super::tap::Tap;
use super::timers::Timers;
use super::track::Track;
use super::transport::Transport;

/// Bytes of one run of datagrams: below what one UDP message may carry.
pub(super) const ARENA_LEN: usize = 60_000;

pub struct Engine {
    pub(super) transports: Slab<Transport>,
    pub(super) tracks: Slab<Track>,
    pub(super) slots: Slab<Slot>,
    pub(super) taps: Slab<Tap>,
    pub(super) rooms: Slab<Room>,
    pub(super) by_address: AddressTable,
    pub(super) by_ufrag: HashMap<Vec<u8>, usize>,
    /// Transports with something queued since the last flush.
    pub(super) touched: Vec<usize>,
    pub(super) arena: Box<[u8]>,
    /// (arrival, copies) of what has been forwarded since the last `sent`.
    pub(super) in_flight: Vec<(u64, u64)>,
    pub(super) stats: Stats,
    pub(super) serial: u32,
    /// The transport whose datagram is being worked on.
    pub(super) current: Option<usize>,
    pub(super) tap_attached: bool,
    pub(super) timers: Timers,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    #[must_use]
    pub fn new() -> Self {
        Self {
            transports: Slab::default(),
            tracks: Slab::default(),
            slots: Slab::default(),
            taps: Slab::default(),
            rooms: Slab::default(),
            by_address: AddressTable::default(),
            by_ufrag: HashMap::new(),
            touched: Vec::with_capacity(256),
            arena: vec![0; ARENA_LEN].into_boxed_slice(),
            in_flight: Vec::with_capacity(256),
            stats: Stats::default(),
            serial: 0,
            current: None,
            tap_attached: false,
            timers: Timers::default(),
        }
    }

    /// The datagrams of the last flush have left: measure how long they were here.
    pub fn sent(&mut self, now_us: u64) {
        for (arrival_us, copies) in self.in_flight.drain(..) {
            self.stats.latency.record(now_us.saturating_sub(arrival_us), copies);
        }
    }

    /// After a panic: close the transport whose datagram caused it, so that its state is not used again.
    pub fn quarantine(&mut self, now_us: u64, out: &mut dyn Output) {
        let Some(index) = self.current.take() else { return };
        let Some(transport) = self.transports.get(index) else { return };
        let id = transport.id;
        out.event(Event::TransportState { transport: id, state: Liveness::Timeout });
        self.close_transport(id, now_us, out);
    }

    /// The recorder's socket came or went: the taps start anew on a keyframe.
    pub fn tap_socket_changed(&mut self, attached: bool, now_us: u64) {
        self.tap_attached = attached;
        let tracks: Vec<usize> = self.taps.iter_mut().map(|(_, tap)| tap.track).collect();
        for (_, tap) in self.taps.iter_mut() {
            tap.feed.cut(tap.track);
        }
        for track in tracks {
            self.retarget(track, now_us);
        }
    }

    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = self.stats.clone();
        stats.transports = self.transports.len() as u64;
        stats.tracks = self.tracks.len() as u64;
        stats.slots = self.slots.len() as u64;
        stats.taps = self.taps.len() as u64;
        stats.rooms = self.rooms.len() as u64;
        stats
    }
}
