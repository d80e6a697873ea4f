//! Datagrams in: what is it, whose is it, may it come from there? RFC 7983 for the first question; for the
//! last, only addresses that passed an authenticated check (ICE-lite, RFC 8445) are listened to.

use std::net::{IpAddr, SocketAddr};

use crate::wire::rtp::{classify, PacketKind};
use crate::wire::stun::{write_binding_success, StunMessage};

use super::engine::Engine;
use super::event::{Event, Output, Path};

const STUN_ANSWER_MAX: usize = 128;

impl Engine {
    /// One datagram from the network. It is decrypted in place.
    pub fn receive(
        &mut self,
        datagram: &mut [u8],
        from: SocketAddr,
        local: Option<IpAddr>,
        now_us: u64,
        out: &mut dyn Output,
    ) {
        self.stats.packets_in += 1;
        self.stats.bytes_in += datagram.len() as u64;
        self.current = None;
        if datagram.is_empty() {
            self.stats.dropped_empty += 1;
            return;
        }
        let kind = classify(datagram);
        if kind == PacketKind::Stun {
            self.on_stun(datagram, from, local, now_us, out);
            return;
        }
        let Some(index) = self.by_address.get(&from).copied() else {
            self.stats.dropped_unknown_address += 1;
            return;
        };
        self.current = Some(index);
        match kind {
            PacketKind::Dtls => self.on_dtls(index, datagram, now_us, out),
            PacketKind::Rtp => self.on_rtp(index, datagram, now_us, out),
            PacketKind::Rtcp => self.on_rtcp(index, datagram, now_us, out),
            PacketKind::Stun | PacketKind::Other => self.stats.dropped_malformed += 1,
        }
        self.current = None;
    }

    fn on_stun(
        &mut self,
        datagram: &[u8],
        from: SocketAddr,
        local: Option<IpAddr>,
        now_us: u64,
        out: &mut dyn Output,
    ) {
        let mut answer = [0u8; STUN_ANSWER_MAX];
        match self.answer_check(datagram, from, local, now_us, &mut answer, out) {
            Some(len) => out.transmit(&Path { remote: from, local }, len, &answer[..len]),
            None => self.stats.dropped_stun += 1,
        }
    }

    fn answer_check(
        &mut self,
        datagram: &[u8],
        from: SocketAddr,
        local: Option<IpAddr>,
        now_us: u64,
        answer: &mut [u8],
        out: &mut dyn Output,
    ) -> Option<usize> {
        let message = StunMessage::parse(datagram).ok()?;
        if !message.is_binding_request() || message.unknown_required {
            return None;
        }
        let (ufrag, _) = message.ufrags()?;
        let index = *self.by_ufrag.get(ufrag)?;
        let transport = self.transports.get(index)?;
        if !message.check_integrity(&transport.ice_key) {
            return None;
        }
        // A live transport keeps its address: nobody moves another one's packets by naming his address.
        if let Some(owner) = self.by_address.get(&from).filter(|owner| **owner != index) {
            if self.transports.get(*owner).is_some_and(|owner| owner.is_alive()) {
                self.stats.dropped_foreign_address += 1;
                return None;
            }
        }
        self.current = Some(index);
        let transport = self.transports.get_mut(index)?;
        transport.heard(now_us);
        let (forgotten, moved) = transport.on_check(from, local, message.use_candidate, now_us);
        if moved {
            out.event(Event::TransportNominated(transport.id));
        }
        let len = write_binding_success(answer, &message.transaction_id, from, &transport.ice_key);
        if let Some(forgotten) = forgotten {
            self.by_address.remove(&forgotten);
        }
        self.by_address.insert(from, index);
        len
    }

    fn on_dtls(&mut self, index: usize, datagram: &[u8], now_us: u64, out: &mut dyn Output) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        if !transport.admit_dtls(now_us) {
            self.stats.dropped_dtls += 1;
            return;
        }
        out.event(Event::DtlsReceived { transport: transport.id, data: datagram.to_vec() });
    }
}
