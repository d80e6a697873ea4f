//! One UDP port: batches in (`recvmmsg`), runs out (`sendmsg`, one message per run with `UDP_SEGMENT`).
//!
//! Every datagram is told its local address (`IP_PKTINFO`), so that answers leave from the address that
//! was asked. IPv4 peers of a dual-stack socket appear as plain IPv4.

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use plenum_core::engine::Path;

/// Datagrams fetched by one system call.
pub const BATCH: usize = 64;
/// Longer datagrams are cut by the kernel, seen as cut, and dropped.
pub const DATAGRAM_MAX: usize = 2048;
const CONTROL_LEN: usize = 128;
const SOCKET_BUFFER: libc::c_int = 4 << 20;

/// Room for control messages, aligned as the kernel's headers want it.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Control([u8; CONTROL_LEN]);

pub struct UdpPort {
    fd: OwnedFd,
    ipv6: bool,
    port: u16,
}

/// One received datagram: where it lies in the batch, and what the kernel said about it.
#[derive(Clone, Copy)]
pub struct Received {
    pub len: usize,
    pub from: SocketAddr,
    pub local: Option<IpAddr>,
    /// When the kernel got it, in the system's Unix microseconds; 0 where it did not say.
    pub stamp_us: u64,
}

/// Reusable buffers for [`UdpPort::receive`].
pub struct Batch {
    buffers: Box<[[u8; DATAGRAM_MAX]]>,
    names: Box<[libc::sockaddr_storage]>,
    controls: Box<[Control]>,
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

impl Batch {
    #[must_use]
    pub fn new() -> Self {
        // SAFETY: an all-zero sockaddr_storage is a valid value (family 0).
        let name: libc::sockaddr_storage = unsafe { zeroed() };
        Self {
            buffers: vec![[0; DATAGRAM_MAX]; BATCH].into_boxed_slice(),
            names: vec![name; BATCH].into_boxed_slice(),
            controls: vec![Control([0; CONTROL_LEN]); BATCH].into_boxed_slice(),
        }
    }

