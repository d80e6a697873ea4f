//! The socket to the recorder: one message per packet, never blocking.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use plenum_core::engine::TapWrite;

/// Write one message; a peer that has gone reads as detached.
pub fn write(fd: &OwnedFd, message: &[u8]) -> TapWrite {
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL | libc::MSG_EOR;
    // SAFETY: the kernel reads `message.len()` bytes of a live slice; the descriptor is ours.
    let sent = unsafe { libc::send(fd.as_raw_fd(), message.as_ptr().cast(), message.len(), flags) };
    if sent >= 0 {
        return TapWrite::Written;
    }
    match io::Error::last_os_error().raw_os_error() {
        Some(libc::EAGAIN | libc::ENOBUFS | libc::EINTR) => TapWrite::Full,
        _ => TapWrite::Detached,
    }
}
