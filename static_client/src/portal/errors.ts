// The sentence shown for a failed call: ours for known codes (and their `reason`, where one says more), else the server's.
import { ApiError } from "../app/api";
import { maybe, t } from "../i18n";

export function sentence(cause: unknown): string {
  if (!(cause instanceof ApiError)) return t("ui.failed");
  const { code, details } = cause;
  return maybe(`error.${code}.${String(details["reason"])}`) ?? maybe(`error.${code}`) ?? cause.message;
}

/** For dialogs that show `Error.message`. */
export async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new Error(sentence(cause), { cause });
  }
}

export const isSignedOut = (cause: unknown): boolean => cause instanceof ApiError && cause.status === 401;
