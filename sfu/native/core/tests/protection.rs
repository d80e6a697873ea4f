//! What must not get through: closed gates, foreign addresses, forged and replayed packets, other people's
//! streams, one's own voice.

mod scene;

use std::net::SocketAddr;

use plenum_core::engine::{
    Command, Event, Kind, Liveness, PeerId, RoomId, SlotId, TapId, TrackId, TransportId,
};
use scene::Scene;

const CAMERA: u32 = 11;
const MICROPHONE: u32 = 12;

/// Somebody with camera and microphone, open, and a viewer with a video slot (1) and an audio slot (2).
fn pair() -> (Scene, usize, usize) {
    let mut scene = Scene::new(21);
    let publisher = scene.join();
    let camera = scene.clients[publisher].camera(CAMERA, 1);
    let microphone = scene.clients[publisher].microphone(MICROPHONE);
    for line in [camera, microphone] {
        let track = line.track;
        scene.command(Command::Publish(Box::new(line)));
        scene.command(Command::SetGate { track, open: true });
    }
    scene.clients[publisher].start_sending();
    let viewer = scene.join();
    let video = scene.clients[viewer].slot(1, Kind::Video, false, -1);
    let audio = scene.clients[viewer].slot(2, Kind::Audio, true, -1);
    scene.command(Command::AddSlot(Box::new(video)));
    scene.command(Command::AddSlot(Box::new(audio)));
    scene.command(Command::Bind { slot: SlotId(1), track: TrackId(CAMERA), target_layer: 0 });
    (scene, publisher, viewer)
}

fn received(scene: &Scene, viewer: usize) -> (usize, usize) {
    (scene.clients[viewer].heard(1).packets.len(), scene.clients[viewer].heard(2).packets.len())
}

#[test]
fn a_closed_gate_lets_nothing_through_from_the_next_packet_on() {
    let (mut scene, _, viewer) = pair();
    scene.engine.tap_socket_changed(true, scene.now);
    scene.command(Command::OpenTap { tap: TapId(1), track: TrackId(CAMERA) });
    scene.run(2_000_000);
    for track in [CAMERA, MICROPHONE] {
        scene.command(Command::SetGate { track: TrackId(track), open: false });
    }
    scene.run(1_000); // what had left already arrives
    let (before, tapped) = (received(&scene, viewer), scene.out.tapped.len());
    assert!(before.0 > 100 && before.1 > 50, "{before:?}");
    scene.run(3_000_000);
    assert_eq!(received(&scene, viewer), before);
    assert_eq!(scene.out.tapped.len(), tapped);
    assert!(scene.engine.stats().dropped_gate > 200);
    // Nor by asking again for what is in the cache.
    let last = *scene.clients[viewer].heard(1).packets.keys().last().expect("packets") as u16;
    let nack = scene.clients[viewer].rtcp(|writer| assert!(writer.nack(7, 100_001, &[last])));
    let resent = scene.engine.stats().rtx_out;
    scene.deliver(viewer, nack);
    assert_eq!(scene.engine.stats().rtx_out, resent);
}

#[test]
fn an_opened_gate_continues_the_streams_without_a_hole() {
    let (mut scene, publisher, viewer) = pair();
    scene.run(2_000_000);
    for open in [false, true] {
        for track in [CAMERA, MICROPHONE] {
            scene.command(Command::SetGate { track: TrackId(track), open });
        }
        scene.run(2_000_000);
    }
    let video = scene.clients[viewer].heard(1);
    assert_eq!((video.holes(), scene.clients[viewer].heard(2).holes()), (0, 0));
    assert!(scene.now - video.packets.values().last().expect("packets").at_us < 100_000);
    assert_eq!(scene.clients[publisher].sources[0].nacked, 0);
}

#[test]
fn speech_behind_a_closed_gate_is_told() {
    let (mut scene, _, _) = pair();
    scene.command(Command::SetGate { track: TrackId(MICROPHONE), open: false });
    scene.events.clear();
    scene.run(3_000_000);
    let told = scene.events.iter().filter(|event| **event == Event::GatedVoice(TrackId(MICROPHONE))).count();
    assert!((2..=3).contains(&told), "told {told} times");
    assert!(!scene.events.iter().any(|event| matches!(event, Event::AudioLevels { .. })));
}

