// Which part of a page is shown: its name stands behind "#", so that a link or the browser's history leads to it.
import { useEffect, useState } from "preact/hooks";

/** The name, and how to choose another one. `first`: the part that needs no name. Another part begins without the
 * parameters of this one, and is no step of its own in the browser's history. */
export function useHashPart(first = ""): [string, (part: string) => void] {
  const read = () => location.hash.slice(1) || first;
  const [part, setPart] = useState(read);
  useEffect(() => {
    const follow = () => setPart(read());
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  const choose = (next: string) => {
    setPart(next);
    history.replaceState(null, "", location.pathname + (next === first ? "" : `#${next}`));
  };
  return [part, choose];
}
