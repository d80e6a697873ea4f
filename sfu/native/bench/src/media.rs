//! What the publishers send: load clients whose datagrams are handed over without a socket.

use plenum_core::load::{AudioSource, ClientConfig, LoadClient, LoadOutput, VideoSource};

pub const PROFILE: u16 = 7;
pub const PT_AUDIO: u8 = 111;
pub const PT_VIDEO: u8 = 96;
pub const EXT_MID: u8 = 1;
pub const EXT_LEVEL: u8 = 2;
/// Five packets of 1100 bytes, 30 times a second.
const VIDEO_BPS: u32 = 5 * 1100 * 8 * 30;

/// Keys of both directions, the same for everybody.
pub const TO_SERVER: [u8; 28] = [1; 28];
pub const FROM_SERVER: [u8; 28] = [2; 28];

#[derive(Default)]
pub struct Outbox(pub Vec<Vec<u8>>);

impl LoadOutput for Outbox {
    fn transmit(&mut self, datagram: &[u8]) {
        self.0.push(datagram.to_vec());
    }
    fn dtls(&mut self, _: &[u8]) {}
    fn nominated(&mut self) {}
}

pub fn ufrag(transport: u32) -> String {
    format!("u{transport:06}")
}

pub const PASSWORD: &str = "the same password for all";

/// A client for `transport`, with keys.
pub fn client(transport: u32, now: u64) -> LoadClient {
    let config = ClientConfig {
        local_ufrag: "load".into(),
        remote_ufrag: ufrag(transport),
        remote_pwd: PASSWORD.into(),
        seed: u64::from(transport) << 32 | 0x5eed,
    };
    let mut client = LoadClient::new(&config, now);
    client.set_srtp_keys(PROFILE, &FROM_SERVER, &TO_SERVER, now).expect("keys of the right length");
    client
}

pub fn video(ssrc: u32) -> VideoSource {
    VideoSource { ssrc, pt: PT_VIDEO, mid: "1".into(), ext_mid: EXT_MID, bitrate_bps: VIDEO_BPS }
}

pub fn audio(ssrc: u32, level: u8) -> AudioSource {
    AudioSource { ssrc, pt: PT_AUDIO, mid: "0".into(), ext_mid: EXT_MID, ext_audio_level: EXT_LEVEL, level }
}
