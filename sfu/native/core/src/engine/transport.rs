//! One participant's ICE and DTLS path: the addresses that proved themselves, the keys, the streams it
//! sends, what is queued for it, and whether it is alive.

use std::net::{IpAddr, SocketAddr};

use crate::wire::srtp::{SrtpIn, SrtpOut};
use crate::wire::stun::IceKey;
use crate::wire::twcc::TwccReceiver;

use super::clock::PeerClock;
use super::event::{Liveness, Path};
use super::ids::{PeerId, TransportId};
use super::rewriter::{Rewritten, Source};

/// Addresses of one peer: Wi-Fi, mobile, a few routes between them.
pub const REMOTES_MAX: usize = 8;
/// Streams of one peer: lines, layers and their repair streams.
pub const STREAMS_MAX: usize = 32;
/// Handshake datagrams passed on per second; a handshake needs about ten.
const DTLS_PER_S: u32 = 64;
const INTERRUPTED_US: u64 = 5_000_000;
const TIMEOUT_US: u64 = 30_000_000;

/// What an SSRC of this transport carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    pub ssrc: u32,
    pub track: usize,
    pub layer: u8,
    pub repair: bool,
}

/// A packet on its way to this subscriber, read from the cache when its turn comes.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing {
    pub slot: usize,
    pub source: Source,
    pub media_seq: u64,
    pub rewritten: Rewritten,
}

pub struct Keys {
    pub inbound: SrtpIn,
    pub outbound: SrtpOut,
}

/// What the last two seconds were like.
#[derive(Clone, Copy, Debug, Default)]
pub struct QualityMeter {
    pub down_sum: f32,
    pub down_count: u32,
    pub up_sum: f32,
    pub up_count: u32,
}

pub struct Transport {
    pub id: TransportId,
    pub room: usize,
    pub peer: PeerId,
    pub ufrag: Vec<u8>,
    pub ice_key: IceKey,
    remotes: Vec<(Path, u64)>,
    selected: Option<Path>,
    pub keys: Option<Box<Keys>>,
    streams: Vec<Stream>,
    pub twcc: Box<TwccReceiver>,
    pub ext_transport_cc: u8,
    pub clock: PeerClock,
    /// 0 while unknown.
    pub rtt_us: u64,
    pub tracks: Vec<usize>,
    pub slots: Vec<usize>,
    pub outgoing: Vec<Outgoing>,
    pub quality: QualityMeter,
    pub quality_at_us: u64,
    pub reports_at_us: u64,
    pub bandwidth: (u64, u64),
    heard_us: u64,
    state: Liveness,
    dtls_left: u32,
    dtls_since_us: u64,
}

impl Transport {
    #[must_use]
    pub fn new(id: TransportId, room: usize, peer: PeerId, ufrag: &str, pwd: &str, now_us: u64) -> Self {
        Self {
            id,
            room,
            peer,
            ufrag: ufrag.as_bytes().to_vec(),
            ice_key: IceKey::new(pwd.as_bytes()),
            remotes: Vec::with_capacity(REMOTES_MAX),
            selected: None,
            keys: None,
            streams: Vec::with_capacity(STREAMS_MAX),
            twcc: Box::default(),
            ext_transport_cc: 0,
            clock: PeerClock::default(),
            rtt_us: 0,
            tracks: Vec::new(),
            slots: Vec::new(),
            outgoing: Vec::with_capacity(64),
            quality: QualityMeter::default(),
            quality_at_us: now_us,
            reports_at_us: now_us,
            bandwidth: (0, 0),
            heard_us: now_us,
            state: Liveness::Alive,
            dtls_left: DTLS_PER_S,
            dtls_since_us: now_us,
        }
    }

    /// Our own SSRC in reports about what this transport sends.
    #[must_use]
    pub fn reporter_ssrc(&self) -> u32 {
        0x506c_0000 ^ self.id.0
    }

    #[must_use]
    pub fn path(&self) -> Option<Path> {
        self.selected
    }

    /// An authenticated check came from `remote` to our address `local`.
    /// Returns (forgotten address, whether packets go elsewhere from now on).
    pub fn on_check(
        &mut self,
        remote: SocketAddr,
        local: Option<IpAddr>,
        use_candidate: bool,
        now_us: u64,
    ) -> (Option<SocketAddr>, bool) {
        let path = Path { remote, local };
        let forgotten = self.remember(path, now_us);
        let first = self.selected.is_none();
        let moves = first || (use_candidate && self.selected != Some(path));
        if moves {
            self.selected = Some(path);
        }
        (forgotten, moves)
    }

