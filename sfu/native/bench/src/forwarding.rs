//! The engine itself at work: publishers' datagrams in, sends to real sockets out, CPU taken around its calls only.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use plenum_core::engine::{
    AddSlot, Codec, Command, Engine, Event, Kind, Output, Path, PayloadType, PeerId, Publish, RoomId, SlotId,
    SrtpKeys, TapWrite, TrackId, TransportId, UplinkExtensions,
};
use plenum_core::load::LoadClient;
use plenum_net::clock::ServerClock;
use plenum_net::udp::UdpPort;

use crate::alloc;
use crate::floors::cpu_ns;
use crate::media::{self, Outbox};
use crate::Measured;

/// Publishers have no socket: their addresses lie where no sink is.
const PUBLISHERS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const SETTLE: Duration = Duration::from_millis(1500);

#[derive(Clone, Copy)]
pub enum Media {
    /// One camera per room, shown to everybody.
    Video,
    /// So many open microphones per room, the loudest three heard by everybody.
    Audio { talkers: usize },
}

struct Exit<'a> {
    socket: Option<&'a UdpPort>,
    /// RTCP to the publishers, by port.
    returned: Vec<(u16, Vec<u8>)>,
    datagrams: u64,
}

impl Output for Exit<'_> {
    fn transmit(&mut self, path: &Path, segment: usize, datagrams: &[u8]) {
        if path.remote.ip() == PUBLISHERS {
            alloc::unwatched(|| self.returned.push((path.remote.port(), datagrams.to_vec())));
            return;
        }
        self.datagrams += datagrams.len().div_ceil(segment.max(1)) as u64;
        let Some(socket) = self.socket else { return };
        if datagrams.len() > segment {
            let _ = socket.send(path, datagrams, Some(segment as u16));
        } else {
            let _ = socket.send(path, datagrams, None);
        }
    }

    fn tap(&mut self, _: &[u8]) -> TapWrite {
        TapWrite::Detached
    }

    fn event(&mut self, _: Event) {}
}

struct Bench<'a> {
    engine: Engine,
    exit: Exit<'a>,
    clock: ServerClock,
    publishers: Vec<LoadClient>,
    /// The publishers' addresses, in the same order.
    ports: Vec<u16>,
    deadline: u64,
}

/// `socket` absent: everything but the system calls.
pub fn measure(
    media: Media,
    rooms: usize,
    to: &[SocketAddr],
    socket: Option<&UdpPort>,
    span: Duration,
) -> Measured {
    let exit = Exit { socket, returned: Vec::new(), datagrams: 0 };
    let mut bench = Bench {
        engine: Engine::new(),
        exit,
        clock: ServerClock::new(),
        publishers: Vec::new(),
        ports: Vec::new(),
        deadline: 0,
    };
    bench.set_up(media, rooms, to);
    bench.run(SETTLE);
    bench.exit.datagrams = 0;
    alloc::take();
    let cpu_ns = bench.run(span);
    let stats = bench.engine.stats();
    Measured {
        cpu_ns,
        datagrams: bench.exit.datagrams,
        allocations: Some(alloc::take()),
        latency_us: Some((stats.latency.quantile_us(0.5), stats.latency.quantile_us(0.99))),
    }
}

