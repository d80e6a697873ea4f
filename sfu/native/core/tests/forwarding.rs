//! What subscribers and the recorder receive: unbroken streams, of whom they should, in one clock.

mod scene;

use plenum_core::engine::{Command, Event, Kind, SlotId, TapId, TrackId};
use scene::client::{Arrived, Received};
use scene::media::{audio_label, vp8_label, vp8_picture_id, DESCRIPTOR_LEN};
use scene::{Link, Luck, Scene, START_US};

const VIDEO: u32 = 11;

/// `count` publishers with cameras of `layers` layers (tracks 10 * index + 1) and one viewer with a video slot.
fn cameras(seed: u64, count: usize, layers: u8) -> (Scene, usize) {
    let mut scene = Scene::new(seed);
    for index in 0..count {
        let who = scene.join();
        let line = scene.clients[who].camera(10 * (index as u32 + 1) + 1, layers);
        let track = line.track;
        scene.command(Command::Publish(Box::new(line)));
        scene.command(Command::SetGate { track, open: true });
        scene.clients[who].start_sending();
    }
    let viewer = scene.join();
    let slot = scene.clients[viewer].slot(1, Kind::Video, false, -1);
    scene.command(Command::AddSlot(Box::new(slot)));
    (scene, viewer)
}

fn bind(scene: &mut Scene, track: u32, target_layer: u8) {
    scene.command(Command::Bind { slot: SlotId(1), track: TrackId(track), target_layer });
}

/// Sequence without holes, timestamps that never go back, picture ids that count frames, whole frames that
/// begin on keyframes wherever the source changes, and the publisher's number on every packet.
fn assert_unbroken(received: &Received) {
    assert_eq!(received.holes(), 0, "numbers are missing");
    let mut last: Option<&Arrived> = None;
    for packet in received.packets.values() {
        let label = vp8_label(&packet.payload);
        assert_eq!(u32::from(label.peer), packet.csrc, "a foreign face");
        if let Some(last) = last {
            let before = vp8_label(&last.payload);
            let step = packet.timestamp.wrapping_sub(last.timestamp) as i32;
            let ids = vp8_picture_id(&packet.payload).wrapping_sub(vp8_picture_id(&last.payload)) & 0x7fff;
            let same_source = (before.peer, before.layer) == (label.peer, label.layer);
            if same_source && before.frame == label.frame {
                assert_eq!((step, ids, label.place), (0, 0, before.place + 1));
            } else {
                assert!(step > 0, "timestamps went back by {step}");
                assert!(last.marker && label.place == 0, "a frame was cut");
                assert_eq!(ids, 1, "picture ids jumped");
            }
            if !same_source {
                assert_eq!(packet.payload[DESCRIPTOR_LEN] & 1, 0, "a switch without a keyframe");
                assert!(step < 90_000, "timestamps jumped by {step}");
            }
        }
        last = Some(packet);
    }
}

#[test]
fn a_slot_is_continuous_across_two_hundred_switches() {
    let (mut scene, viewer) = cameras(1, 3, 3);
    let mut luck = Luck(99);
    bind(&mut scene, VIDEO, 0);
    scene.run(500_000);
    for _ in 0..200 {
        let (track, layer) = (10 * (luck.below(3) as u32 + 1) + 1, luck.below(3) as u8);
        bind(&mut scene, track, layer);
        let pause = 20_000 + luck.below(300_000);
        scene.run(pause);
    }
    let received = scene.clients[viewer].heard(1);
    assert_unbroken(received);
    let peers: std::collections::BTreeSet<_> = received.packets.values().map(|packet| packet.csrc).collect();
    assert_eq!(peers.len(), 3);
    assert!(scene.engine.stats().switches > 100, "{} switches", scene.engine.stats().switches);
}

#[test]
fn after_a_bind_the_new_picture_comes_within_the_next_keyframe() {
    let (mut scene, viewer) = cameras(2, 2, 3);
    bind(&mut scene, VIDEO, 2);
    scene.run(1_000_000);
    bind(&mut scene, VIDEO + 10, 2);
    let bound = scene.now;
    scene.run(500_000);
    let first = scene.clients[viewer].heard(1).packets.values().find(|packet| packet.csrc == 2);
    let wait = first.expect("the new face").at_us - bound;
    assert!(wait < 80_000, "waited {wait} us");
    // The old one ran on until then.
    let old = scene.clients[viewer].heard(1).packets.values().rfind(|packet| packet.csrc == 1);
    assert!(first.expect("new").at_us - old.expect("old").at_us < 50_000);
}