#[test]
fn nobody_hears_himself() {
    let (mut scene, publisher, viewer) = pair();
    let own = scene.clients[publisher].slot(9, Kind::Audio, true, -1);
    scene.command(Command::AddSlot(Box::new(own)));
    let line = scene.clients[viewer].microphone(77);
    scene.command(Command::Publish(Box::new(line)));
    scene.command(Command::SetGate { track: TrackId(77), open: true });
    scene.clients[viewer].start_sending();
    scene.run(3_000_000);
    let heard = |who: usize, slot: u32| {
        let packets = scene.clients[who].heard(slot).packets.values();
        packets.map(|packet| packet.csrc).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(heard(publisher, 9).into_iter().collect::<Vec<_>>(), [viewer as u32 + 1]);
    assert_eq!(heard(viewer, 2).into_iter().collect::<Vec<_>>(), [publisher as u32 + 1]);
}

#[test]
fn the_voice_goes_where_its_picture_is() {
    let mut scene = Scene::new(23);
    for index in 0..3u32 {
        let who = scene.join();
        let camera = scene.clients[who].camera(100 + index, 1);
        let microphone = scene.clients[who].microphone(200 + index);
        for line in [camera, microphone] {
            let track = line.track;
            scene.command(Command::Publish(Box::new(line)));
            scene.command(Command::SetGate { track, open: true });
        }
        scene.clients[who].start_sending();
    }
    let viewer = scene.join();
    for number in 0..3 {
        let audio = scene.clients[viewer].slot(10 + number, Kind::Audio, true, number as i32);
        let video = scene.clients[viewer].slot(20 + number, Kind::Video, false, number as i32);
        scene.command(Command::AddSlot(Box::new(audio)));
        scene.command(Command::AddSlot(Box::new(video)));
    }
    scene.run(2_000_000);
    for (slot, track) in [(20, 102), (21, 100), (22, 101)] {
        scene.command(Command::Bind { slot: SlotId(slot), track: TrackId(track), target_layer: 0 });
    }
    scene.run(2_000_000);
    for number in 0..3 {
        let last = |slot| scene.clients[viewer].heard(slot).packets.values().last().map(|packet| packet.csrc);
        assert_eq!(last(10 + number), last(20 + number), "voice and picture {number} part");
    }
}

#[test]
fn only_an_authenticated_address_is_listened_to() {
    let (mut scene, publisher, viewer) = pair();
    scene.run(500_000);
    let stranger: SocketAddr = "203.0.113.9:9".parse().expect("address");
    let client_hello = vec![22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10];
    scene.events.clear();
    scene.deliver_from(stranger, client_hello.clone());
    scene.deliver_from(stranger, Vec::new());
    scene.deliver(publisher, Vec::new());
    assert!(!scene.events.iter().any(|event| matches!(event, Event::DtlsReceived { .. })));
    // The same hello from the transport's own address passes.
    scene.deliver(publisher, client_hello);
    assert!(scene.events.iter().any(|event| matches!(event, Event::DtlsReceived { .. })));
    // A check with a wrong password opens no door.
    let mut forged = scene.clients[publisher].check(true);
    let end = forged.len() - 1;
    forged[end] ^= 1;
    scene.deliver_from(stranger, forged);
    let stats = scene.engine.stats();
    assert_eq!((stats.dropped_empty, stats.dropped_stun, stats.dropped_unknown_address), (2, 1, 1));
    scene.run(500_000);
    assert!(received(&scene, viewer).0 > 40);
}

#[test]
fn a_live_address_cannot_be_taken_over_by_another_transport() {
    let (mut scene, publisher, viewer) = pair();
    scene.run(500_000);
    let claimed = scene.clients[publisher].address;
    let check = scene.clients[viewer].check(true);
    scene.deliver_from(claimed, check);
    assert_eq!(scene.engine.stats().dropped_foreign_address, 1);
    let before = received(&scene, viewer);
    scene.run(500_000);
    assert!(received(&scene, viewer).0 > before.0 + 20);
}

#[test]
fn an_ssrc_of_somebody_else_changes_nothing_there() {
    let (mut scene, publisher, viewer) = pair();
    let rogue = scene.join();
    let line = scene.clients[rogue].camera(66, 1);
    scene.command(Command::Publish(Box::new(line)));
    scene.command(Command::SetGate { track: TrackId(66), open: true });
    scene.clients[rogue].sources[0].ssrc = scene.clients[publisher].sources[0].ssrc;
    scene.clients[rogue].start_sending();
    scene.run(2_000_000);
    let video = scene.clients[viewer].heard(1);
    assert!(video.packets.values().all(|packet| packet.csrc == publisher as u32 + 1));
    assert_eq!(video.holes(), 0);
}

#[test]
fn forged_and_replayed_packets_are_dropped() {
    let (mut scene, publisher, viewer) = pair();
    scene.run(500_000);
    let packets = scene.clients[publisher].on_time(scene.now + 40_000);
    let rtp = packets.iter().find(|packet| packet[1] & 0x7f == 96).expect("video").clone();
    let mut forged = rtp.clone();
    forged[40] ^= 1;
    scene.deliver(publisher, forged);
    scene.deliver(publisher, rtp.clone());
    scene.deliver(publisher, rtp);
    let stats = scene.engine.stats();
    assert_eq!((stats.dropped_auth, stats.dropped_replay), (1, 1));
    scene.run(100_000);
    assert!(received(&scene, viewer).0 > 0);
}

#[test]
fn a_closed_transport_is_gone_at_once_with_everything_it_published() {
    let (mut scene, publisher, viewer) = pair();
    scene.run(1_000_000);
    scene.command(Command::CloseTransport(TransportId(publisher as u32 + 1)));
    scene.run(1_000);
    let before = received(&scene, viewer);
    scene.run(2_000_000);
    assert_eq!(received(&scene, viewer), before);
    let changed = Event::LayerChanged { slot: SlotId(1), track: TrackId(CAMERA), layer: -1 };
    assert!(scene.events.contains(&changed));
    let stats = scene.engine.stats();
    assert_eq!((stats.transports, stats.tracks, stats.slots), (1, 0, 2));
    // The viewer's end takes its slots along, and the room.
    scene.command(Command::CloseTransport(TransportId(viewer as u32 + 1)));
    let stats = scene.engine.stats();
    assert_eq!((stats.transports, stats.slots, stats.rooms), (0, 0, 0));
}

#[test]
fn silence_is_told_after_five_seconds_and_closes_after_thirty() {
    let (mut scene, publisher, _) = pair();
    scene.run(1_000_000);
    scene.clients[publisher].sources.iter_mut().for_each(|source| source.sending = false);
    scene.events.clear();
    scene.run(6_000_000);
    let id = TransportId(publisher as u32 + 1);
    assert!(scene.events.contains(&Event::TransportState { transport: id, state: Liveness::Interrupted }));
    let check = scene.clients[publisher].check(false);
    scene.deliver(publisher, check);
    scene.run(500_000);
    assert!(scene.events.contains(&Event::TransportState { transport: id, state: Liveness::Alive }));
    scene.run(31_000_000);
    assert!(scene.events.contains(&Event::TransportState { transport: id, state: Liveness::Timeout }));
    assert_eq!(scene.engine.stats().tracks, 0);
}

#[test]
fn tracks_of_another_room_are_not_shown() {
    let (mut scene, _, viewer) = pair();
    scene.command(Command::OpenTransport {
        transport: TransportId(90),
        room: RoomId(2),
        peer: PeerId(1),
        local_ufrag: "other".into(),
        local_pwd: "password".into(),
    });
    let mut line = scene.clients[viewer].camera(91, 1);
    line.transport = TransportId(90);
    scene.command(Command::Publish(Box::new(line)));
    scene.command(Command::Unbind(SlotId(1)));
    scene.command(Command::Bind { slot: SlotId(1), track: TrackId(91), target_layer: 0 });
    let stats = scene.engine.stats();
    assert_eq!(stats.rooms, 2);
    scene.run(500_000);
    assert_eq!(received(&scene, viewer).0, 0);
}

#[test]
fn feedback_to_publishers_names_a_stream_of_theirs() {
    let (mut scene, publisher, _) = pair();
    scene.run(2_000_000);
    let client = &scene.clients[publisher];
    let own: Vec<u32> = client.sources.iter().map(|source| source.ssrc).collect();
    assert!(client.twcc_media.len() >= 15, "{} reports", client.twcc_media.len());
    assert!(client.twcc_media.iter().all(|media| own.contains(media)));
}
