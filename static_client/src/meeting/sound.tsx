// Plays the audio slots through the chosen loudspeaker, and notices when the browser holds the sound back.

import { useEffect, useRef } from "preact/hooks";
import { speakerChoiceSupported } from "../engine/devices";
import type { MediaSlot } from "../engine/slot";
import { useRoom } from "./ui_state";

const elements = new Set<HTMLAudioElement>();

export function Sound() {
  const ui = useRoom();
  const slots = [...ui.conference.slots.value.values()].filter((slot) => slot.purpose === "slot_audio" || slot.purpose === "slot_screen_audio");
  return <>{slots.map((slot) => <SlotAudio key={slot.stream.id} slot={slot} />)}</>;
}

function SlotAudio({ slot }: { slot: MediaSlot }) {
  const ui = useRoom();
  const ref = useRef<HTMLAudioElement>(null);
  const speaker = ui.choices.value.speakerId;
  useEffect(() => {
    const audio = ref.current;
    if (audio === null) return;
    elements.add(audio);
    audio.srcObject = slot.stream;
    audio.play().catch((error: unknown) => {
      if (error instanceof Error && error.name === "NotAllowedError") ui.soundBlocked.value = true;
    });
    return () => {
      elements.delete(audio);
      audio.srcObject = null;
    };
  }, [slot]);
  useEffect(() => {
    const audio = ref.current;
    if (audio === null || !speakerChoiceSupported()) return;
    audio.setSinkId(speaker ?? "").catch(() => undefined);
  }, [speaker, slot]);
  return <audio ref={ref} autoplay />;
}

/** Called from a press: then the browser lets the sound out. */
export async function unblockSound(): Promise<boolean> {
  const results = await Promise.allSettled([...elements].map((audio) => audio.play()));
  return results.every((one) => one.status === "fulfilled");
}
