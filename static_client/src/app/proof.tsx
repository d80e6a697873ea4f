// The one dialog that asks for fresh proof of who somebody is (`proof_needed`), whatever page is shown. Its form is loaded
// when it is first needed.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

export interface Ways { password: boolean; code: boolean; provider: boolean }
export interface ProveProps { ways: Ways; done: (proved: boolean) => void }

const waiting = signal<ProveProps | null>(null);
let asking: Promise<boolean> | null = null;

/** True once it is proved, false when the dialog was left. Calls that wait at the same time share one dialog. */
export function prove(ways: Ways): Promise<boolean> {
  asking ??= new Promise<boolean>((resolve) => {
    waiting.value = {
      ways,
      done: (proved) => {
        waiting.value = null;
        asking = null;
        resolve(proved);
      },
    };
  });
  return asking;
}

export function ProofHost() {
  const asked = waiting.value;
  const [Dialog, setDialog] = useState<ComponentType<ProveProps> | null>(null);
  useEffect(() => {
    if (asked !== null && Dialog === null) void import("../account/prove").then((module) => setDialog(() => module.Prove), () => asked.done(false));
  }, [asked]);
  return asked === null || Dialog === null ? null : <Dialog {...asked} />;
}
