// Whose picture is a video frame? The packets say: each carries its publisher's number as CSRC, and the browser keeps for
// every number the RTP time of the last frame it was in. Times in a slot never go backwards, so a frame belongs to the
// number with the smallest such time that is not before the frame's own.

import { newest } from "../engine/slot";
import type { PeerNumber } from "../engine/protocol";

const distance = (later: number, earlier: number): number => (later - earlier) >>> 0;

export function ownerOf(frame: number | undefined, sources: readonly RTCRtpContributingSource[]): PeerNumber | null {
  if (frame === undefined) return newest(sources);
  let owner: PeerNumber | null = null;
  let nearest = 0x8000_0000;
  for (const one of sources) {
    const ahead = distance(one.rtpTimestamp, frame);
    if (ahead < nearest) {
      nearest = ahead;
      owner = one.source;
    }
  }
  return owner;
}
