/**
 * CPU and memory our MQTT transport costs, beside MQTT.js doing the same work in the same run.
 * Absolute figures drift with the machine; the ratios are the finding.
 *
 *   npx tsx harness/test/bench/mqtt-publish.ts [rounds]
 *
 * A sink that only acknowledges runs in one child process, each measurement in another.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { connectAsync, type MqttClient } from "mqtt";
import type { PublishTemplate } from "../../transport/mqtt/encode.ts";
import {
  type MqttSession,
  openSession,
  type SessionListener,
} from "../../transport/mqtt/session.ts";
import { Workspace } from "../../transport/mqtt/workspace.ts";

const CONNECTIONS = 100;
const IDLE_CONNECTIONS = 1000;
const PAYLOAD_BYTES = 16;
const TOPIC = "bench/t";

const WORK = {
  "qos0-single": { kind: "qos0", batch: 1, messages: 200_000, target: 0.6 },
  "qos0-batch64": { kind: "qos0", batch: 64, messages: 2_000_000, target: 0.08 },
  "qos1-window1": { kind: "qos1", window: 1, messages: 150_000, target: 0.45 },
  "qos1-window20": { kind: "qos1", window: 20, messages: 600_000, target: 0.05 },
  "idle-1000": { kind: "idle", target: 0.4 },
} as const;
type WorkName = keyof typeof WORK;
const WORK_NAMES = Object.keys(WORK).filter(isWorkName);

const LIBRARIES = ["loadstone", "mqtt.js"] as const;
type Library = (typeof LIBRARIES)[number];

function isWorkName(name: string): name is WorkName {
  return name in WORK;
}

async function compare(rounds: number): Promise<void> {
  const target = runRole("sink");
  const port = await answerOf(target);
  console.log("work            loadstone   MQTT.js   ratio  target");
  for (const name of WORK_NAMES) {
    const results: Record<Library, number[]> = { loadstone: [], "mqtt.js": [] };
    for (let round = 0; round < rounds; round++) {
      for (const library of LIBRARIES) {
        results[library].push(await answerOf(runRole("measure", name, library, String(port))));
      }
    }
    const ours = median(results.loadstone);
    const theirs = median(results["mqtt.js"]);
    const unit = WORK[name].kind === "idle" ? "KB" : "µs";
    console.log(
      `${name.padEnd(14)} ${figure(ours, unit)} ${figure(theirs, unit)}` +
        ` ${(ours / theirs).toFixed(3).padStart(7)} ≤ ${WORK[name].target}`,
    );
  }
  target.kill();
}

/** Resolves with µs of CPU a message, or KB a connection. */
function measure(name: WorkName, library: Library, port: number): Promise<number> {
  const work = WORK[name];
  const ours = library === "loadstone";
  switch (work.kind) {
    case "qos0":
      return (ours ? qos0 : qos0MqttJs)(port, work.batch, work.messages);
    case "qos1":
      return (ours ? qos1 : qos1MqttJs)(port, work.window, work.messages);
    case "idle":
      return idle(port, ours ? open : openMqttJs);
    default:
      return work satisfies never;
  }
}

const QUIET: SessionListener = { message() {}, acknowledged() {}, closed() {} };

function open(port: number, id: number, workspace: Workspace, window = 1, listener = QUIET) {
  return openSession(
    {
      host: "127.0.0.1",
      port,
      clientId: `bench-${id}`,
      keepAliveSec: 60,
      cleanSession: true,
      protocol: 4,
      maxInflight: window,
      connectTimeoutMs: 10_000,
      workspace,
    },
    listener,
  );
}

async function openMqttJs(port: number, id: number): Promise<MqttClient> {
  const clientId = `bench-${id}`;
  const client = await connectAsync({ host: "127.0.0.1", port, clientId, reconnectPeriod: 0 });
  // MQTT.js leaves Nagle on, which makes single writes cheaper by delaying them.
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  return client;
}

async function qos0(port: number, batch: number, messages: number): Promise<number> {
  const workspace = new Workspace();
  const sessions = await openAll((i) => open(port, i, workspace));
  const templates = sessions.map((session) => session.template(TOPIC, 0, PAYLOAD_BYTES));
  const cpu = startCpu();
  let sent = 0;
  while (sent < messages) {
    for (const [i, session] of sessions.entries()) {
      const template = templates[i];
      if (template === undefined) continue;
      for (let n = 0; n < batch; n++) {
        template.payload.writeUInt32BE(sent);
        if (session.publish(template, sent) !== "sent") break;
        sent++;
      }
      session.flush();
    }
    await macrotask();
  }
  return cpu() / sent;
}

