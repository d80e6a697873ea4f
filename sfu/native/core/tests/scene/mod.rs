//! The engine between real ends on an emulated link, in virtual time: clients with their own SRTP, a link
//! that loses and reorders by a seed, and a recorder's socket that can be full.

#![allow(dead_code)] // each test binary uses its part

pub mod client;
pub mod media;

use std::collections::BinaryHeap;
use std::net::SocketAddr;

use plenum_core::engine::{Command, Engine, Event, Output, Path, PeerId, RoomId, TapWrite, TransportId};

use client::Client;

pub const START_US: u64 = 1_700_000_000_000_000;
pub const STEP_US: u64 = 1_000;

/// xorshift64*: repeatable luck.
pub struct Luck(pub u64);

impl Luck {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit
    }
}

/// One direction of the network.
#[derive(Clone, Copy)]
pub struct Link {
    pub loss_percent: u64,
    pub delay_us: u64,
    pub jitter_us: u64,
}

pub const PERFECT: Link = Link { loss_percent: 0, delay_us: 0, jitter_us: 0 };

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct InFlight {
    /// Negative, so that the heap yields the earliest.
    at: std::cmp::Reverse<(u64, u64)>,
    to_engine: bool,
    client: usize,
    data: Vec<u8>,
}

/// What the engine wrote.
#[derive(Default)]
pub struct Outbox {
    pub datagrams: Vec<(SocketAddr, Vec<u8>)>,
    pub events: Vec<Event>,
    pub tapped: Vec<Vec<u8>>,
    pub tap_full: bool,
    pub runs: Vec<usize>,
}

impl Output for Outbox {
    fn transmit(&mut self, path: &Path, segment: usize, datagrams: &[u8]) {
        self.runs.push(datagrams.len().div_ceil(segment));
        for datagram in datagrams.chunks(segment) {
            self.datagrams.push((path.remote, datagram.to_vec()));
        }
    }

    fn tap(&mut self, message: &[u8]) -> TapWrite {
        if self.tap_full {
            return TapWrite::Full;
        }
        self.tapped.push(message.to_vec());
        TapWrite::Written
    }

    fn event(&mut self, event: Event) {
        self.events.push(event);
    }
}

pub struct Scene {
    pub engine: Engine,
    pub out: Outbox,
    pub clients: Vec<Client>,
    pub now: u64,
    pub up: Link,
    pub down: Link,
    pub luck: Luck,
    /// Every event so far.
    pub events: Vec<Event>,
    in_flight: BinaryHeap<InFlight>,
    order: u64,
    tick_at: u64,
}

impl Scene {
    pub fn new(seed: u64) -> Self {
        Self {
            engine: Engine::new(),
            out: Outbox::default(),
            clients: Vec::new(),
            now: START_US,
            up: PERFECT,
            down: PERFECT,
            luck: Luck(seed | 1),
            events: Vec::new(),
            in_flight: BinaryHeap::new(),
            order: 0,
            tick_at: 0,
        }
    }

    pub fn command(&mut self, command: Command) {
        self.engine.command(command, self.now, &mut self.out);
        self.collect();
    }

    /// A participant in room 1 that is connected and keyed. Its peer number is its index plus one.
    pub fn join(&mut self) -> usize {
        let index = self.clients.len();
        self.clients.push(Client::new(index));
        let transport = TransportId(index as u32 + 1);
        self.command(Command::OpenTransport {
            transport,
            room: RoomId(1),
            peer: PeerId(index as u32 + 1),
            local_ufrag: format!("ufrag{index}"),
            local_pwd: format!("password-of-{index}"),
        });
        let check = self.clients[index].check(true);
        self.deliver(index, check);
        self.command(Command::SetSrtpKeys { transport, keys: self.clients[index].engine_keys() });
        index
    }

    /// Hand a datagram of a client to the engine now, past the link.
    pub fn deliver(&mut self, client: usize, datagram: Vec<u8>) {
        let from = self.clients[client].address;
        self.deliver_from(from, datagram);
    }

    pub fn deliver_from(&mut self, from: SocketAddr, mut datagram: Vec<u8>) {
        self.engine.receive(&mut datagram, from, None, self.now, &mut self.out);
        self.engine.flush(self.now, &mut self.out);
        self.engine.sent(self.now);
        self.collect();
    }

    /// Let time pass.
    pub fn run(&mut self, duration_us: u64) {
        let end = self.now + duration_us;
        while self.now < end {
            self.now += STEP_US;
            self.step();
        }
    }

    fn step(&mut self) {
        for index in 0..self.clients.len() {
            for datagram in self.clients[index].on_time(self.now) {
                self.launch(true, index, datagram);
            }
        }
        while let Some(next) = self.in_flight.peek() {
            if next.at.0 .0 > self.now {
                break;
            }
            let Some(next) = self.in_flight.pop() else { break };
            if next.to_engine {
                self.deliver(next.client, next.data);
            } else {
                self.clients[next.client].on_datagram(next.data, self.now);
            }
        }
        if self.now >= self.tick_at {
            self.tick_at = self.engine.tick(self.now, &mut self.out);
            self.collect();
        }
    }

    fn launch(&mut self, to_engine: bool, client: usize, data: Vec<u8>) {
        let link = if to_engine { self.up } else { self.down };
        if link.loss_percent > 0 && self.luck.below(100) < link.loss_percent {
            return;
        }
        let jitter = if link.jitter_us == 0 { 0 } else { self.luck.below(link.jitter_us) };
        self.order += 1;
        let at = std::cmp::Reverse((self.now + link.delay_us + jitter, self.order));
        self.in_flight.push(InFlight { at, to_engine, client, data });
    }

    fn collect(&mut self) {
        self.events.append(&mut self.out.events);
        for (to, datagram) in std::mem::take(&mut self.out.datagrams) {
            if let Some(index) = self.clients.iter().position(|client| client.address == to) {
                self.launch(false, index, datagram);
            }
        }
    }
}