impl Bench<'_> {
    fn set_up(&mut self, media: Media, rooms: usize, to: &[SocketAddr]) {
        let per_room = to.len() / rooms;
        let mut next = 1u32;
        for room in 0..rooms as u32 {
            self.command(Command::SetAudioPolicy { room: RoomId(room), slots: 3, always: Vec::new() });
            let talkers = match media {
                Media::Video => 1,
                Media::Audio { talkers } => talkers,
            };
            let first_track = next;
            for talker in 0..talkers {
                self.add_publisher(media, room, next, talker, rooms);
                next += 1;
            }
            let members = to.iter().skip(room as usize * per_room).take(per_room);
            for address in members {
                self.add_subscriber(media, room, next, first_track, *address);
                next += 1;
            }
        }
    }

    fn command(&mut self, command: Command) {
        let now = self.clock.now_us();
        self.engine.command(command, now, &mut self.exit);
    }

    /// Open, keys, and one connectivity check from `from`. Returns the client that made it.
    fn connect(&mut self, room: u32, transport: u32, from: SocketAddr) -> LoadClient {
        self.command(Command::OpenTransport {
            transport: TransportId(transport),
            room: RoomId(room),
            peer: PeerId(transport),
            local_ufrag: media::ufrag(transport),
            local_pwd: media::PASSWORD.into(),
        });
        let keys = SrtpKeys {
            profile: media::PROFILE,
            rx_key_salt: media::TO_SERVER.to_vec(),
            tx_key_salt: media::FROM_SERVER.to_vec(),
        };
        self.command(Command::SetSrtpKeys { transport: TransportId(transport), keys });
        let now = self.clock.now_us();
        let mut client = media::client(transport, now);
        let mut outbox = Outbox::default();
        client.on_time(now, &mut outbox);
        for mut datagram in outbox.0 {
            self.engine.receive(&mut datagram, from, None, now, &mut self.exit);
        }
        client
    }

    fn add_publisher(&mut self, media: Media, room: u32, transport: u32, talker: usize, rooms: usize) {
        let from = SocketAddr::new(PUBLISHERS, transport as u16);
        let mut client = self.connect(room, transport, from);
        // Spread over the frame interval, as strangers' cameras are.
        let now = self.clock.now_us() + u64::from(room) * 33_333 / rooms as u64;
        let (kind, mid, codec, pt, clock_rate) = match media {
            Media::Video => {
                client.send_video(&media::video(transport), now);
                (Kind::Video, "1", Codec::Vp8, media::PT_VIDEO, 90_000)
            }
            Media::Audio { .. } => {
                client
                    .send_audio(&media::audio(transport, 20 + 2 * talker as u8), now + 1_700 * talker as u64);
                (Kind::Audio, "0", Codec::Opus, media::PT_AUDIO, 48_000)
            }
        };
        self.command(Command::Publish(Box::new(Publish {
            track: TrackId(transport),
            transport: TransportId(transport),
            kind,
            mid: mid.into(),
            rids: Vec::new(),
            ssrc: transport,
            rtx_ssrc: 0,
            payload_types: vec![PayloadType { codec, pt, rtx: 0 }],
            clock_rate,
            extensions: UplinkExtensions {
                mid: media::EXT_MID,
                audio_level: media::EXT_LEVEL,
                ..UplinkExtensions::default()
            },
            voice: kind == Kind::Audio,
        })));
        self.command(Command::SetGate { track: TrackId(transport), open: true });
        self.publishers.push(client);
        self.ports.push(transport as u16);
    }

    fn add_subscriber(&mut self, media: Media, room: u32, transport: u32, track: u32, address: SocketAddr) {
        self.connect(room, transport, address);
        let (kind, codec, pt, slots) = match media {
            Media::Video => (Kind::Video, Codec::Vp8, media::PT_VIDEO, 1),
            Media::Audio { .. } => (Kind::Audio, Codec::Opus, media::PT_AUDIO, 3),
        };
        for index in 0..slots {
            let slot = SlotId(transport * 4 + index);
            self.command(Command::AddSlot(Box::new(AddSlot {
                slot,
                transport: TransportId(transport),
                kind,
                ssrc: 1_000_000 + slot.0,
                rtx_ssrc: 0,
                payload_types: vec![PayloadType { codec, pt, rtx: 0 }],
                ext_abs_send_time: 3,
                auto_audio: kind == Kind::Audio,
                pair: -1,
            })));
            if kind == Kind::Video {
                self.command(Command::Bind { slot, track: TrackId(track), target_layer: 0 });
            }
        }
    }

    /// Returns the CPU time inside the engine.
    fn run(&mut self, span: Duration) -> u64 {
        let (start, mut cpu) = (Instant::now(), 0);
        let mut outbox = Outbox::default();
        while start.elapsed() < span {
            let now = self.clock.now_us();
            for index in 0..self.publishers.len() {
                outbox.0.clear();
                self.publishers[index].on_time(now, &mut outbox);
                if !outbox.0.is_empty() {
                    let from = SocketAddr::new(PUBLISHERS, self.port_of(index));
                    cpu += self.deliver(&mut outbox, from);
                }
            }
            cpu += self.tick();
            self.give_back();
            let next = self.publishers.iter().map(LoadClient::next_deadline).min().unwrap_or(0);
            let next = next.min(self.deadline).max(now + 200);
            std::thread::sleep(Duration::from_micros(next.saturating_sub(self.clock.now_us())));
        }
        cpu
    }

    fn deliver(&mut self, outbox: &mut Outbox, from: SocketAddr) -> u64 {
        let before = cpu_ns();
        let now = self.clock.now_us();
        alloc::watched(|| {
            for datagram in &mut outbox.0 {
                self.engine.receive(datagram, from, None, now, &mut self.exit);
            }
            self.engine.flush(self.clock.now_us(), &mut self.exit);
            self.engine.sent(self.clock.now_us());
        });
        cpu_ns() - before
    }

    fn tick(&mut self) -> u64 {
        let now = self.clock.now_us();
        if now < self.deadline {
            return 0;
        }
        let before = cpu_ns();
        self.deadline = self.engine.tick(now, &mut self.exit);
        cpu_ns() - before
    }

    /// RTCP for the publishers reaches them: keyframe requests above all.
    fn give_back(&mut self) {
        let now = self.clock.now_us();
        for (port, mut datagram) in std::mem::take(&mut self.exit.returned) {
            let index = (0..self.publishers.len()).find(|index| self.port_of(*index) == port);
            if let Some(client) = index.and_then(|index| self.publishers.get_mut(index)) {
                client.on_datagram(&mut datagram, now, &mut Outbox::default());
            }
        }
    }

    fn port_of(&self, publisher: usize) -> u16 {
        self.ports.get(publisher).copied().unwrap_or(0)
    }
}