    fn remember(&mut self, path: Path, now_us: u64) -> Option<SocketAddr> {
        if let Some(known) = self.remotes.iter_mut().find(|(known, _)| known.remote == path.remote) {
            *known = (path, now_us);
            return None;
        }
        let mut forgotten = None;
        if self.remotes.len() >= REMOTES_MAX {
            let selected = self.selected.map(|path| path.remote);
            let stalest = (0..self.remotes.len())
                .filter(|index| Some(self.remotes[*index].0.remote) != selected)
                .min_by_key(|index| self.remotes[*index].1)?;
            forgotten = Some(self.remotes.swap_remove(stalest).0.remote);
        }
        self.remotes.push((path, now_us));
        forgotten
    }

    pub fn remotes(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.remotes.iter().map(|(path, _)| path.remote)
    }

    /// Something authenticated arrived.
    pub fn heard(&mut self, now_us: u64) {
        self.heard_us = self.heard_us.max(now_us);
    }

    /// The new state, if it changed.
    pub fn check_liveness(&mut self, now_us: u64) -> Option<Liveness> {
        let silence = now_us.saturating_sub(self.heard_us);
        let state = if silence >= TIMEOUT_US {
            Liveness::Timeout
        } else if silence >= INTERRUPTED_US {
            Liveness::Interrupted
        } else {
            Liveness::Alive
        };
        let changed = state != self.state;
        self.state = state;
        changed.then_some(state)
    }

    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.state == Liveness::Alive
    }

    /// May one more handshake datagram be passed on?
    pub fn admit_dtls(&mut self, now_us: u64) -> bool {
        if now_us.saturating_sub(self.dtls_since_us) >= 1_000_000 {
            (self.dtls_since_us, self.dtls_left) = (now_us, DTLS_PER_S);
        }
        let admitted = self.dtls_left > 0;
        self.dtls_left = self.dtls_left.saturating_sub(1);
        admitted
    }

    #[must_use]
    pub fn stream(&self, ssrc: u32) -> Option<Stream> {
        self.streams.iter().find(|stream| stream.ssrc == ssrc).copied()
    }

    /// Remember what an SSRC carries. False if it carries something else already, or there are too many.
    pub fn bind_stream(&mut self, stream: Stream) -> bool {
        if self.stream(stream.ssrc).is_some() || self.streams.len() >= STREAMS_MAX {
            return false;
        }
        self.streams.push(stream);
        true
    }

    pub fn release_stream(&mut self, ssrc: u32) {
        self.streams.retain(|stream| stream.ssrc != ssrc);
    }

    pub fn release_track(&mut self, track: usize) {
        self.streams.retain(|stream| stream.track != track);
        self.tracks.retain(|known| *known != track);
    }

    /// Any media SSRC of this transport, for feedback that has to name one.
    #[must_use]
    pub fn any_media_ssrc(&self) -> u32 {
        self.streams.iter().find(|stream| !stream.repair).map_or(0, |stream| stream.ssrc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transport() -> Transport {
        Transport::new(TransportId(1), 0, PeerId(1), "ufrag", "password", 0)
    }

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    #[test]
    fn packets_follow_the_nominated_address() {
        let mut t = transport();
        assert_eq!(t.on_check(address(1), None, false, 0), (None, true));
        assert_eq!(t.on_check(address(2), None, false, 1), (None, false));
        assert_eq!(t.path().expect("path").remote, address(1));
        assert_eq!(t.on_check(address(2), None, true, 2), (None, true));
        assert_eq!(t.path().expect("path").remote, address(2));
    }

    #[test]
    fn the_stalest_address_is_forgotten_but_never_the_used_one() {
        let mut t = transport();
        for port in 0..REMOTES_MAX as u16 {
            t.on_check(address(port), None, false, u64::from(port));
        }
        let (forgotten, _) = t.on_check(address(100), None, false, 100);
        assert_eq!(forgotten, Some(address(1)));
        assert_eq!(t.remotes().count(), REMOTES_MAX);
    }

    #[test]
    fn silence_interrupts_and_ends() {
        let mut t = transport();
        assert_eq!(t.check_liveness(4_900_000), None);
        assert_eq!(t.check_liveness(5_000_000), Some(Liveness::Interrupted));
        t.heard(6_000_000);
        assert_eq!(t.check_liveness(6_100_000), Some(Liveness::Alive));
        assert_eq!(t.check_liveness(36_000_000), Some(Liveness::Timeout));
    }

    #[test]
    fn an_ssrc_keeps_its_meaning() {
        let mut t = transport();
        let stream = Stream { ssrc: 5, track: 1, layer: 0, repair: false };
        assert!(t.bind_stream(stream));
        assert!(!t.bind_stream(Stream { track: 2, ..stream }));
        assert_eq!(t.stream(5), Some(stream));
    }

    #[test]
    fn handshake_floods_are_cut() {
        let mut t = transport();
        assert_eq!((0..200).filter(|_| t.admit_dtls(0)).count(), DTLS_PER_S as usize);
        assert!(t.admit_dtls(1_000_000));
    }
}
