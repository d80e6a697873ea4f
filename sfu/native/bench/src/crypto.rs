//! What protecting one packet costs, per profile: the part of forwarding that no design avoids.

use plenum_core::wire::srtp::{Profile, SrtpOut};

use crate::floors::cpu_ns;

const ROUNDS: u64 = 200_000;
pub const PROFILES: [(&str, Profile); 2] =
    [("AEAD_AES_128_GCM", Profile::AeadAes128Gcm), ("AES_CM_128_HMAC_SHA1_80", Profile::Aes128CmSha1_80)];

/// Nanoseconds to protect a packet of `len` bytes.
pub fn protect_ns(profile: Profile, len: usize) -> f64 {
    let key = vec![5u8; profile.key_salt_len()];
    let out = SrtpOut::new(profile, &key).expect("key of the right length");
    let mut buf = vec![0u8; len + out.overhead()];
    let before = cpu_ns();
    for ext_seq in 0..ROUNDS {
        buf[..12].copy_from_slice(&[0x80, 96, (ext_seq >> 8) as u8, ext_seq as u8, 0, 0, 0, 0, 0, 0, 0, 7]);
        let _ = std::hint::black_box(out.protect_rtp(&mut buf, 12, len, ext_seq));
    }
    (cpu_ns() - before) as f64 / ROUNDS as f64
}
