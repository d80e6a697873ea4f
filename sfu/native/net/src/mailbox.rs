//! Events on their way from the media thread to the control plane: bounded, newest value wins.
//!
//! The media thread locks it once per loop turn that has events, never per packet.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Mutex, PoisonError};

use plenum_core::engine::Event;

use crate::sys::EventFd;

/// Above this many waiting events, those of which only the newest matters replace their elder.
const COALESCE_ABOVE: usize = 64;
/// Above this many, measurements and handshakes are dropped; facts about lifetimes never are.
const CAPACITY: usize = 4096;

pub struct EventQueue {
    waiting: Mutex<VecDeque<Event>>,
    ready: EventFd,
}

impl EventQueue {
    pub fn new() -> io::Result<Self> {
        Ok(Self { waiting: Mutex::new(VecDeque::with_capacity(CAPACITY)), ready: EventFd::new()? })
    }

    /// Move all of `batch` in; returns how many were lost.
    pub fn post(&self, batch: &mut Vec<Event>) -> u64 {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lost = 0;
        for event in batch.drain(..) {
            lost += u64::from(!insert(&mut waiting, event));
        }
        drop(waiting);
        self.ready.signal();
        lost
    }

    /// Everything that waits, in order.
    pub fn take(&self) -> Vec<Event> {
        self.ready.clear();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.drain(..).collect()
    }
}

impl AsRawFd for EventQueue {
    fn as_raw_fd(&self) -> RawFd {
        self.ready.as_raw_fd()
    }
}

fn insert(waiting: &mut VecDeque<Event>, event: Event) -> bool {
    if waiting.len() > COALESCE_ABOVE {
        if let Some(elder) = waiting.iter_mut().find(|elder| supersedes(&event, elder)) {
            *elder = event;
            return true;
        }
    }
    if waiting.len() >= CAPACITY && is_expendable(&event) {
        return false;
    }
    waiting.push_back(event);
    true
}

/// True where `event` says the same thing as `elder`, only newer.
fn supersedes(event: &Event, elder: &Event) -> bool {
    match (event, elder) {
        (Event::AudioLevels { room: a, .. }, Event::AudioLevels { room: b, .. })
        | (Event::SpeakersChanged { room: a, .. }, Event::SpeakersChanged { room: b, .. }) => a == b,
        (Event::Bandwidth { transport: a, .. }, Event::Bandwidth { transport: b, .. })
        | (Event::Quality { transport: a, .. }, Event::Quality { transport: b, .. }) => a == b,
        (Event::LayerSeen { track: a, layer: m, .. }, Event::LayerSeen { track: b, layer: n, .. }) => {
            a == b && m == n
        }
        (Event::LayerChanged { slot: a, .. }, Event::LayerChanged { slot: b, .. }) => a == b,
        (Event::GatedVoice(a), Event::GatedVoice(b)) => a == b,
        _ => false,
    }
}

fn is_expendable(event: &Event) -> bool {
    matches!(
        event,
        Event::AudioLevels { .. }
            | Event::Bandwidth { .. }
            | Event::Quality { .. }
            | Event::GatedVoice(_)
            | Event::DtlsReceived { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenum_core::engine::{Liveness, TransportId};

    fn dtls() -> Event {
        Event::DtlsReceived { transport: TransportId(1), data: Vec::new() }
    }

    #[test]
    fn a_full_mailbox_drops_handshakes_but_no_lifetimes() {
        let queue = EventQueue::new().expect("eventfd");
        let mut batch: Vec<Event> = (0..CAPACITY + 10).map(|_| dtls()).collect();
        assert_eq!(queue.post(&mut batch), 10);
        let gone = Event::TransportState { transport: TransportId(7), state: Liveness::Timeout };
        assert_eq!(queue.post(&mut vec![gone.clone()]), 0);
        assert_eq!(queue.take().last(), Some(&gone));
    }

    #[test]
    fn newer_bandwidth_replaces_the_waiting_one() {
        let queue = EventQueue::new().expect("eventfd");
        let bandwidth = |bps| Event::Bandwidth { transport: TransportId(1), bitrate_bps: bps };
        let mut batch: Vec<Event> = (0..COALESCE_ABOVE).map(|_| dtls()).collect();
        batch.extend([bandwidth(1), bandwidth(2), bandwidth(3)]);
        queue.post(&mut batch);
        let taken = queue.take();
        assert_eq!(taken.len(), COALESCE_ABOVE + 1);
        assert_eq!(taken.last(), Some(&bandwidth(3)));
    }
}
