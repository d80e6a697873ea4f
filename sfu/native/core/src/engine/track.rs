//! One published m-line: its layers, their caches and clocks, and who watches.

use crate::wire::keyframe::KeyframeThrottle;
use crate::wire::nack::NackGenerator;
use crate::wire::receive_stats::ReceiveStats;

use super::clock::StreamClock;
use super::command::{Codec, Kind, Publish};
use super::ids::TrackId;
use super::rate::RateMeter;
use super::rewriter::Source;
use super::ring::Ring;
use super::sequencer::Sequencer;

/// Packets kept of a video layer: over a second of a fast one.
const VIDEO_CACHE: usize = 512;
/// Packets kept of an audio stream: one batch.
const AUDIO_CACHE: usize = 64;
const VIDEO_SILENCES: Silences = Silences { beside_others_us: 1_000_000, alone_us: 4_000_000 };
const AUDIO_SILENCES: Silences = Silences { beside_others_us: 2_000_000, alone_us: 2_000_000 };

/// After how long without packets a layer counts as silent. A screen that does not change sends about one
/// frame a second, so a track that has nothing else to show is given longer.
#[derive(Clone, Copy)]
pub struct Silences {
    pub beside_others_us: u64,
    pub alone_us: u64,
}

/// One encoding of a track.
pub struct Layer {
    /// 0 until the first packet or where the offer did not say.
    pub ssrc: u32,
    pub rtx_ssrc: u32,
    /// Allocated at the first packet that the gate lets through.
    pub ring: Option<Ring>,
    pub sequencer: Sequencer,
    pub clock: StreamClock,
    pub nack: Box<NackGenerator>,
    pub keyframe: KeyframeThrottle,
    pub reports: ReceiveStats,
    pub rate: RateMeter,
    pub size: (u16, u16),
    pub active: bool,
    /// Highest authenticated packet number, gate or not.
    pub highest_ext: Option<u64>,
    pub last_media_us: u64,
    /// What was last reported, and when.
    pub told: Told,
}

#[derive(Clone, Copy, Default)]
pub struct Told {
    pub at_us: u64,
    pub bitrate_bps: u32,
    pub size: (u16, u16),
    pub active: bool,
}

/// Speech behind a closed gate.
#[derive(Default)]
pub struct GatedVoiceMeter {
    loud: u32,
    since_us: u64,
    told_us: u64,
}

pub struct Track {
    pub id: TrackId,
    pub serial: u32,
    pub transport: usize,
    pub line: Publish,
    pub open: bool,
    pub layers: Vec<Layer>,
    /// Indices of slots that show it or wait to.
    pub slots: Vec<usize>,
    pub taps: Vec<usize>,
    pub gated: GatedVoiceMeter,
}

impl Layer {
    fn new(clock_rate: u32) -> Self {
        Self {
            ssrc: 0,
            rtx_ssrc: 0,
            ring: None,
            sequencer: Sequencer::default(),
            clock: StreamClock::new(clock_rate),
            nack: Box::default(),
            keyframe: KeyframeThrottle::new(),
            reports: ReceiveStats::new(clock_rate),
            rate: RateMeter::default(),
            size: (0, 0),
            active: false,
            highest_ext: None,
            last_media_us: 0,
            told: Told::default(),
        }
    }

    /// The numbering breaks: the gate was closed, or another SSRC took over.
    pub fn interrupt(&mut self) {
        self.sequencer.restart();
        self.nack.reset();
        self.clock.interrupt();
        self.active = false;
    }

    /// A resent packet carries 16 bits of the number it had: find the rest.
    #[must_use]
    pub fn original_ext_seq(&self, seq: u16) -> Option<u64> {
        let highest = self.highest_ext?;
        let distance = i64::from(seq.wrapping_sub(highest as u16) as i16);
        highest.checked_add_signed(distance)
    }
}

impl Track {
    #[must_use]
    pub fn new(serial: u32, transport: usize, line: Publish) -> Self {
        let count = line.rids.len().max(1);
        let mut layers: Vec<Layer> = (0..count).map(|_| Layer::new(line.clock_rate)).collect();
        if count == 1 {
            (layers[0].ssrc, layers[0].rtx_ssrc) = (line.ssrc, line.rtx_ssrc);
        }
        Self {
            id: line.track,
            serial,
            transport,
            line,
            open: false,
            layers,
            slots: Vec::new(),
            taps: Vec::new(),
            gated: GatedVoiceMeter::default(),
        }
    }

    #[must_use]
    pub fn is_video(&self) -> bool {
        self.line.kind == Kind::Video
    }

    #[must_use]
    pub fn source(&self, index: usize, layer: u8) -> Source {
        Source { track: index, serial: self.serial, layer }
    }

    /// Layers that flow, lowest first.
    pub fn active_layers(&self) -> impl DoubleEndedIterator<Item = u8> + Clone + '_ {
        (0..self.layers.len()).filter(|layer| self.layers[*layer].active).map(|layer| layer as u8)
    }

    #[must_use]
    pub fn codec_of(&self, payload_type: u8) -> Option<Codec> {
        self.line.payload_types.iter().find(|known| known.pt == payload_type).map(|known| known.codec)
    }

    /// The codec that a repair stream's payload type stands for.
    #[must_use]
    pub fn repaired_codec_of(&self, payload_type: u8) -> Option<Codec> {
        let known = |known: &&super::command::PayloadType| known.rtx != 0 && known.rtx == payload_type;
        self.line.payload_types.iter().find(known).map(|known| known.codec)
    }

    #[must_use]
    pub fn new_ring(&self) -> Ring {
        Ring::new(if self.is_video() { VIDEO_CACHE } else { AUDIO_CACHE })
    }

    #[must_use]
    pub fn silences(&self) -> Silences {
        if self.is_video() {
            VIDEO_SILENCES
        } else {
            AUDIO_SILENCES
        }
    }
}

impl GatedVoiceMeter {
    /// -dBov from which on a packet counts as speech.
    const LOUD: u8 = 45;
    /// Packets of speech within one second.
    const ENOUGH: u32 = 12;
    const WINDOW_US: u64 = 1_000_000;

    /// True if somebody should be told now: enough speech, and not told in the last second.
    pub fn on_level(&mut self, level: u8, now_us: u64) -> bool {
        if now_us.saturating_sub(self.since_us) > Self::WINDOW_US {
            (self.since_us, self.loud) = (now_us, 0);
        }
        self.loud += u32::from(level <= Self::LOUD);
        let due = self.loud >= Self::ENOUGH && now_us.saturating_sub(self.told_us) >= Self::WINDOW_US;
        if due {
            (self.told_us, self.loud) = (now_us, 0);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_behind_a_gate_is_told_once_a_second() {
        let mut meter = GatedVoiceMeter::default();
        let told = (0..150u64).filter(|i| meter.on_level(30, 5_000_000 + i * 20_000)).count();
        assert!((2..=3).contains(&told), "told {told} times in three seconds");
        let mut silent = GatedVoiceMeter::default();
        assert!((0..500u64).all(|i| !silent.on_level(100, 5_000_000 + i * 20_000)));
    }

    #[test]
    fn a_resend_finds_its_number_across_the_wrap() {
        let mut layer = Layer::new(90_000);
        assert_eq!(layer.original_ext_seq(5), None);
        layer.highest_ext = Some(0x2_0003);
        assert_eq!(layer.original_ext_seq(0xfffe), Some(0x1_fffe));
        assert_eq!(layer.original_ext_seq(2), Some(0x2_0002));
    }
}