#[test]
fn the_target_layer_flows_and_the_best_below_it_when_it_stops() {
    let (mut scene, viewer) = cameras(3, 1, 3);
    bind(&mut scene, VIDEO, 2);
    scene.run(1_500_000);
    let top = 1000 + 10 * VIDEO + 2;
    assert_eq!(last_layer(&scene, viewer), 2);
    scene.clients[0].source(top).sending = false;
    scene.run(2_000_000);
    assert_eq!(last_layer(&scene, viewer), 1);
    scene.clients[0].source(top).sending = true;
    scene.run(1_000_000);
    assert_eq!(last_layer(&scene, viewer), 2);
    assert_unbroken(scene.clients[viewer].heard(1));
}

#[test]
fn a_screen_that_hardly_changes_is_not_silent() {
    let (mut scene, viewer) = cameras(13, 1, 1);
    bind(&mut scene, VIDEO, 0);
    scene.run(1_000_000);
    scene.events.clear();
    let ssrc = 1000 + 10 * VIDEO;
    for _ in 0..8 {
        scene.clients[0].source(ssrc).sending = false;
        scene.run(1_400_000);
        scene.clients[0].source(ssrc).sending = true;
        scene.run(40_000);
    }
    let silent = |event: &Event| matches!(event, Event::LayerSeen { active: false, .. });
    assert!(!scene.events.iter().any(silent));
    assert_unbroken_but_slow(scene.clients[viewer].heard(1));
    scene.clients[0].source(ssrc).sending = false;
    scene.run(5_000_000);
    assert!(scene.events.iter().any(silent));
}

fn assert_unbroken_but_slow(received: &Received) {
    assert_eq!(received.holes(), 0);
    assert!(received
        .packets
        .values()
        .zip(received.packets.values().skip(1))
        .all(|(a, b)| { b.timestamp.wrapping_sub(a.timestamp) as i32 >= 0 }));
}

fn last_layer(scene: &Scene, viewer: usize) -> u8 {
    let packet = scene.clients[viewer].heard(1).packets.values().last().expect("packets");
    assert!(scene.now - packet.at_us < 100_000, "nothing flows");
    vp8_label(&packet.payload).layer
}

#[test]
fn keyframe_requests_are_at_most_one_per_layer_and_half_second() {
    let (mut scene, _) = cameras(4, 1, 1);
    for number in 0..20 {
        let viewer = scene.join();
        let slot = scene.clients[viewer].slot(50 + number, Kind::Video, false, -1);
        scene.command(Command::AddSlot(Box::new(slot)));
        let bind = Command::Bind { slot: SlotId(50 + number), track: TrackId(VIDEO), target_layer: 0 };
        scene.command(bind);
        scene.run(50_000);
    }
    let asked = scene.clients[0].source(1000 + 10 * VIDEO).keyframe_asked;
    assert!((2..=4).contains(&asked), "asked {asked} times in one second");
    for number in 0..20 {
        assert!(scene.clients[number as usize + 2].heard(50 + number).holes() == 0);
    }
}

#[test]
fn five_percent_loss_both_ways_is_repaired() {
    let (mut scene, viewer) = cameras(5, 1, 1);
    scene.up = Link { loss_percent: 5, delay_us: 15_000, jitter_us: 5_000 };
    scene.down = scene.up;
    bind(&mut scene, VIDEO, 0);
    scene.run(20_000_000);
    (scene.up.loss_percent, scene.down.loss_percent) = (0, 0);
    scene.run(2_000_000);
    let received = scene.clients[viewer].heard(1);
    let total = received.packets.len();
    assert!(total > 1100, "{total} packets");
    assert!(received.holes() * 500 <= total, "{} of {total} never came", received.holes());
    let stats = scene.engine.stats();
    assert!(stats.rtx_in > 20 && stats.rtx_out > 20, "{stats:?}");
    assert!(received.packets.values().any(|packet| packet.repaired));
    for packet in received.packets.values() {
        assert_eq!(u32::from(vp8_label(&packet.payload).peer), packet.csrc);
    }
}

