//! What any forwarder on this machine must pay: plain sends, sends of whole frames (UDP_SEGMENT), and a null
//! SFU that opens each packet once and seals a copy per subscriber, with no other feature.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use plenum_core::engine::Path;
use plenum_core::wire::rtp::RtpHeader;
use plenum_core::wire::srtp::{Profile, SrtpIn, SrtpOut};
use plenum_net::udp::UdpPort;

use crate::Measured;

pub const TAG: usize = 16;

/// A traffic shape: every `interval` each room sends `packets` of `len` bytes to each of its subscribers.
#[derive(Clone, Copy)]
pub struct Shape {
    pub rooms: usize,
    pub fan_out: usize,
    pub packets: usize,
    pub len: usize,
    pub interval: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    Sends,
    Runs,
    NullSends,
    NullRuns,
}

pub fn measure(floor: Floor, shape: &Shape, socket: &UdpPort, to: &[SocketAddr], span: Duration) -> Measured {
    let mut null = NullSfu::new(shape);
    let mut measured = Measured::default();
    let step = shape.interval / shape.rooms as u32;
    let (start, mut turn) = (Instant::now(), 0u32);
    while start.elapsed() < span {
        let room = turn as usize % shape.rooms;
        let sealed_in = null.arrivals(room);
        let before = cpu_ns();
        if matches!(floor, Floor::NullSends | Floor::NullRuns) {
            null.open(room, sealed_in);
        }
        for member in 0..shape.fan_out {
            let at = (room * shape.fan_out + member) % to.len();
            if matches!(floor, Floor::NullSends | Floor::NullRuns) {
                null.seal(at);
            }
            let path = Path { remote: to[at], local: None };
            send_frame(floor, socket, &path, &null.frame, shape.len);
        }
        measured.cpu_ns += cpu_ns() - before;
        measured.datagrams += (shape.packets * shape.fan_out) as u64;
        turn += 1;
        std::thread::sleep((step * turn).saturating_sub(start.elapsed()));
    }
    measured
}

fn send_frame(floor: Floor, socket: &UdpPort, path: &Path, frame: &[u8], len: usize) {
    // A full socket costs the datagram; the sink's count shows it.
    if matches!(floor, Floor::Runs | Floor::NullRuns) && frame.len() > len {
        let _ = socket.send(path, frame, Some(len as u16));
    } else {
        for packet in frame.chunks(len) {
            let _ = socket.send(path, packet, None);
        }
    }
}

/// CPU time of this thread. `getrusage` would do for long spans only: it is brought up to date at ticks.
pub fn cpu_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel fills a live local of the right type.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The cheapest forwarder that still is one.
struct NullSfu {
    len: usize,
    publishers: Vec<(SrtpOut, SrtpIn)>,
    subscribers: Vec<SrtpOut>,
    ext_seq: Vec<u64>,
    plain: Vec<u8>,
    frame: Vec<u8>,
}

impl NullSfu {
    fn new(shape: &Shape) -> Self {
        let out = || SrtpOut::new(Profile::AeadAes128Gcm, &[3; 28]).expect("key of the right length");
        let input = || SrtpIn::new(Profile::AeadAes128Gcm, &[3; 28]).expect("key of the right length");
        Self {
            len: shape.len,
            publishers: (0..shape.rooms).map(|_| (out(), input())).collect(),
            subscribers: (0..shape.rooms * shape.fan_out).map(|_| out()).collect(),
            ext_seq: vec![0; shape.rooms],
            plain: vec![0; shape.packets * shape.len],
            frame: vec![0x80; shape.packets * shape.len],
        }
    }

    /// The publisher's next frame as it comes from the network; not part of the measured work.
    fn arrivals(&mut self, room: usize) -> Vec<u8> {
        let mut frame = vec![0u8; self.plain.len()];
        let (Some((out, _)), Some(ext_seq)) = (self.publishers.get(room), self.ext_seq.get_mut(room)) else {
            return frame;
        };
        for packet in frame.chunks_mut(self.len) {
            packet[0] = 0x80;
            packet[1] = 96;
            packet[2..4].copy_from_slice(&(*ext_seq as u16).to_be_bytes());
            packet[11] = 7;
            let _ = out.protect_rtp(packet, 12, self.len - TAG, *ext_seq);
            *ext_seq += 1;
        }
        frame
    }

    fn open(&mut self, room: usize, mut sealed: Vec<u8>) {
        let Some((_, input)) = self.publishers.get_mut(room) else { return };
        for packet in sealed.chunks_mut(self.len) {
            if let Ok(header) = RtpHeader::parse_header(packet) {
                let _ = input.unprotect_rtp(packet, &header);
            }
        }
        self.plain.copy_from_slice(&sealed);
    }

    fn seal(&mut self, subscriber: usize) {
        self.frame.copy_from_slice(&self.plain);
        let Some(out) = self.subscribers.get(subscriber % self.subscribers.len()) else { return };
        for packet in self.frame.chunks_mut(self.len) {
            let seq = u64::from(u16::from_be_bytes([packet[2], packet[3]]));
            let _ = out.protect_rtp(packet, 12, self.len - TAG, seq);
        }
    }
}
