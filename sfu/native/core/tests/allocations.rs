//! No heap allocation per forwarded packet: counted by the allocator itself over a hundred thousand.

mod scene;

use std::alloc::{GlobalAlloc, Layout, System};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use plenum_core::engine::{Command, Event, Kind, Output, Path, SlotId, TapId, TapWrite, TrackId};
use scene::Scene;

struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes on to the system's allocator unchanged; counting touches two atomics only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTS.load(Ordering::Relaxed) {
            ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        }
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        System.dealloc(pointer, layout);
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if COUNTS.load(Ordering::Relaxed) {
            ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        }
        System.realloc(pointer, layout, size)
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A way out that keeps nothing.
#[derive(Default)]
struct Void {
    datagrams: u64,
    longest_run: usize,
    tapped: u64,
}

impl Output for Void {
    fn transmit(&mut self, _path: &Path, segment: usize, datagrams: &[u8]) {
        let count = datagrams.len().div_ceil(segment);
        self.datagrams += count as u64;
        self.longest_run = self.longest_run.max(count);
    }

    fn tap(&mut self, _message: &[u8]) -> TapWrite {
        self.tapped += 1;
        TapWrite::Written
    }

    fn event(&mut self, _event: Event) {}
}

const VIEWERS: usize = 50;
const BATCHES: usize = 700;

#[test]
fn a_hundred_thousand_packets_are_forwarded_without_allocating() {
    let mut scene = Scene::new(31);
    let publisher = scene.join();
    let camera = scene.clients[publisher].camera(11, 1);
    let microphone = scene.clients[publisher].microphone(12);
    for line in [camera, microphone] {
        let track = line.track;
        scene.command(Command::Publish(Box::new(line)));
        scene.command(Command::SetGate { track, open: true });
    }
    scene.clients[publisher].sources[0].packets_per_frame = 5;
    for number in 0..VIEWERS as u32 {
        let viewer = scene.join();
        scene.clients[viewer].asks_again = false;
        let video = scene.clients[viewer].slot(1000 + number, Kind::Video, false, -1);
        let audio = scene.clients[viewer].slot(2000 + number, Kind::Audio, true, -1);
        scene.command(Command::AddSlot(Box::new(video)));
        scene.command(Command::AddSlot(Box::new(audio)));
        scene.command(Command::Bind { slot: SlotId(1000 + number), track: TrackId(11), target_layer: 0 });
    }
    scene.engine.tap_socket_changed(true, scene.now);
    scene.command(Command::OpenTap { tap: TapId(1), track: TrackId(11) });
    scene.clients[publisher].start_sending();
    scene.run(2_000_000);

    // The packets are made beforehand; only the engine runs while allocations are counted.
    let from: SocketAddr = scene.clients[publisher].address;
    let start = scene.now;
    let mut batches: Vec<(u64, Vec<Vec<u8>>)> = (0..BATCHES as u64)
        .map(|frame| start + (frame + 1) * 33_334)
        .map(|now| (now, scene.clients[publisher].on_time(now)))
        .collect();
    let before = scene.engine.stats().packets_out;
    let mut void = Void::default();
    let local: Option<IpAddr> = None;
    COUNTS.store(true, Ordering::SeqCst);
    for (now, datagrams) in &mut batches {
        for datagram in datagrams.iter_mut() {
            scene.engine.receive(datagram, from, local, *now, &mut void);
        }
        scene.engine.flush(*now, &mut void);
        scene.engine.sent(*now + 50);
    }
    COUNTS.store(false, Ordering::SeqCst);
    let forwarded = scene.engine.stats().packets_out - before;
    assert!(forwarded >= 100_000, "{forwarded} packets");
    assert!(void.tapped > 3_000 && void.datagrams >= forwarded);
    assert!(void.longest_run >= 5, "frames leave in runs of {}", void.longest_run);
    assert_eq!(ALLOCATIONS.load(Ordering::SeqCst), 0, "allocations in {forwarded} packets");
}
