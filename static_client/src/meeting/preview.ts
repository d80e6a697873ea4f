// The devices of the pre-join page: opened for preview and check, handed over to the room at joining, else let go.

import { signal, type Signal } from "@preact/signals";
import { DeviceError, openCamera, openMic, type DeviceProblem } from "../engine/devices";
import { meter } from "../engine/level";

export class Preview {
  readonly mic: Signal<MediaStreamTrack | null> = signal(null);
  readonly camera: Signal<MediaStreamTrack | null> = signal(null);
  readonly level: Signal<number> = signal(0);
  readonly micProblem: Signal<DeviceProblem | null> = signal(null);
  readonly cameraProblem: Signal<DeviceProblem | null> = signal(null);
  readonly starting: Signal<boolean> = signal(false);
  #stopMeter: (() => void) | null = null;
  #closed = false;
  /** Counts openings, so that a slow one that was overtaken is let go. */
  #micTurn = 0;
  #cameraTurn = 0;

  async openMic(id: string | null): Promise<void> {
    this.#micTurn += 1;
    const turn = this.#micTurn;
    try {
      const track = await openMic(id);
      if (this.#closed || turn !== this.#micTurn) {
        track.stop();
        return;
      }
      this.#dropMic();
      this.mic.value = track;
      this.micProblem.value = null;
      this.#stopMeter = meter(track, (level) => (this.level.value = level));
    } catch (error) {
      if (turn === this.#micTurn) this.micProblem.value = error instanceof DeviceError ? error.problem : "failed";
    }
  }

  async openCamera(id: string | null): Promise<void> {
    this.#cameraTurn += 1;
    const turn = this.#cameraTurn;
    this.starting.value = true;
    try {
      const track = await openCamera(id);
      if (this.#closed || turn !== this.#cameraTurn) {
        track.stop();
        return;
      }
      this.camera.value?.stop();
      this.camera.value = track;
      this.cameraProblem.value = null;
    } catch (error) {
      if (turn === this.#cameraTurn) this.cameraProblem.value = error instanceof DeviceError ? error.problem : "failed";
    } finally {
      if (turn === this.#cameraTurn) this.starting.value = false;
    }
  }

  closeMic(): void {
    this.#micTurn += 1;
    this.#dropMic();
  }

  closeCamera(): void {
    this.#cameraTurn += 1;
    this.starting.value = false;
    this.camera.value?.stop();
    this.camera.value = null;
  }

  /** Gives the tracks away; the preview no longer owns them. */
  handOver(): { mic: MediaStreamTrack | null; camera: MediaStreamTrack | null } {
    const given = { mic: this.mic.value, camera: this.camera.value };
    this.#stopMeter?.();
    this.#stopMeter = null;
    this.mic.value = null;
    this.camera.value = null;
    this.#closed = true;
    return given;
  }

  close(): void {
    this.#closed = true;
    this.closeMic();
    this.closeCamera();
  }

  #dropMic(): void {
    this.#stopMeter?.();
    this.#stopMeter = null;
    this.mic.value?.stop();
    this.mic.value = null;
    this.level.value = 0;
  }
}
