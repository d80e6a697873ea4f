//! The VP8 payload descriptor (RFC 7741 4.2), the first bytes of a keyframe (4.3 and RFC 6386 9.1), and the
//! rewriting of picture id and TL0PICIDX in place. Lengths never change: a 7-bit picture id stays one.

use super::ParseError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vp8Descriptor {
    /// S with PID 0: the first packet of a frame.
    pub start: bool,
    pub non_reference: bool,
    pub picture_id: Option<u16>,
    /// 0, 7 or 15.
    pub picture_id_bits: u8,
    pub tl0_pic_idx: Option<u8>,
    /// Temporal layer.
    pub tid: Option<u8>,
    /// Y: the frame depends on the base layer only.
    pub layer_sync: bool,
    pub key_idx: Option<u8>,
    /// Length of the descriptor.
    pub len: usize,
    /// The first packet of a keyframe.
    pub keyframe: bool,
    /// Width and height, on the first packet of a keyframe.
    pub size: Option<(u16, u16)>,
    picture_id_at: usize,
    tl0_at: usize,
}

impl Vp8Descriptor {
    /// `payload` is the RTP payload without padding. An empty payload is `Short`: a probe, not media.
    pub fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let mut at = 0;
        let mut next = || {
            at += 1;
            payload.get(at - 1).copied().ok_or(ParseError::Short).map(|byte| (byte, at - 1))
        };
        let (first, _) = next()?;
        let mut d = Self {
            start: first & 0x17 == 0x10,
            non_reference: first & 0x20 != 0,
            picture_id: None,
            picture_id_bits: 0,
            tl0_pic_idx: None,
            tid: None,
            layer_sync: false,
            key_idx: None,
            len: 0,
            keyframe: false,
            size: None,
            picture_id_at: 0,
            tl0_at: 0,
        };
        let flags = if first & 0x80 != 0 { next()?.0 } else { 0 };
        if flags & 0x80 != 0 {
            let (high, position) = next()?;
            d.picture_id_at = position;
            if high & 0x80 != 0 {
                d.picture_id = Some(u16::from(high & 0x7f) << 8 | u16::from(next()?.0));
                d.picture_id_bits = 15;
            } else {
                d.picture_id = Some(u16::from(high));
                d.picture_id_bits = 7;
            }
        }
        if flags & 0x40 != 0 {
            let (index, position) = next()?;
            d.tl0_pic_idx = Some(index);
            d.tl0_at = position;
        }
        if flags & 0x30 != 0 {
            let (byte, _) = next()?;
            if flags & 0x20 != 0 {
                d.tid = Some(byte >> 6);
                d.layer_sync = byte & 0x20 != 0;
            }
            if flags & 0x10 != 0 {
                d.key_idx = Some(byte & 0x1f);
            }
        }
        d.len = at;
        d.frame_header(payload.get(at..).filter(|frame| !frame.is_empty()).ok_or(ParseError::Short)?);
        Ok(d)
    }

    /// RFC 6386 9.1: P bit 0 is a keyframe; then start code and 14-bit sizes, little endian.
    fn frame_header(&mut self, frame: &[u8]) {
        self.keyframe = self.start && frame.first().is_some_and(|byte| byte & 1 == 0);
        if let (true, Some([0x9d, 0x01, 0x2a, w0, w1, h0, h1])) = (self.keyframe, frame.get(3..10)) {
            let width = u16::from_le_bytes([*w0, *w1]) & 0x3fff;
            let height = u16::from_le_bytes([*h0, *h1]) & 0x3fff;
            self.size = Some((width, height));
        }
    }

    /// Overwrites picture id and TL0PICIDX where the descriptor has them; `payload` is the one parsed, or a copy.
    pub fn rewrite(&self, payload: &mut [u8], picture_id: u16, tl0_pic_idx: u8) {
        match (self.picture_id_bits, payload.get_mut(self.picture_id_at..)) {
            (15, Some([high, low, ..])) => {
                *high = 0x80 | (picture_id >> 8) as u8;
                *low = picture_id as u8;
            }
            (7, Some([only, ..])) => *only = picture_id as u8 & 0x7f,
            _ => {}
        }
        if let (Some(_), Some(byte)) = (self.tl0_pic_idx, payload.get_mut(self.tl0_at)) {
            *byte = tl0_pic_idx;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEYFRAME: [u8; 16] =
        [0x90, 0xf0, 0x80 | 0x12, 0x34, 9, 0x60 | 3, 0x10, 2, 0, 0x9d, 1, 0x2a, 0x80, 0x42, 0x68, 0x01];

    #[test]
    fn a_full_descriptor_and_its_keyframe_are_read() {
        let d = Vp8Descriptor::parse(&KEYFRAME).unwrap();
        assert!(d.start && d.keyframe && d.layer_sync && !d.non_reference);
        assert_eq!((d.picture_id, d.picture_id_bits), (Some(0x1234), 15));
        assert_eq!((d.tl0_pic_idx, d.tid, d.key_idx, d.len), (Some(9), Some(1), Some(3), 6));
        assert_eq!(d.size, Some((640, 360)));
    }

    #[test]
    fn the_smallest_descriptor_is_one_byte() {
        let d = Vp8Descriptor::parse(&[0x10, 1]).unwrap();
        assert_eq!((d.len, d.start, d.keyframe, d.picture_id), (1, true, false, None));
        let d = Vp8Descriptor::parse(&[0x00, 0]).unwrap();
        assert!(!d.start && !d.keyframe);
    }

    #[test]
    fn a_later_partition_is_not_a_frame_start() {
        assert!(!Vp8Descriptor::parse(&[0x11, 0]).unwrap().keyframe);
    }

    #[test]
    fn rewriting_keeps_lengths_and_other_bits() {
        let mut p = KEYFRAME;
        let d = Vp8Descriptor::parse(&p).unwrap();
        d.rewrite(&mut p, 0x7fff, 255);
        let again = Vp8Descriptor::parse(&p).unwrap();
        assert_eq!(again, Vp8Descriptor { picture_id: Some(0x7fff), tl0_pic_idx: Some(255), ..d });
        assert_eq!(p[6..], KEYFRAME[6..]);
        d.rewrite(&mut p, 0x8000, 0); // wraps at 15 bits
        assert_eq!(Vp8Descriptor::parse(&p).unwrap().picture_id, Some(0));

        let mut short = [0x90, 0x80, 5, 1];
        let d = Vp8Descriptor::parse(&short).unwrap();
        d.rewrite(&mut short, 0x1ff, 7);
        assert_eq!(short, [0x90, 0x80, 0x7f, 1]);
    }

    #[test]
    fn rewriting_without_fields_changes_nothing() {
        let mut p = [0x10, 0x80, 0x80, 0x80];
        Vp8Descriptor::parse(&p).unwrap().rewrite(&mut p, 1, 1);
        assert_eq!(p, [0x10, 0x80, 0x80, 0x80]);
    }

    #[test]
    fn cut_descriptors_are_short() {
        for end in 0..10 {
            let got = Vp8Descriptor::parse(&KEYFRAME[..end]);
            assert_eq!(got.is_ok(), end >= 7, "{end}");
        }
        assert_eq!(Vp8Descriptor::parse(&KEYFRAME[..10]).unwrap().size, None);
    }

    proptest! {
        #[test]
        fn never_panics(mut buf in proptest::collection::vec(any::<u8>(), 0..24), id in any::<u16>(), tl0 in any::<u8>()) {
            if let Ok(d) = Vp8Descriptor::parse(&buf) {
                d.rewrite(&mut buf, id, tl0);
                let again = Vp8Descriptor::parse(&buf).unwrap();
                prop_assert_eq!(again.len, d.len);
                prop_assert_eq!(again.keyframe, d.keyframe);
                d.rewrite(&mut [], id, tl0);
            }
        }
    }
}
