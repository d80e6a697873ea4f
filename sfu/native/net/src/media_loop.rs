//! The media thread: wait, apply commands, receive a batch, forward it, run timers, post events.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};

use plenum_core::engine::{Engine, Event, Output, Path, Stats, TapWrite};

use crate::clock::{system_unix_us, ServerClock};
use crate::mailbox::EventQueue;
use crate::seqpacket;
use crate::sys::{pin_to_cpu, wait_readable, EventFd};
use crate::udp::{Batch, Received, UdpPort, BATCH};
use crate::worker::Control;

/// Batches taken from the socket before commands and timers get their turn again.
const BATCHES_PER_TURN: usize = 8;
/// Commands applied before packets get their turn again.
const COMMANDS_PER_TURN: usize = 1024;
/// Statistics are copied out this often.
const STATS_INTERVAL_US: u64 = 50_000;
/// The longest sleep; the engine's own deadline is usually nearer.
const LONGEST_SLEEP_US: u64 = 100_000;

/// Everything the engine writes to: the UDP port, the recorder's socket, the batch of events.
struct Outlet {
    socket: UdpPort,
    tap: Option<OwnedFd>,
    events: Vec<Event>,
    gso: bool,
    counts: OutletCounts,
}

#[derive(Default)]
struct OutletCounts {
    gso_messages: u64,
    gso_segments: u64,
    dropped_send: u64,
}

pub(crate) struct MediaLoop {
    engine: Engine,
    outlet: Outlet,
    inbox: Receiver<Control>,
    wake: Arc<EventFd>,
    mailbox: Arc<EventQueue>,
    shared_stats: Arc<Mutex<Stats>>,
    clock: ServerClock,
    panics: u64,
    events_lost: u64,
    stats_at_us: u64,
}

impl Output for Outlet {
    fn transmit(&mut self, path: &Path, segment: usize, datagrams: &[u8]) {
        let is_run = datagrams.len() > segment;
        if self.gso && is_run && self.transmit_run(path, segment, datagrams) {
            return;
        }
        for datagram in datagrams.chunks(segment.max(1)) {
            match self.socket.send(path, datagram, None) {
                // What fails as a run and passes one by one: the kernel or the device cannot do runs.
                Ok(()) if is_run => self.gso = false,
                Ok(()) => {}
                Err(_) => self.counts.dropped_send += 1,
            }
        }
    }

    fn tap(&mut self, message: &[u8]) -> TapWrite {
        let Some(fd) = &self.tap else { return TapWrite::Detached };
        let result = seqpacket::write(fd, message);
        if result == TapWrite::Detached {
            self.tap = None;
        }
        result
    }

    fn event(&mut self, event: Event) {
        self.events.push(event);
    }
}

impl Outlet {
    /// One message for the whole run; false where the kernel refuses it as a run.
    fn transmit_run(&mut self, path: &Path, segment: usize, datagrams: &[u8]) -> bool {
        let Ok(size) = u16::try_from(segment) else { return false };
        match self.socket.send(path, datagrams, Some(size)) {
            Ok(()) => {
                self.counts.gso_messages += 1;
                self.counts.gso_segments += datagrams.len().div_ceil(segment) as u64;
                true
            }
            Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::EIO)) => false,
            Err(_) => {
                self.counts.dropped_send += datagrams.len().div_ceil(segment) as u64;
                true
            }
        }
    }
}

impl MediaLoop {
    pub(crate) fn new(
        socket: UdpPort,
        inbox: Receiver<Control>,
        wake: Arc<EventFd>,
        mailbox: Arc<EventQueue>,
        shared_stats: Arc<Mutex<Stats>>,
    ) -> Self {
        let outlet = Outlet {
            socket,
            tap: None,
            events: Vec::with_capacity(256),
            gso: true,
            counts: OutletCounts::default(),
        };
        Self {
            engine: Engine::new(),
            outlet,
            inbox,
            wake,
            mailbox,
            shared_stats,
            clock: ServerClock::new(),
            panics: 0,
            events_lost: 0,
            stats_at_us: 0,
        }
    }

