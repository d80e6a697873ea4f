//! Media that names itself: every packet says who made it, in which layer, frame and place.

/// What a packet says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    pub peer: u8,
    pub layer: u8,
    pub frame: u32,
    pub place: u8,
}

pub const DESCRIPTOR_LEN: usize = 6;
const KEYFRAME_LEN: usize = 10;

/// A VP8 payload of `len` bytes with a full descriptor.
pub fn vp8_payload(label: Label, keyframe: bool, picture_id: u16, tl0: u8, len: usize) -> Vec<u8> {
    let start = if label.place == 0 { 0x90 } else { 0x80 };
    let mut payload = vec![start, 0xe0, 0x80 | (picture_id >> 8) as u8, picture_id as u8, tl0, 0x20];
    payload.extend([u8::from(!keyframe), 0, 0, 0x9d, 0x01, 0x2a]);
    payload.extend([0x40, 0x01, 0xb4, 0x00]);
    payload.extend([label.peer, label.layer]);
    payload.extend(label.frame.to_be_bytes());
    payload.push(label.place);
    payload.resize(len.max(payload.len()), 0xab);
    payload
}

pub fn vp8_label(payload: &[u8]) -> Label {
    let at = DESCRIPTOR_LEN + KEYFRAME_LEN;
    label_at(payload, at)
}

pub fn vp8_picture_id(payload: &[u8]) -> u16 {
    u16::from(payload[2] & 0x7f) << 8 | u16::from(payload[3])
}

pub fn audio_payload(label: Label, len: usize) -> Vec<u8> {
    let mut payload = vec![label.peer, label.layer];
    payload.extend(label.frame.to_be_bytes());
    payload.push(label.place);
    payload.resize(len.max(7), 0xcd);
    payload
}

pub fn audio_label(payload: &[u8]) -> Label {
    label_at(payload, 0)
}

fn label_at(payload: &[u8], at: usize) -> Label {
    let frame = u32::from_be_bytes(payload[at + 2..at + 6].try_into().expect("four bytes"));
    Label { peer: payload[at], layer: payload[at + 1], frame, place: payload[at + 6] }
}
