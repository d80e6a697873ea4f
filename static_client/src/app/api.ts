// Calls to the REST API (portal/API.md). Every failure is one ApiError with the server's stable code.

import { prove, type Ways } from "./proof";

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly retryAfterS: number | null = null,
    /** What else the server said about it, such as the field of a date that breaks a rule. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

interface ErrorBody {
  error?: { code?: string; message?: string; retry_after_s?: number; [more: string]: unknown };
  retry_after_s?: number;
}

/** Sends JSON, returns JSON (undefined for 204). Throws ApiError: `network` when the server cannot be reached. Where the
 * server first wants fresh proof of who it is, a dialog asks for it and the call goes again. */
export async function api<T>(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      headers: method === "GET" ? { Accept: "application/json" } : { "Content-Type": "application/json" },
      body: method === "GET" ? null : JSON.stringify(body ?? {}),
    });
    text = await response.text();
  } catch {
    throw new ApiError("network", "The server cannot be reached.", 0);
  }
  let data: unknown;
  try {
    data = text === "" ? undefined : JSON.parse(text);
  } catch {
    throw new ApiError("internal", "The server's answer cannot be read.", response.status);
  }
  if (response.ok) return data as T;
  const failure = (data ?? {}) as ErrorBody;
  if (failure.error?.code === "proof_needed") {
    if (await prove(failure.error["ask"] as Ways)) return api<T>(method, path, body);
  }
  const header = Number(response.headers.get("Retry-After") ?? "");
  const retry = failure.error?.retry_after_s ?? failure.retry_after_s ?? (header > 0 ? header : null);
  throw new ApiError(
    failure.error?.code ?? "internal",
    failure.error?.message ?? "The server could not do that.",
    response.status,
    retry,
    failure.error ?? {},
  );
}
