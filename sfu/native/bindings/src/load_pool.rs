//! `LoadPool`: the core in the client role.

use std::os::fd::RawFd;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::arguments;

/// Many participants over plain UDP sockets in one thread.
#[pyclass(frozen, module = "sfu._native")]
pub struct LoadPool {
    wake: plenum_net::sys::EventFd,
}

#[pymethods]
impl LoadPool {
    #[new]
    fn new() -> PyResult<Self> {
        Ok(Self { wake: plenum_net::sys::EventFd::new()? })
    }

    fn fileno(&self) -> RawFd {
        std::os::fd::AsRawFd::as_raw_fd(&self.wake)
    }

    fn events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(PyList::empty(py))
    }

    fn add(
        &self,
        client: u32,
        remote_host: &str,
        remote_port: u16,
        local_ufrag: String,
        remote_ufrag: String,
        remote_pwd: String,
    ) -> PyResult<()> {
        let _ = (client, remote_port, local_ufrag, remote_ufrag, remote_pwd);
        arguments::address(remote_host)?;
        Ok(())
    }

    fn send_dtls(&self, client: u32, data: &[u8]) -> PyResult<()> {
        let _ = (client, data);
        Ok(())
    }

    fn set_srtp_keys(&self, client: u32, profile: u16, rx_key_salt: &[u8], tx_key_salt: &[u8]) -> PyResult<()> {
        let _ = client;
        arguments::srtp_keys(profile, rx_key_salt, tx_key_salt)?;
        Ok(())
    }

    #[pyo3(signature = (client, *, ssrc, pt, mid, ext_mid, ext_audio_level, level))]
    #[allow(clippy::too_many_arguments)]
    fn send_audio(&self, client: u32, ssrc: u32, pt: u8, mid: String, ext_mid: u8, ext_audio_level: u8, level: u8) {
        let _ = (client, ssrc, pt, mid, ext_mid, ext_audio_level, level);
    }

    #[pyo3(signature = (client, *, ssrc, pt, mid, ext_mid, bitrate_bps))]
    fn send_video(&self, client: u32, ssrc: u32, pt: u8, mid: String, ext_mid: u8, bitrate_bps: u32) {
        let _ = (client, ssrc, pt, mid, ext_mid, bitrate_bps);
    }

    fn stop_sending(&self, client: u32) {
        let _ = client;
    }

    fn remove(&self, client: u32) {
        let _ = client;
    }

    fn stats<'py>(&self, py: Python<'py>, client: u32) -> PyResult<Bound<'py, PyDict>> {
        let _ = client;
        let dict = PyDict::new(py);
        for name in ["sent", "received", "lost", "bytes_received", "srtp_errors", "streams"] {
            dict.set_item(name, 0)?;
        }
        Ok(dict)
    }

    fn close(&self) {}
}
