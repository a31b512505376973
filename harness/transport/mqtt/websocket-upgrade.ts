import { createHash, randomBytes } from "node:crypto";

const PROTOCOL = "mqtt";
/** Appended to the key before hashing (RFC 6455 §1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_ANSWER_BYTES = 16_384;
const HEAD_END = "\r\n\r\n";

/** The HTTP exchange that turns a connection into a WebSocket, from the client's side. */
export class WebSocketUpgrade {
  readonly request: Buffer;
  private readonly key = randomBytes(16).toString("base64");
  private answer = Buffer.alloc(0);

  constructor(host: string, port: number, path: string) {
    const name = host.includes(":") ? `[${host}]` : host;
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${name}:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${this.key}`,
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Protocol: ${PROTOCOL}`,
    ];
    this.request = Buffer.from(lines.join("\r\n") + HEAD_END, "latin1");
  }

  /**
   * Takes more of the answer. Undefined until its head is whole; then how many bytes of the chunk
   * belong to it, or why it is not the answer wanted.
   */
  push(chunk: Buffer, start: number, end: number): number | string | undefined {
    const before = this.answer.length;
    this.answer = Buffer.concat([this.answer, chunk.subarray(start, end)]);
    const headEnd = this.answer.indexOf(HEAD_END);
    if (headEnd < 0) {
      return this.answer.length > MAX_ANSWER_BYTES ? "an HTTP answer without end" : undefined;
    }
    const refusal = this.check(this.answer.toString("latin1", 0, headEnd));
    return refusal ?? headEnd + HEAD_END.length - before;
  }

  private check(head: string): string | undefined {
    const [status = "", ...lines] = head.split("\r\n");
    if (!/^HTTP\/1\.1 101(?: |$)/.test(status)) return status.slice(0, 100);
    const fields = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(":");
      if (colon < 1) return "an HTTP answer with a broken field";
      fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    const accept = createHash("sha1")
      .update(this.key + GUID)
      .digest("base64");
    if (fields.get("upgrade")?.toLowerCase() !== "websocket") return "no Upgrade: websocket";
    if (!/(?:^|[ ,])upgrade(?:$|[ ,])/i.test(fields.get("connection") ?? "")) {
      return "no Connection: Upgrade";
    }
    if (fields.get("sec-websocket-accept") !== accept) return "a wrong Sec-WebSocket-Accept";
    if (fields.get("sec-websocket-protocol") !== PROTOCOL) return "no Sec-WebSocket-Protocol: mqtt";
    if (fields.has("sec-websocket-extensions")) return "an extension nobody offered";
    return undefined;
  }
}
