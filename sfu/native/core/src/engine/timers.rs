//! What happens by time alone: feedback, reports, liveness, layers that fall silent, speakers.

use super::engine::Engine;
use super::event::{Event, Liveness, Output};
use super::ids::TransportId;

/// Feedback to publishers is looked at this often.
const STEP_US: u64 = 10_000;
const IDLE_STEP_US: u64 = 100_000;
const SPEAKERS_US: u64 = 50_000;
const LAYERS_US: u64 = 100_000;
const REPORTS_US: u64 = 1_000_000;
const QUALITY_US: u64 = 2_000_000;
/// A layer's bit rate and size are told at most this often.
const LAYER_TOLD_US: u64 = 1_000_000;

#[derive(Default)]
pub(super) struct Timers {
    speakers_at_us: u64,
    layers_at_us: u64,
}

impl Engine {
    /// Run what is due; returns when to call again.
    pub fn tick(&mut self, now_us: u64, out: &mut dyn Output) -> u64 {
        let layers_due = now_us >= self.timers.layers_at_us;
        for index in 0..self.transports.end() {
            self.current = Some(index);
            self.send_feedback(index, now_us, out);
            if layers_due {
                self.check_transport(index, now_us, out);
            }
        }
        self.current = None;
        if layers_due {
            self.timers.layers_at_us = now_us + LAYERS_US;
            self.check_layers(now_us, out);
            self.check_viewers(now_us, out);
        }
        if now_us >= self.timers.speakers_at_us {
            self.timers.speakers_at_us = now_us + SPEAKERS_US;
            for index in 0..self.rooms.end() {
                self.decide_speakers(index, now_us, out);
            }
        }
        now_us + if self.transports.is_empty() { IDLE_STEP_US } else { STEP_US }
    }

    fn check_transport(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let id = transport.id;
        if let Some(state) = transport.check_liveness(now_us) {
            out.event(Event::TransportState { transport: id, state });
            if state == Liveness::Timeout {
                self.close_transport(id, now_us, out);
                return;
            }
        }
        if now_us.saturating_sub(transport.reports_at_us) >= REPORTS_US {
            transport.reports_at_us = now_us;
            self.send_receiver_report(index, now_us, out);
            self.send_all_reports(index, now_us, out);
        }
        self.tell_quality(index, id, now_us, out);
    }

    fn tell_quality(&mut self, index: usize, id: TransportId, now_us: u64, out: &mut dyn Output) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        if now_us.saturating_sub(transport.quality_at_us) < QUALITY_US {
            return;
        }
        transport.quality_at_us = now_us;
        let meter = std::mem::take(&mut transport.quality);
        if meter.down_count + meter.up_count == 0 {
            return;
        }
        let mean = |sum: f32, count: u32| if count == 0 { 0.0 } else { sum / count as f32 };
        out.event(Event::Quality {
            transport: id,
            loss_down: mean(meter.down_sum, meter.down_count),
            loss_up: mean(meter.up_sum, meter.up_count),
            rtt_ms: if transport.rtt_us == 0 { -1.0 } else { transport.rtt_us as f32 / 1000.0 },
        });
    }

    /// Layers that fell silent: viewers move on to others, the control plane hears of it.
    fn check_layers(&mut self, now_us: u64, out: &mut dyn Output) {
        for index in 0..self.tracks.end() {
            let Some(track) = self.tracks.get_mut(index) else { continue };
            let silences = track.silences();
            let newest_us = track.layers.iter().map(|layer| layer.last_media_us).max().unwrap_or(0);
            let others_flow = now_us.saturating_sub(newest_us) < silences.beside_others_us;
            let silent_after = if others_flow { silences.beside_others_us } else { silences.alone_us };
            let mut changed = false;
            for layer in &mut track.layers {
                if layer.active && now_us.saturating_sub(layer.last_media_us) >= silent_after {
                    layer.active = false;
                    changed = true;
                }
            }
            if changed {
                self.retarget(index, now_us);
            }
            self.report_layers(index, now_us, out);
        }
    }

    /// Tell the control plane about layers that started, stopped or changed noticeably.
    pub(super) fn report_layers(&mut self, index: usize, now_us: u64, out: &mut dyn Output) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        let id = track.id;
        for (number, layer) in track.layers.iter_mut().enumerate() {
            let told = layer.told;
            let bitrate_bps = if layer.active { layer.rate.bps(now_us) } else { 0 };
            let switched = told.active != layer.active;
            let drifted = bitrate_bps.abs_diff(told.bitrate_bps) > told.bitrate_bps / 4 + 10_000;
            let news = layer.active && (told.size != layer.size || drifted);
            if !(switched || (news && now_us.saturating_sub(told.at_us) >= LAYER_TOLD_US)) {
                continue;
            }
            layer.told =
                super::track::Told { at_us: now_us, bitrate_bps, size: layer.size, active: layer.active };
            out.event(Event::LayerSeen {
                track: id,
                layer: number as u8,
                width: layer.size.0,
                height: layer.size.1,
                bitrate_bps,
                active: layer.active,
            });
        }
    }

    /// Old pictures without successor go; losses at the recorder are told.
    fn check_viewers(&mut self, now_us: u64, out: &mut dyn Output) {
        for index in 0..self.slots.end() {
            let Some(slot) = self.slots.get(index) else { continue };
            if let Some(current) = slot.feed.current.filter(|_| slot.feed.overdue(now_us)) {
                self.forget_current(index, current.track, out);
            }
        }
        for (_, tap) in self.taps.iter_mut() {
            if let Some(count) = tap.take_untold(now_us) {
                out.event(Event::TapDropped { tap: tap.id, count });
            }
        }
    }
}
