//! Python's arguments, checked and turned into the engine's types. Mistakes are `ValueError`.

use std::net::IpAddr;

use plenum_core::engine::{Codec, Kind, PayloadType, SrtpKeys};
use pyo3::exceptions::PyValueError;
use pyo3::PyResult;

pub const KIND_AUDIO: u8 = 0;
pub const KIND_VIDEO: u8 = 1;
pub const PROFILE_AES128_CM_SHA1_80: u16 = 1;
pub const PROFILE_AEAD_AES_128_GCM: u16 = 7;

pub fn kind(value: u8) -> PyResult<Kind> {
    match value {
        KIND_AUDIO => Ok(Kind::Audio),
        KIND_VIDEO => Ok(Kind::Video),
        _ => Err(PyValueError::new_err(format!("unknown kind {value}"))),
    }
}

pub fn address(host: &str) -> PyResult<IpAddr> {
    host.parse().map_err(|_| PyValueError::new_err(format!("not an IP address: {host:?}")))
}

pub fn payload_types(values: Vec<(String, u8, u8)>) -> PyResult<Vec<PayloadType>> {
    values
        .into_iter()
        .map(|(name, pt, rtx)| {
            let codec = Codec::from_name(&name)
                .ok_or_else(|| PyValueError::new_err(format!("unknown codec {name:?}")))?;
            if pt > 127 || rtx > 127 {
                return Err(PyValueError::new_err("a payload type has seven bits"));
            }
            Ok(PayloadType { codec, pt, rtx })
        })
        .collect()
}

/// A header extension id of either form; 0 means not negotiated.
pub fn extension(id: u8) -> PyResult<u8> {
    if id == 15 {
        return Err(PyValueError::new_err("header extension id 15 is reserved"));
    }
    Ok(id)
}

pub fn srtp_keys(profile: u16, rx_key_salt: &[u8], tx_key_salt: &[u8]) -> PyResult<SrtpKeys> {
    let wanted = match profile {
        PROFILE_AES128_CM_SHA1_80 => 30,
        PROFILE_AEAD_AES_128_GCM => 28,
        _ => return Err(PyValueError::new_err(format!("unknown SRTP profile {profile}"))),
    };
    if rx_key_salt.len() != wanted || tx_key_salt.len() != wanted {
        return Err(PyValueError::new_err(format!("key and salt must be {wanted} bytes long")));
    }
    Ok(SrtpKeys { profile, rx_key_salt: rx_key_salt.to_vec(), tx_key_salt: tx_key_salt.to_vec() })
}
