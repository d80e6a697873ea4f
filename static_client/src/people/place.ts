// Where a list of people is (search, page, size) stands in the address of the page, so that "back" comes to the same place
// (E2-80), and so does the browser's own.

export const SIZES: readonly number[] = [10, 25, 50, 100];
export interface Place { words: string; page: number; size: number }

export function placeOf(search: string): Place {
  const given = new URLSearchParams(search);
  const page = Number(given.get("page"));
  const size = Number(given.get("size"));
  return {
    words: (given.get("q") ?? "").slice(0, 100),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    size: SIZES.includes(size) ? size : 10,
  };
}

/** Only what is not as at the beginning. */
export function searchOf({ words, page, size }: Place): string {
  const parts = [
    words === "" ? "" : `q=${encodeURIComponent(words)}`,
    page === 1 ? "" : `page=${page}`,
    size === 10 ? "" : `size=${size}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

const KEPT = "plenum.users";

export function keepPlace(place: Place): void {
  const address = location.pathname + searchOf(place) + location.hash;
  history.replaceState(history.state, "", address);
  try {
    sessionStorage.setItem(KEPT, address);
  } catch {
    // storage may be forbidden; then "back" comes to the beginning of the list
  }
}

/** The address of the list that was looked at last. */
export function listAddress(): string {
  let address: string | null = null;
  try {
    address = sessionStorage.getItem(KEPT);
  } catch {
    // as above
  }
  return address !== null && /^\/users(?:[?#]|$)/.test(address) ? address : "/users";
}
