/**
 * The null target where there is no C compiler: same answers and commands as `peers/sink.c`, save
 * that it notes no arrivals, because its own event loop would be what they show.
 */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

const BODY = '{"count":0,"units":[]}';
const HTTP_ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const BLANK_LINE = Buffer.from("\r\n\r\n");
const LETTER_G = 0x47;
const ANSWERED = new Map([
  [1, (body: Buffer) => Buffer.from([0x20, 2, 0, body.length > 0 ? 0 : 1])],
  [6, (body: Buffer) => Buffer.from([0x70, 2, body[0] ?? 0, body[1] ?? 0])],
  [8, suback],
  [12, () => Buffer.from([0xd0, 0])],
]);

const counts = { publishes: 0, requests: 0, connections: 0 };

function serve(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  counts.connections++;
  socket.on("error", () => {});
  socket.on("close", () => counts.connections--);
  socket.on("data", (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const { used, answers } = bytes[0] === LETTER_G ? answerHttp(bytes) : answerMqtt(bytes);
    rest = bytes.subarray(used);
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
}

interface Handled {
  readonly used: number;
  readonly answers: readonly Buffer[];
}

function answerHttp(bytes: Buffer): Handled {
  const answers: Buffer[] = [];
  let used = 0;
  for (let at = bytes.indexOf(BLANK_LINE); at >= 0; at = bytes.indexOf(BLANK_LINE, used)) {
    used = at + BLANK_LINE.length;
    counts.requests++;
    answers.push(Buffer.from(HTTP_ANSWER));
  }
  return { used, answers };
}

function answerMqtt(bytes: Buffer): Handled {
  const answers: Buffer[] = [];
  let used = 0;
  for (;;) {
    const length = remainingLength(bytes, used + 1);
    if (length === undefined || length.end + length.value > bytes.length) break;
    const body = bytes.subarray(length.end, length.end + length.value);
    const first = bytes[used] ?? 0;
    const answer = first >> 4 === 3 ? puback(first, body) : ANSWERED.get(first >> 4)?.(body);
    if (answer !== undefined) answers.push(answer);
    used = length.end + length.value;
  }
  return { used, answers };
}

function remainingLength(bytes: Buffer, from: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let at = from, scale = 1; at < bytes.length; at++, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return undefined;
}

function puback(first: number, body: Buffer): Buffer | undefined {
  counts.publishes++;
  const qos = (first >> 1) & 3;
  if (qos === 0) return undefined;
  const id = 2 + body.readUInt16BE(0);
  return Buffer.from([qos === 1 ? 0x40 : 0x50, 2, body[id] ?? 0, body[id + 1] ?? 0]);
}

function suback(body: Buffer): Buffer {
  const codes: number[] = [];
  for (let at = 2; at + 2 < body.length; at += 3 + body.readUInt16BE(at)) {
    codes.push(body[at + 2 + body.readUInt16BE(at)] ?? 0);
  }
  return Buffer.from([0x90, 2 + codes.length, body[0] ?? 0, body[1] ?? 0, ...codes]);
}

const server = createServer({ noDelay: true }, serve);
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
await once(server, "listening");
const address = server.address();
console.log(address !== null && typeof address === "object" ? address.port : 0);
const commands = createInterface({ input: process.stdin });
commands.on("line", (line) => console.log(line === "count" ? JSON.stringify(counts) : "{}"));
// Whoever started us is gone.
commands.on("close", () => process.exit());
