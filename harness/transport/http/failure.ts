/**
 * What a request tells of the target being there: it answered, right or wrong; nothing was
 * connected to answer; or nothing came in time, which tells neither.
 */
export type Contact = "answered" | "no-connection" | "silent";

/** Classes of what went wrong below HTTP, by the system's error code. */
const CLASSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ETIMEDOUT: "connect-timeout",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
};

/** The class a wave counts an error of the socket under. */
export function classOfSocketError(error: Error): string {
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return CLASSES[code] ?? code.toLowerCase();
}

/** The class of an answer's status, or undefined for one that is well. */
export function classOfStatus(status: number, body: string): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  // A limiter in front of the target answered, not the target.
  if (status === 429) return "limited-429";
  // What nginx's limit_req says unless told otherwise; a backend's own 503 has another body.
  if (status === 503 && body.includes("<center>nginx")) return "limited-503";
  return `http-${status}`;
}