#[test]
fn reordering_alone_causes_no_repair_of_the_slot() {
    let (mut scene, viewer) = cameras(6, 1, 1);
    scene.up = Link { loss_percent: 0, delay_us: 10_000, jitter_us: 3_000 };
    bind(&mut scene, VIDEO, 0);
    scene.run(5_000_000);
    let received = scene.clients[viewer].heard(1);
    let tail: Vec<u64> = received.packets.keys().copied().collect();
    assert!(tail.windows(2).all(|pair| pair[1] == pair[0] + 1));
}

#[test]
fn padding_only_packets_leave_no_hole() {
    let (mut scene, viewer) = cameras(7, 1, 1);
    bind(&mut scene, VIDEO, 0);
    for _ in 0..50 {
        scene.run(70_000);
        let probe = scene.clients[0].probe(1000 + 10 * VIDEO);
        scene.deliver(0, probe);
    }
    let received = scene.clients[viewer].heard(1);
    assert_unbroken(received);
    assert!(received.packets.values().all(|packet| !packet.payload.is_empty()));
    assert_eq!(scene.engine.stats().padding_only, 50);
}

#[test]
fn sender_reports_follow_a_bind_and_name_the_servers_clock() {
    let (mut scene, viewer) = cameras(8, 2, 1);
    bind(&mut scene, VIDEO, 0);
    scene.run(3_000_000);
    bind(&mut scene, VIDEO + 10, 0);
    scene.run(3_000_000);
    let received = scene.clients[viewer].heard(1);
    assert!(received.reports.len() >= 6, "{} reports", received.reports.len());
    let mut last = None;
    for (at, info) in &received.reports {
        let unix_us =
            ((info.ntp >> 32) - 2_208_988_800) * 1_000_000 + (((info.ntp & 0xffff_ffff) * 1_000_000) >> 32);
        assert!(at.abs_diff(unix_us) < 5_000, "a report is {} us off", at.abs_diff(unix_us));
        // The mapping of RTP to NTP moves by a few frames at a switch, no more, whatever the publishers' clocks.
        if let Some((before_us, before_rtp)) = last {
            let ticks = (unix_us as i64 - before_us as i64) * 90 / 1000;
            let moved = i64::from(info.rtp.wrapping_sub(before_rtp) as i32) - ticks;
            assert!(moved.abs() < 9_000, "the mapping jumped by {moved} ticks");
        }
        last = Some((unix_us, info.rtp));
    }
}

#[test]
fn the_tap_is_one_unbroken_stream_with_its_clock() {
    let (mut scene, _) = cameras(9, 1, 3);
    scene.engine.tap_socket_changed(true, scene.now);
    scene.command(Command::OpenTap { tap: TapId(5), track: TrackId(VIDEO) });
    let mut luck = Luck(3);
    for _ in 0..20 {
        let layer = 1 + luck.below(2) as u32;
        let source = scene.clients[0].source(1000 + 10 * VIDEO + layer);
        source.sending = !source.sending;
        scene.run(1_300_000);
    }
    let messages = std::mem::take(&mut scene.out.tapped);
    assert_eq!(messages[0][4], 2, "the clock comes before the first packet");
    let packets: Vec<&[u8]> = messages.iter().filter(|message| message[4] == 1).map(|m| &m[16..]).collect();
    assert!(packets.len() > 1000, "{} packets", packets.len());
    let seq = |packet: &[u8]| u16::from_be_bytes([packet[2], packet[3]]);
    let timestamp = |packet: &[u8]| u32::from_be_bytes(packet[4..8].try_into().expect("four"));
    let mut layers = std::collections::BTreeSet::new();
    for pair in packets.windows(2) {
        assert_eq!(seq(pair[1]), seq(pair[0]).wrapping_add(1));
        assert!(timestamp(pair[1]).wrapping_sub(timestamp(pair[0])) as i32 >= 0);
        let ids = vp8_picture_id(&pair[1][12..]).wrapping_sub(vp8_picture_id(&pair[0][12..])) & 0x7fff;
        assert!(ids <= 1);
        layers.insert(vp8_label(&pair[1][12..]).layer);
    }
    assert!(layers.len() >= 2, "only layers {layers:?}");
    assert!(messages.iter().filter(|message| message[4] == 2).count() > 10);
    scene.command(Command::CloseTap(TapId(5)));
    assert_eq!(scene.out.tapped.last().expect("end")[4], 3);
}

