// One <video> that shows a slot, and the guard before it: the picture is uncovered only while the frame on screen carries
// the number of the person whose name stands under it.

import { useEffect, useRef } from "preact/hooks";
import type { PeerNumber } from "../engine/protocol";
import type { MediaSlot } from "../engine/slot";
import { ownerOf } from "./ownership";

export interface SlotVideoProps {
  slot: MediaSlot;
  number: PeerNumber;
  contain: boolean;
  /** Called synchronously when the picture is covered or uncovered. */
  onShown(shown: boolean): void;
}

const WITHOUT_CALLBACK_MS = 100;

export function SlotVideo({ slot, number, contain, onShown }: SlotVideoProps) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = ref.current;
    if (video === null) return;
    let over = false;
    let shown = false;
    const judge = (frame: number | undefined): void => {
      const mine = ownerOf(frame, slot.receiver.getContributingSources()) === number;
      if (mine === shown) return;
      shown = mine;
      onShown(mine);
    };
    onShown(false);
    video.srcObject = slot.stream;
    void video.play().catch(() => undefined);
    let handle = 0;
    let timer: ReturnType<typeof setInterval> | undefined;
    if (typeof video.requestVideoFrameCallback === "function") {
      const onFrame: VideoFrameRequestCallback = (_now, frame) => {
        if (over) return;
        judge(frame.rtpTimestamp);
        handle = video.requestVideoFrameCallback(onFrame);
      };
      handle = video.requestVideoFrameCallback(onFrame);
    } else {
      timer = setInterval(() => {
        if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) judge(undefined);
      }, WITHOUT_CALLBACK_MS);
    }
    return () => {
      over = true;
      if (timer !== undefined) clearInterval(timer);
      else video.cancelVideoFrameCallback(handle);
      onShown(false);
      video.srcObject = null;
    };
  }, [slot, number]);
  return <video ref={ref} class={contain ? "room-video room-video-contain" : "room-video"} autoplay playsInline muted />;
}

/** Our own camera or screen. */
export function LocalVideo({ track, mirrored, label }: { track: MediaStreamTrack; mirrored: boolean; label: string }) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = ref.current;
    if (video === null) return;
    video.srcObject = new MediaStream([track]);
    void video.play().catch(() => undefined);
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  return <video ref={ref} class={mirrored ? "room-video room-video-mirrored" : "room-video"} aria-label={label} autoplay playsInline muted />;
}