    pub(crate) fn run(mut self, cpu: Option<usize>) {
        if let Some(cpu) = cpu {
            let _: io::Result<()> = pin_to_cpu(cpu);
        }
        let mut batch = Batch::new();
        let mut received = [Received::NONE; BATCH];
        let fds = [self.outlet.socket.as_raw_fd(), self.wake.as_raw_fd()];
        let mut deadline_us = 0u64;
        loop {
            let sleep = deadline_us.saturating_sub(self.clock.now_us()).min(LONGEST_SLEEP_US);
            let [readable, woken] = wait_readable(fds, sleep);
            if woken {
                self.wake.clear();
                if !self.apply_commands() {
                    break;
                }
                // What a command asks of publishers (a keyframe, mostly) is not to wait for the next step.
                deadline_us = 0;
            }
            if readable {
                self.receive(&mut batch, &mut received);
            }
            deadline_us = self.run_timers(deadline_us);
            self.post_events();
        }
        self.publish_stats();
    }

    /// False when told to stop.
    fn apply_commands(&mut self) -> bool {
        for _ in 0..COMMANDS_PER_TURN {
            match self.inbox.try_recv() {
                Ok(Control::Engine(command)) => {
                    let now = self.clock.now_us();
                    let (engine, outlet) = (&mut self.engine, &mut self.outlet);
                    let outcome = catch_unwind(AssertUnwindSafe(|| engine.command(command, now, outlet)));
                    self.panics += u64::from(outcome.is_err());
                }
                Ok(Control::TapSocket(fd)) => {
                    self.outlet.tap = fd;
                    let now = self.clock.now_us();
                    self.engine.tap_socket_changed(self.outlet.tap.is_some(), now);
                }
                Ok(Control::Stop) | Err(TryRecvError::Disconnected) => return false,
                Err(TryRecvError::Empty) => return true,
            }
        }
        self.wake.signal();
        true
    }

    fn receive(&mut self, batch: &mut Batch, received: &mut [Received; BATCH]) {
        for _ in 0..BATCHES_PER_TURN {
            let count = self.outlet.socket.receive(batch, received);
            if count == 0 {
                return;
            }
            let (now, system) = (self.clock.now_us(), system_unix_us());
            for (index, facts) in received[..count].iter().enumerate() {
                let age = if facts.stamp_us == 0 { 0 } else { system.saturating_sub(facts.stamp_us) };
                let datagram = batch.datagram(index, facts.len);
                self.receive_one(datagram, facts, now.saturating_sub(age.min(1_000_000)));
            }
            let now = self.clock.now_us();
            let (engine, outlet) = (&mut self.engine, &mut self.outlet);
            if catch_unwind(AssertUnwindSafe(|| engine.flush(now, outlet))).is_err() {
                self.panics += 1;
                self.engine.quarantine(now, &mut self.outlet);
            }
            let now = self.clock.now_us();
            self.engine.sent(now);
            if count < BATCH {
                return;
            }
        }
    }

    /// A panic on one datagram costs that datagram and the transport it came by, nothing else.
    fn receive_one(&mut self, datagram: &mut [u8], facts: &Received, arrival_us: u64) {
        let (engine, outlet) = (&mut self.engine, &mut self.outlet);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            engine.receive(datagram, facts.from, facts.local, arrival_us, outlet);
        }));
        if outcome.is_err() {
            self.panics += 1;
            self.engine.quarantine(arrival_us, &mut self.outlet);
        }
    }

    fn run_timers(&mut self, deadline_us: u64) -> u64 {
        let now = self.clock.now_us();
        if now < deadline_us {
            return deadline_us;
        }
        let (engine, outlet) = (&mut self.engine, &mut self.outlet);
        let outcome = catch_unwind(AssertUnwindSafe(|| engine.tick(now, outlet)));
        self.clock.slew();
        if now >= self.stats_at_us {
            self.stats_at_us = now + STATS_INTERVAL_US;
            self.publish_stats();
        }
        outcome.unwrap_or_else(|_| {
            self.panics += 1;
            self.engine.quarantine(now, &mut self.outlet);
            now + LONGEST_SLEEP_US
        })
    }

    fn post_events(&mut self) {
        if !self.outlet.events.is_empty() {
            self.events_lost += self.mailbox.post(&mut self.outlet.events);
        }
    }

    fn publish_stats(&mut self) {
        let counts = &self.outlet.counts;
        let mut stats = self.engine.stats();
        stats.gso_messages = counts.gso_messages;
        stats.gso_segments = counts.gso_segments;
        stats.dropped_send = counts.dropped_send;
        stats.dropped_panic = self.panics;
        stats.dropped_events = self.events_lost;
        *self.shared_stats.lock().unwrap_or_else(PoisonError::into_inner) = stats;
    }
}