async function qos0MqttJs(port: number, batch: number, messages: number): Promise<number> {
  const clients = await openAll((i) => openMqttJs(port, i));
  const cpu = startCpu();
  let sent = 0;
  while (sent < messages) {
    for (const client of clients) {
      if (client.stream.writableLength > 0) continue;
      for (let n = 0; n < batch; n++) {
        const payload = Buffer.allocUnsafe(PAYLOAD_BYTES);
        payload.writeUInt32BE(sent++);
        client.publish(TOPIC, payload);
      }
    }
    await macrotask();
  }
  return cpu() / sent;
}

async function qos1(port: number, window: number, messages: number): Promise<number> {
  const workspace = new Workspace();
  const refill = new WindowRefill(messages);
  const sessions = await openAll((i) => open(port, i, workspace, window, refill));
  for (const session of sessions) {
    refill.templates[session.id] = session.template(TOPIC, 1, PAYLOAD_BYTES);
  }
  const cpu = startCpu();
  for (const session of sessions) {
    for (let n = 0; n < window; n++) refill.send(session);
    session.flush();
  }
  await refill.finished;
  return cpu() / messages;
}

/** Answers each acknowledgement with the next publish. */
class WindowRefill implements SessionListener {
  readonly templates: PublishTemplate[] = [];
  readonly finished: Promise<void>;
  private finish = (): void => {};
  private left: number;

  constructor(messages: number) {
    this.left = messages;
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  send(session: MqttSession): void {
    const template = this.templates[session.id];
    if (template === undefined) return;
    template.payload.writeUInt32BE(this.left & 0xffff);
    session.publish(template, this.left);
  }

  acknowledged(session: MqttSession): void {
    this.left--;
    if (this.left === 0) this.finish();
    else this.send(session);
  }

  message(): void {}
  closed(): void {}
}

async function qos1MqttJs(port: number, window: number, messages: number): Promise<number> {
  const clients = await openAll((i) => openMqttJs(port, i));
  const cpu = startCpu();
  let left = messages;
  await new Promise<void>((resolve) => {
    const send = (client: MqttClient): void => {
      const payload = Buffer.allocUnsafe(PAYLOAD_BYTES);
      payload.writeUInt32BE(left & 0xffff);
      client.publish(TOPIC, payload, { qos: 1 }, () => {
        left--;
        if (left === 0) resolve();
        else if (left > 0) send(client);
      });
    };
    for (const client of clients) for (let n = 0; n < window; n++) send(client);
  });
  return cpu() / messages;
}

async function idle(
  port: number,
  openOne: (port: number, id: number, workspace: Workspace) => Promise<unknown>,
): Promise<number> {
  const workspace = new Workspace();
  // The first connection loads code that is no part of what one more costs.
  const first = await openOne(port, IDLE_CONNECTIONS, workspace);
  const beforeKb = residentKb();
  const sessions: unknown[] = [first];
  for (let i = 0; i < IDLE_CONNECTIONS; i++) sessions.push(await openOne(port, i, workspace));
  await macrotask();
  return (residentKb() - beforeKb) / IDLE_CONNECTIONS;
}

function residentKb(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1024;
}

function openAll<T>(openOne: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => openOne(i)));
}

/** A function that gives the µs of CPU this process has used since. */
function startCpu(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Answers CONNECT and QoS 1 PUBLISH, the acknowledgements of one read in one write. */
async function sink(): Promise<number> {
  const server = createServer({ noDelay: true }, serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}

function serve(socket: Socket): void {
  let rest = Buffer.alloc(0);
  const answers = Buffer.alloc(65_536);
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let length = 0;
    let at = 0;
    // Packets of this bench are short: one byte of remaining length.
    while (at + 2 <= bytes.length) {
      const end = at + 2 + (bytes[at + 1] ?? 0);
      if (end > bytes.length) break;
      const first = bytes[at] ?? 0;
      if (first === 0x10) length += answers.write("20020000", length, "hex");
      if (first === 0x32) {
        const packetIdAt = at + 4 + TOPIC.length;
        answers.writeUInt16BE(0x4002, length);
        bytes.copy(answers, length + 2, packetIdAt, packetIdAt + 2);
        length += 4;
      }
      at = end;
    }
    rest = bytes.subarray(at);
    if (length > 0) socket.write(Buffer.from(answers.subarray(0, length)));
  });
}

function runRole(...role: readonly string[]): ChildProcess {
  const execArgv = [...process.execArgv, "--expose-gc"];
  return fork(fileURLToPath(import.meta.url), role, { execArgv });
}

async function answerOf(child: ChildProcess): Promise<number> {
  const [answer]: unknown[] = await once(child, "message");
  return Number(answer);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function figure(value: number, unit: string): string {
  return `${value.toFixed(2).padStart(7)} ${unit}`;
}

const [role, name = "", library, port] = process.argv.slice(2);
if (role === "sink") {
  process.send?.(await sink());
} else if (role === "measure" && isWorkName(name)) {
  const result = await measure(name, library === "mqtt.js" ? library : "loadstone", Number(port));
  process.send?.(result, () => process.exit());
} else {
  await compare(Number(role ?? 3));
}