    pub fn datagram(&mut self, index: usize, len: usize) -> &mut [u8] {
        &mut self.buffers[index][..len]
    }
}

impl UdpPort {
    /// Bind `host`:`port`. "::" takes IPv4 as well; port 0 lets the system choose.
    pub fn bind(host: IpAddr, port: u16) -> io::Result<Self> {
        let ipv6 = host.is_ipv6();
        let family = if ipv6 { libc::AF_INET6 } else { libc::AF_INET };
        let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        // SAFETY: no pointers are involved; the result is checked before use.
        let raw = unsafe { libc::socket(family, kind, 0) };
        if raw < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just given us this descriptor and nobody else owns it.
        let fd = unsafe { OwnedFd::from_raw_fd(raw) };
        if ipv6 {
            set_option(
                raw,
                libc::IPPROTO_IPV6,
                libc::IPV6_V6ONLY,
                libc::c_int::from(!host.is_unspecified()),
            )?;
            set_option(raw, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, 1)?;
        } else {
            set_option(raw, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?;
        }
        set_option(raw, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
        grow_buffer(raw, libc::SO_RCVBUFFORCE, libc::SO_RCVBUF);
        grow_buffer(raw, libc::SO_SNDBUFFORCE, libc::SO_SNDBUF);
        let (address, len) = to_sockaddr(SocketAddr::new(host, port), ipv6);
        // SAFETY: `address` is a live sockaddr of `len` bytes for the socket's family.
        if unsafe { libc::bind(raw, (&raw const address).cast(), len) } < 0 {
            return Err(io::Error::last_os_error());
        }
        let socket = UdpSocket::from(fd);
        let port = socket.local_addr()?.port();
        Ok(Self { fd: socket.into(), ipv6, port })
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Fill `batch` with what waits, without blocking; the facts of datagram i go to `received[i]`.
    pub fn receive(&self, batch: &mut Batch, received: &mut [Received; BATCH]) -> usize {
        // SAFETY: zeroed iovec and mmsghdr are valid (null pointers, zero lengths) and every field the
        // kernel reads is set below.
        let mut vectors: [libc::iovec; BATCH] = unsafe { zeroed() };
        // SAFETY: as above.
        let mut messages: [libc::mmsghdr; BATCH] = unsafe { zeroed() };
        for index in 0..BATCH {
            vectors[index].iov_base = batch.buffers[index].as_mut_ptr().cast();
            vectors[index].iov_len = DATAGRAM_MAX;
            let header = &mut messages[index].msg_hdr;
            header.msg_name = (&raw mut batch.names[index]).cast();
            header.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            header.msg_iov = &raw mut vectors[index];
            header.msg_iovlen = 1;
            header.msg_control = batch.controls[index].0.as_mut_ptr().cast();
            header.msg_controllen = CONTROL_LEN as _;
        }
        // SAFETY: all pointers set above refer to buffers that outlive the call and have the lengths given.
        let count = unsafe {
            libc::recvmmsg(
                self.fd.as_raw_fd(),
                messages.as_mut_ptr(),
                BATCH as libc::c_uint,
                libc::MSG_DONTWAIT as _,
                std::ptr::null_mut(),
            )
        };
        let count = usize::try_from(count).unwrap_or(0);
        for index in 0..count {
            received[index] = describe(&messages[index], &batch.names[index]);
        }
        count
    }

    /// Send one datagram, or with `segment` a run of datagrams of that size in one message.
    pub fn send(&self, path: &Path, bytes: &[u8], segment: Option<u16>) -> io::Result<()> {
        let (mut address, address_len) = to_sockaddr(path.remote, self.ipv6);
        let mut control = Control([0; CONTROL_LEN]);
        let mut vector = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
        // SAFETY: a zeroed msghdr is valid; every field the kernel reads is set below.
        let mut header: libc::msghdr = unsafe { zeroed() };
        header.msg_name = (&raw mut address).cast();
        header.msg_namelen = address_len;
        header.msg_iov = &raw mut vector;
        header.msg_iovlen = 1;
        let used = write_control(&mut control, path.local, self.ipv6, segment);
        if used > 0 {
            header.msg_control = control.0.as_mut_ptr().cast();
            header.msg_controllen = used as _;
        }
        // SAFETY: all pointers set above refer to locals or to `bytes`, which outlive the call.
        let sent = unsafe { libc::sendmsg(self.fd.as_raw_fd(), &header, libc::MSG_DONTWAIT) };
        if sent < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
}

impl AsRawFd for UdpPort {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

impl Received {
    pub const NONE: Self = Self {
        len: 0,
        from: SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0)),
        local: None,
        stamp_us: 0,
    };
}

fn set_option(fd: RawFd, level: libc::c_int, name: libc::c_int, value: libc::c_int) -> io::Result<()> {
    // SAFETY: the kernel reads `size_of` bytes of a live local.
    let result = unsafe {
        libc::setsockopt(
            fd,
            level,
            name,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// 4 MiB where we are allowed to, else what the system permits. Best effort.
fn grow_buffer(fd: RawFd, force: libc::c_int, plain: libc::c_int) {
    if set_option(fd, libc::SOL_SOCKET, force, SOCKET_BUFFER).is_err() {
        let _ = set_option(fd, libc::SOL_SOCKET, plain, SOCKET_BUFFER);
    }
}

fn to_sockaddr(address: SocketAddr, ipv6: bool) -> (libc::sockaddr_storage, libc::socklen_t) {
    // SAFETY: an all-zero sockaddr_storage is a valid value.
    let mut storage: libc::sockaddr_storage = unsafe { zeroed() };
    let (ip, scope) = match address {
        SocketAddr::V4(v4) if !ipv6 => {
            let target: *mut libc::sockaddr_in = (&raw mut storage).cast();
            // SAFETY: sockaddr_storage is large enough and aligned for sockaddr_in.
            unsafe {
                (*target).sin_family = libc::AF_INET as libc::sa_family_t;
                (*target).sin_port = v4.port().to_be();
                (*target).sin_addr.s_addr = u32::from_ne_bytes(v4.ip().octets());
            }
            return (storage, size_of::<libc::sockaddr_in>() as libc::socklen_t);
        }
        SocketAddr::V4(v4) => (v4.ip().to_ipv6_mapped(), 0),
        SocketAddr::V6(v6) => (*v6.ip(), v6.scope_id()),
    };
    let target: *mut libc::sockaddr_in6 = (&raw mut storage).cast();
    // SAFETY: sockaddr_storage is large enough and aligned for sockaddr_in6.
    unsafe {
        (*target).sin6_family = libc::AF_INET6 as libc::sa_family_t;
        (*target).sin6_port = address.port().to_be();
        (*target).sin6_addr.s6_addr = ip.octets();
        (*target).sin6_scope_id = scope;
    }
    (storage, size_of::<libc::sockaddr_in6>() as libc::socklen_t)
}

fn from_sockaddr(storage: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match libc::c_int::from(storage.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says that the kernel wrote a sockaddr_in.
            let v4 = unsafe { &*(&raw const *storage).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(v4.sin_addr.s_addr.to_ne_bytes());
            Some(SocketAddrV4::new(ip, u16::from_be(v4.sin_port)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: the family says that the kernel wrote a sockaddr_in6.
            let v6 = unsafe { &*(&raw const *storage).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
            let port = u16::from_be(v6.sin6_port);
            Some(match ip.to_ipv4_mapped() {
                Some(v4) => SocketAddrV4::new(v4, port).into(),
                None => SocketAddrV6::new(ip, port, 0, v6.sin6_scope_id).into(),
            })
        }
        _ => None,
    }
}

fn describe(message: &libc::mmsghdr, name: &libc::sockaddr_storage) -> Received {
    let cut = message.msg_hdr.msg_flags & libc::MSG_TRUNC != 0;
    let Some(from) = from_sockaddr(name) else {
        return Received::NONE;
    };
    let mut received =
        Received { len: if cut { 0 } else { message.msg_len as usize }, from, ..Received::NONE };
    // SAFETY: the kernel filled the control buffer of this header; the CMSG macros walk it within
    // `msg_controllen`, and each payload is read as the type its level and kind promise.
    unsafe {
        let mut next = libc::CMSG_FIRSTHDR(&message.msg_hdr);
        while !next.is_null() {
            let data = libc::CMSG_DATA(next);
            match ((*next).cmsg_level, (*next).cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    let info: libc::in_pktinfo = data.cast::<libc::in_pktinfo>().read_unaligned();
                    received.local = Some(Ipv4Addr::from(info.ipi_spec_dst.s_addr.to_ne_bytes()).into());
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let info: libc::in6_pktinfo = data.cast::<libc::in6_pktinfo>().read_unaligned();
                    received.local = Some(Ipv6Addr::from(info.ipi6_addr.s6_addr).to_canonical());
                }
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                    let time: libc::timespec = data.cast::<libc::timespec>().read_unaligned();
                    received.stamp_us = time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1000;
                }
                _ => {}
            }
            next = libc::CMSG_NXTHDR(&message.msg_hdr, next);
        }
    }
    received
}

/// Append one control message; returns the new length of the whole.
fn append<T: Copy>(
    control: &mut Control,
    used: usize,
    level: libc::c_int,
    kind: libc::c_int,
    value: T,
) -> usize {
    let size = size_of::<T>() as libc::c_uint;
    // SAFETY: CMSG_SPACE and CMSG_LEN only compute; the two messages we write (at most 24 + 40 bytes) fit
    // the buffer, whose alignment is that of cmsghdr; data is written unaligned.
    unsafe {
        let space = libc::CMSG_SPACE(size) as usize;
        if used + space > CONTROL_LEN {
            return used;
        }
        let header: *mut libc::cmsghdr = control.0.as_mut_ptr().add(used).cast();
        (*header).cmsg_level = level;
        (*header).cmsg_type = kind;
        (*header).cmsg_len = libc::CMSG_LEN(size) as _;
        libc::CMSG_DATA(header).cast::<T>().write_unaligned(value);
        used + space
    }
}

fn write_control(control: &mut Control, local: Option<IpAddr>, ipv6: bool, segment: Option<u16>) -> usize {
    let mut used = 0;
    match local {
        Some(IpAddr::V4(v4)) if !ipv6 => {
            let source = libc::in_addr { s_addr: u32::from_ne_bytes(v4.octets()) };
            let info = libc::in_pktinfo {
                ipi_ifindex: 0,
                ipi_spec_dst: source,
                ipi_addr: libc::in_addr { s_addr: 0 },
            };
            used = append(control, used, libc::IPPROTO_IP, libc::IP_PKTINFO, info);
        }
        Some(ip) if ipv6 => {
            let ip = match ip {
                IpAddr::V4(v4) => v4.to_ipv6_mapped(),
                IpAddr::V6(v6) => v6,
            };
            let info =
                libc::in6_pktinfo { ipi6_addr: libc::in6_addr { s6_addr: ip.octets() }, ipi6_ifindex: 0 };
            used = append(control, used, libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, info);
        }
        _ => {}
    }
    if let Some(segment) = segment {
        used = append(control, used, libc::SOL_UDP, libc::UDP_SEGMENT, segment);
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn receive_one(port: &UdpPort) -> (Received, Vec<u8>) {
        let mut batch = Batch::new();
        let mut received = [Received::NONE; BATCH];
        for _ in 0..200 {
            if port.receive(&mut batch, &mut received) > 0 {
                let len = received[0].len;
                return (received[0], batch.datagram(0, len).to_vec());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("nothing arrived");
    }

    #[test]
    fn answers_leave_from_the_address_that_was_asked() {
        let port = UdpPort::bind(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0).expect("bind");
        let peer = UdpSocket::bind("127.0.0.1:0").expect("bind");
        peer.send_to(b"hello", ("127.0.0.3", port.port())).expect("send");
        let (received, data) = receive_one(&port);
        assert_eq!(data, b"hello");
        assert_eq!(received.local, Some("127.0.0.3".parse().expect("address")));
        assert!(received.stamp_us > 0);
        let path = Path { remote: received.from, local: received.local };
        port.send(&path, b"back", None).expect("send");
        let mut buf = [0; 16];
        let (len, from) = peer.recv_from(&mut buf).expect("receive");
        assert_eq!(&buf[..len], b"back");
        assert_eq!(from.to_string(), format!("127.0.0.3:{}", port.port()));
    }

    #[test]
    fn a_dual_stack_port_sees_ipv4_as_ipv4() {
        let port = UdpPort::bind(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0).expect("bind");
        let peer = UdpSocket::bind("127.0.0.1:0").expect("bind");
        peer.send_to(b"x", ("127.0.0.2", port.port())).expect("send");
        let (received, _) = receive_one(&port);
        assert_eq!(received.from, peer.local_addr().expect("address"));
        assert_eq!(received.local, Some("127.0.0.2".parse().expect("address")));
        port.send(&Path { remote: received.from, local: received.local }, b"y", None).expect("send");
        let mut buf = [0; 16];
        let (_, from) = peer.recv_from(&mut buf).expect("receive");
        assert_eq!(from.ip().to_string(), "127.0.0.2");
    }

    #[test]
    fn one_message_carries_a_run_of_datagrams() {
        let port = UdpPort::bind(IpAddr::V4(Ipv4Addr::LOCALHOST), 0).expect("bind");
        let peer = UdpSocket::bind("127.0.0.1:0").expect("bind");
        let path = Path { remote: peer.local_addr().expect("address"), local: None };
        port.send(&path, &[1; 250], Some(100)).expect("segmentation offload");
        let mut buf = [0; 300];
        let sizes: Vec<usize> = (0..3).map(|_| peer.recv(&mut buf).expect("receive")).collect();
        assert_eq!(sizes, [100, 100, 50]);
    }
}
