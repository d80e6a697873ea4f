// One receive line. What is in it is said twice: by signaling (source) and by the packets themselves (CSRC = the
// publisher's number). A picture may be shown under a name only while both agree.

import type { PeerNumber, SlotPurpose } from "./protocol";

export class MediaSlot {
  /** A stream of our own with the one track, for srcObject. */
  readonly stream: MediaStream;

  constructor(
    readonly mid: string,
    readonly purpose: SlotPurpose,
    readonly receiver: RTCRtpReceiver,
  ) {
    this.stream = new MediaStream([receiver.track]);
  }

  /** The publisher whose packets are being played now, by their CSRC; null while nothing has come lately. */
  heard(): PeerNumber | null {
    return newest(this.receiver.getContributingSources());
  }
}

/** The contributing source with the latest time; of two at the same time, the one with the later RTP time. */
export function newest(sources: readonly RTCRtpContributingSource[]): PeerNumber | null {
  let best: RTCRtpContributingSource | null = null;
  for (const one of sources) {
    if (best === null || one.timestamp > best.timestamp) best = one;
    else if (one.timestamp === best.timestamp && after(one.rtpTimestamp, best.rtpTimestamp)) best = one;
  }
  return best?.source ?? null;
}

/** RTP timestamps wrap at 2^32. */
function after(a: number, b: number): boolean {
  return a !== b && (a - b) >>> 0 < 0x8000_0000;
}
