use super::*;
use proptest::prelude::*;

pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

const PROFILES: [Profile; 2] = [Profile::Aes128CmSha1_80, Profile::AeadAes128Gcm];

fn pair(profile: Profile) -> (SrtpOut, SrtpIn) {
    let key: Vec<u8> = (0..profile.key_salt_len() as u8).collect();
    (SrtpOut::new(profile, &key).unwrap(), SrtpIn::new(profile, &key).unwrap())
}

fn rtp(seq: u16, ssrc: u32, payload: &[u8]) -> Vec<u8> {
    let mut p = vec![0x80, 96];
    p.extend(seq.to_be_bytes());
    p.extend([0, 0, 0, 1]);
    p.extend(ssrc.to_be_bytes());
    p.extend(payload);
    p
}

fn seal(out: &SrtpOut, ext_seq: u64, ssrc: u32) -> Vec<u8> {
    let plain = rtp(ext_seq as u16, ssrc, b"hello media");
    let mut buf = plain.clone();
    buf.resize(plain.len() + out.overhead(), 0);
    assert_eq!(out.protect_rtp(&mut buf, 12, plain.len(), ext_seq), Ok(buf.len()));
    buf
}

fn open(input: &mut SrtpIn, packet: &[u8]) -> Result<Unprotected, SrtpError> {
    let mut buf = packet.to_vec();
    let header = RtpHeader::parse_header(&buf).unwrap();
    let got = input.unprotect_rtp(&mut buf, &header)?;
    assert_eq!(&buf[12..got.len], b"hello media");
    Ok(got)
}

/// RFC 7714 16.1.1.
#[test]
fn gcm_rtp_matches_the_rfc() {
    let key: [u8; 16] = std::array::from_fn(|i| i as u8);
    let salt: [u8; 12] = hex("517569642070726f2071756f").try_into().unwrap();
    let keys = Keys::gcm(&key, salt).unwrap();
    let mut buf = hex("8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f \
         42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce");
    let header = RtpHeader::parse_header(&buf).unwrap();
    let len = open_rtp(&keys, &mut buf, &header, u64::from(header.seq)).unwrap();
    assert_eq!(&buf[12..len], b"Gallia est omnis divisa in partes tres");
}

/// RFC 7714 17.1.
#[test]
fn gcm_rtcp_matches_the_rfc() {
    let key: [u8; 16] = std::array::from_fn(|i| i as u8);
    let salt: [u8; 12] = hex("517569642070726f2071756f").try_into().unwrap();
    let keys = Keys::gcm(&key, salt).unwrap();
    let plain = hex("81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 \
         deadbeef deadbeef deadbeef deadbeef deadbeef");
    let mut buf = plain.clone();
    buf.resize(plain.len() + 20, 0);
    seal_rtcp(&keys, &mut buf, plain.len(), 0x4d61_7273, ENCRYPTED | 0x5d4).unwrap();
    let expect = hex("81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d \
         c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4");
    assert_eq!(buf, expect);
    let word = rtcp_index(&keys, &buf).unwrap();
    let len = open_rtcp(&keys, &mut buf, 0x4d61_7273, word).unwrap();
    assert_eq!(buf[..len], plain[..]);
}

/// The packet of libsrtp's validation test, AES-CM with an 80-bit tag.
#[test]
fn counter_mode_rtp_matches_the_known_packet() {
    let key = hex("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6");
    let out = SrtpOut::new(Profile::Aes128CmSha1_80, &key).unwrap();
    let plain = hex("800f1234 decafbad cafebabe abababab abababab abababab abababab");
    let mut buf = plain.clone();
    buf.resize(plain.len() + 10, 0);
    out.protect_rtp(&mut buf, 12, plain.len(), 0x1234).unwrap();
    assert_eq!(
        buf,
        hex("800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402 b78d6acc 99ea179b 8dbb")
    );
}

#[test]
fn what_was_sealed_opens_once() {
    for profile in PROFILES {
        let (out, mut input) = pair(profile);
        let packet = seal(&out, 5, 77);
        assert_eq!(packet.len(), 12 + 11 + profile.rtp_overhead());
        assert_eq!(open(&mut input, &packet).map(|u| u.ext_seq), Ok(5));
        assert_eq!(open(&mut input, &packet), Err(SrtpError::Replay));
    }
}