#[test]
fn a_full_recorder_socket_drops_to_the_next_keyframe_and_tells() {
    let (mut scene, viewer) = cameras(10, 1, 1);
    scene.engine.tap_socket_changed(true, scene.now);
    scene.command(Command::OpenTap { tap: TapId(5), track: TrackId(VIDEO) });
    bind(&mut scene, VIDEO, 0);
    scene.run(1_000_000);
    scene.out.tap_full = true;
    scene.run(300_000);
    scene.out.tap_full = false;
    let before = scene.out.tapped.len();
    scene.run(2_000_000);
    let after = &scene.out.tapped[before..];
    assert_eq!(after[0][4], 4, "the loss is named first");
    let packet = after.iter().find(|message| message[4] == 1).expect("packets");
    assert_eq!(packet[5] & 1, 1, "then comes a keyframe");
    let told: u32 = scene
        .events
        .iter()
        .filter_map(|event| match event {
            Event::TapDropped { count, .. } => Some(*count),
            _ => None,
        })
        .sum();
    assert!(told >= 10, "told {told}");
    assert_unbroken(scene.clients[viewer].heard(1));
}

#[test]
fn voices_follow_each_other_frame_by_frame() {
    let mut scene = Scene::new(11);
    let listener = scene.join();
    for number in 0..3 {
        let slot = scene.clients[listener].slot(1 + number, Kind::Audio, true, -1);
        scene.command(Command::AddSlot(Box::new(slot)));
    }
    for index in 0..4u32 {
        let who = scene.join();
        let line = scene.clients[who].microphone(100 + index);
        scene.command(Command::Publish(Box::new(line)));
        scene.command(Command::SetGate { track: TrackId(100 + index), open: true });
        scene.clients[who].start_sending();
        scene.clients[who].sources[0].level = 127;
    }
    for round in 0..12 {
        let speaker = 1 + round % 4;
        for who in 1..5 {
            scene.clients[who].sources[0].level = if who == speaker { 15 } else { 127 };
        }
        scene.run(4_000_000);
    }
    for slot in 1..=3 {
        let received = scene.clients[listener].heard(slot);
        assert_eq!(received.holes(), 0);
        let packets: Vec<&Arrived> = received.packets.values().collect();
        for pair in packets.windows(2) {
            let step = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
            assert!(step as i32 > 0 && step % 960 == 0, "timestamps moved by {step}");
            let elapsed = (pair[1].at_us - pair[0].at_us) * 48 / 1000;
            assert!(u64::from(step).abs_diff(elapsed) < 48_000 * 6 / 10, "{step} ticks in {elapsed}");
            assert_eq!(u32::from(audio_label(&pair[1].payload).peer), pair[1].csrc);
        }
    }
    let heard: std::collections::BTreeSet<u32> = (1..=3)
        .flat_map(|slot| {
            scene.clients[listener].heard(slot).packets.values().map(|p| p.csrc).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(heard.len(), 4, "{heard:?}");
}

#[test]
fn a_microphone_whose_clock_stood_still_goes_on_in_real_time() {
    let mut scene = Scene::new(12);
    let (talker, listener) = (scene.join(), scene.join());
    let line = scene.clients[talker].microphone(100);
    scene.command(Command::Publish(Box::new(line)));
    scene.command(Command::SetGate { track: TrackId(100), open: true });
    let slot = scene.clients[listener].slot(1, Kind::Audio, true, -1);
    scene.command(Command::AddSlot(Box::new(slot)));
    scene.clients[talker].start_sending();
    scene.run(2_000_000);
    scene.clients[talker].sources[0].sending = false;
    scene.run(1_500_000);
    scene.clients[talker].sources[0].sending = true;
    scene.run(2_000_000);
    let packets: Vec<&Arrived> = scene.clients[listener].heard(1).packets.values().collect();
    let pause =
        packets.windows(2).position(|pair| pair[1].at_us - pair[0].at_us > 1_000_000).expect("the pause");
    // A few packets tell a clock that stood still from an outage; then the stream is back in real time.
    let (before, after) = (packets[pause], packets[pause + 8]);
    let step = after.timestamp.wrapping_sub(before.timestamp);
    let elapsed = (after.at_us - before.at_us) * 48 / 1000;
    assert!(u64::from(step).abs_diff(elapsed) < 4_800 && step % 960 == 0, "{step} ticks in {elapsed}");
    assert!(packets[0].at_us - START_US < 300_000, "the first syllable was cut");
}
