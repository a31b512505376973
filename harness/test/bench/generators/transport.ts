/** Our MQTT transport alone, nothing measured: beside the whole way it shows what measuring costs. */
import type { PublishTemplate } from "../../../transport/mqtt/encode.ts";
import {
  type MqttSession,
  openSession,
  type SessionListener,
} from "../../../transport/mqtt/session.ts";
import { Workspace } from "../../../transport/mqtt/workspace.ts";
import type { Facts } from "../schema.ts";
import {
  type Asked,
  eachOf,
  idleFacts,
  macrotask,
  printFacts,
  untilDrained,
  WarmPart,
} from "./measured.ts";

const QUIET: SessionListener = { message() {}, acknowledged() {}, closed() {} };

function connect(asked: Asked, id: number, workspace: Workspace, listener = QUIET) {
  return openSession(
    {
      host: "127.0.0.1",
      port: asked.number("port"),
      clientId: `bare-${id}`,
      id,
      keepAliveSec: 60,
      cleanSession: true,
      protocol: 4,
      maxInflight: asked.number("window", 1),
      connectTimeoutMs: 10_000,
      workspace,
    },
    listener,
  );
}

async function openAll(asked: Asked, listener = QUIET): Promise<MqttSession[]> {
  const workspace = new Workspace();
  const sessions: MqttSession[] = [];
  await eachOf(asked.number("connections"), asked.number("parallel", 64), async (id) => {
    sessions[id] = await connect(asked, id, workspace, listener);
  });
  return sessions;
}

const templatesOf = (sessions: readonly MqttSession[], qos: 0 | 1, bytes: number) =>
  sessions.map((session) => session.template(`bench/${session.id}`, qos, bytes));

async function qos0(asked: Asked): Promise<Facts> {
  const sessions = await openAll(asked);
  const templates = templatesOf(sessions, 0, asked.number("payload"));
  const warm = asked.number("warm");
  const batch = asked.number("batch");
  const part = new WarmPart(warm);
  let sent = 0;
  while (sent < warm + asked.number("messages")) {
    part.note(sent);
    const before = sent;
    for (const [id, session] of sessions.entries()) {
      const template = templates[id];
      if (template === undefined || session.writableBlocked) continue;
      for (let n = 0; n < batch; n++) {
        template.payload.writeUInt32BE(sent);
        if (session.publish(template, sent) !== "sent") break;
        sent++;
      }
      session.flush();
    }
    await (sent === before ? untilDrained() : macrotask());
  }
  return part.end(sent);
}

async function qos1(asked: Asked): Promise<Facts> {
  const warm = asked.number("warm");
  const part = new WarmPart(warm);
  const refill = new WindowRefill(warm + asked.number("messages"), part);
  const sessions = await openAll(asked, refill);
  refill.templates = templatesOf(sessions, 1, asked.number("payload"));
  for (const session of sessions) {
    for (let n = 0; n < asked.number("window"); n++) refill.send(session);
    session.flush();
  }
  await refill.finished;
  return part.end(refill.acknowledgedCount);
}

/** Answers each acknowledgement with the next publish. */
class WindowRefill implements SessionListener {
  templates: readonly PublishTemplate[] = [];
  acknowledgedCount = 0;
  readonly finished: Promise<void>;
  readonly #wanted: number;
  readonly #part: WarmPart;
  #finish = (): void => {};

  constructor(wanted: number, part: WarmPart) {
    this.#wanted = wanted;
    this.#part = part;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  send(session: MqttSession): void {
    const template = this.templates[session.id];
    if (template === undefined) return;
    template.payload.writeUInt32BE(this.acknowledgedCount);
    session.publish(template, this.acknowledgedCount);
  }

  acknowledged(session: MqttSession): void {
    this.#part.note(this.acknowledgedCount++);
    if (this.acknowledgedCount === this.#wanted) this.#finish();
    else if (this.acknowledgedCount < this.#wanted) this.send(session);
  }

  message(): void {}
  closed(): void {}
}

async function idle(asked: Asked): Promise<Facts> {
  const count = asked.number("connections");
  const workspace = new Workspace();
  // The first connection loads code that is no part of what one more costs.
  const sessions = [await connect(asked, count, workspace)];
  return idleFacts(count, asked.number("holdMs"), () =>
    eachOf(count, asked.number("parallel"), async (id) => {
      sessions.push(await connect(asked, id, workspace));
    }),
  );
}

await printFacts({ qos0, qos1, idle });