#[test]
fn the_rollover_counter_follows_the_wrap_and_reordering() {
    for profile in PROFILES {
        let (out, mut input) = pair(profile);
        for ext_seq in [65_000, 65_534, 65_537, 65_535, 65_536, 65_600, 98_000, 130_000, 162_000] {
            assert_eq!(open(&mut input, &seal(&out, ext_seq, 77)).map(|u| u.ext_seq), Ok(ext_seq));
        }
        assert_eq!(open(&mut input, &seal(&out, 130_001, 77)), Err(SrtpError::Replay));
    }
}

#[test]
fn a_forged_packet_leaves_no_state() {
    for profile in PROFILES {
        let (out, mut input) = pair(profile);
        let mut forged = seal(&out, 40_000, 77);
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(open(&mut input, &forged), Err(SrtpError::Auth));
        assert_eq!(open(&mut input, &seal(&out, 3, 77)).map(|u| u.ext_seq), Ok(3));
        assert!(open(&mut input, &forged).is_err());
        assert_eq!(open(&mut input, &seal(&out, 4, 77)).map(|u| u.ext_seq), Ok(4));
    }
}

#[test]
fn every_bit_of_a_packet_is_authenticated() {
    for profile in PROFILES {
        let (out, mut input) = pair(profile);
        let packet = seal(&out, 9, 77);
        for at in 12..packet.len() {
            let mut bad = packet.clone();
            bad[at] ^= 0x10;
            assert_eq!(open(&mut input, &bad), Err(SrtpError::Auth), "byte {at}");
        }
        let mut bad = packet.clone();
        bad[1] ^= 0x80; // marker
        assert_eq!(open(&mut input, &bad), Err(SrtpError::Auth));
        assert!(open(&mut input, &packet).is_ok());
    }
}

#[test]
fn rtcp_goes_round_and_refuses_replay_and_forgery() {
    for profile in PROFILES {
        let (mut out, mut input) = pair(profile);
        for n in 0..3u8 {
            let plain = [0x80, 201, 0, 1, 1, 2, 3, n];
            let mut buf = [0u8; 64];
            buf[..8].copy_from_slice(&plain);
            let total = out.protect_rtcp(&mut buf, 8).unwrap();
            assert_eq!(total, 8 + profile.rtcp_overhead());
            let mut forged = buf;
            forged[total - 1] ^= 1;
            assert!(input.unprotect_rtcp(&mut forged[..total]).is_err());
            let mut again = buf;
            assert_eq!(input.unprotect_rtcp(&mut buf[..total]), Ok(8));
            assert_eq!(buf[..8], plain);
            assert_eq!(input.unprotect_rtcp(&mut again[..total]), Err(SrtpError::Replay));
        }
    }
}

#[test]
fn wrong_keys_rooms_and_indices_are_errors() {
    assert!(matches!(SrtpOut::new(Profile::AeadAes128Gcm, &[0; 30]), Err(SrtpError::Key)));
    assert!(matches!(SrtpIn::new(Profile::Aes128CmSha1_80, &[0; 28]), Err(SrtpError::Key)));
    for profile in PROFILES {
        let (mut out, _) = pair(profile);
        let mut buf = rtp(0, 1, b"abc");
        let len = buf.len();
        assert_eq!(out.protect_rtp(&mut buf, 12, len, 0), Err(SrtpError::Overflow));
        assert_eq!(out.protect_rtp(&mut [0; 100], 12, 20, 1 << 48), Err(SrtpError::Exhausted));
        assert_eq!(out.protect_rtp(&mut [0; 100], 40, 20, 0), Err(SrtpError::Short));
        assert_eq!(out.protect_rtcp(&mut [0; 100], 4), Err(SrtpError::Short));
        out.next_rtcp = ENCRYPTED;
        assert_eq!(out.protect_rtcp(&mut [0; 100], 8), Err(SrtpError::Exhausted));
    }
}

proptest! {
    #[test]
    fn never_panics(buf in proptest::collection::vec(any::<u8>(), 0..80)) {
        for profile in PROFILES {
            let (_, mut input) = pair(profile);
            prop_assert!(input.unprotect_rtcp(&mut buf.clone()).is_err());
            if let Ok(header) = RtpHeader::parse_header(&buf) {
                prop_assert!(input.unprotect_rtp(&mut buf.clone(), &header).is_err());
            }
        }
    }
}
