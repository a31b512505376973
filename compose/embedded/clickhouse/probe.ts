import { USERNAME } from "./protocol.ts";

const ANSWER_WITHIN_MS = 2000;

/** True when the server runs a query for this password. */
export async function answers(url: string, password: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/?query=${encodeURIComponent("SELECT 1")}`, {
      headers: { "X-ClickHouse-User": USERNAME, "X-ClickHouse-Key": password },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
