import { createHash, randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CloseReason, describeCloseReason } from "./close-reason.ts";
import type { Will } from "./encode-requests.ts";
import type { Qos } from "./protocol.ts";
import {
  type MqttSession,
  openSession,
  type SessionListener,
  type SessionOptions,
} from "./session.ts";

/** A broker a test has started. */
export interface TestBroker {
  readonly port: number;
  /** How to reach it, where TCP and the port alone do not. */
  readonly reach?: Partial<SessionOptions>;
  readonly stop: () => Promise<void>;
}

export interface Received {
  readonly topic: string;
  readonly payload: Buffer;
}

/** Keeps what a session reports and lets a test wait for a condition on it. */
export class Probe implements SessionListener {
  readonly received: Received[] = [];
  readonly acknowledgements: { readonly tag: number; readonly code: number }[] = [];
  readonly closes: CloseReason[] = [];
  private readonly changed = new EventTarget();

  constructor() {
    setMaxListeners(0, this.changed);
  }

  message(_session: MqttSession, topic: string, buffer: Buffer, start: number, end: number): void {
    this.received.push({ topic, payload: Buffer.from(buffer.subarray(start, end)) });
    this.changed.dispatchEvent(new Event("change"));
  }

  acknowledged(_session: MqttSession, tag: number, code: number): void {
    this.acknowledgements.push({ tag, code });
    this.changed.dispatchEvent(new Event("change"));
  }

  closed(_session: MqttSession, reason: CloseReason): void {
    this.closes.push(reason);
    this.changed.dispatchEvent(new Event("change"));
  }

  /** Resolves when `condition` holds, tried after every report; rejects if it never can. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const [reason] = this.closes;
        if (condition()) resolve();
        else if (reason === undefined) return;
        else reject(new Error(`closed while waiting: ${describeCloseReason(reason)}`));
        this.changed.removeEventListener("change", check);
      };
      this.changed.addEventListener("change", check);
      check();
    });
  }
}

export function sessionOptions(port: number, more: Partial<SessionOptions> = {}): SessionOptions {
  return {
    host: "127.0.0.1",
    port,
    protocol: 4,
    clientId: `test-${randomBytes(6).toString("hex")}`,
    keepAliveSec: 60,
    cleanSession: true,
    maxInflight: 20,
    connectTimeoutMs: 10_000,
    ...more,
  };
}

const QOS: readonly Qos[] = [0, 1, 2];

/** What every broker must make of a session. */
export function describeSession(
  name: string,
  protocol: 4 | 5,
  start: () => Promise<TestBroker>,
): void {
  describe(`a session on ${name}, protocol level ${protocol}`, () => {
    let broker: TestBroker;
    beforeAll(async () => {
      broker = await start();
    });
    afterAll(() => broker.stop());

    async function open(more: Partial<SessionOptions> = {}) {
      const probe = new Probe();
      const options = sessionOptions(broker.port, { protocol, ...broker.reach, ...more });
      const session = await openSession(options, probe);
      return { probe, session };
    }

    test.each(QOS)("hears its own publish at QoS %i, once", async (qos) => {
      const { probe, session } = await open();
      expect(await session.subscribe(["suite/own", "suite/other"], qos)).toEqual([qos, qos]);
      const template = session.template("suite/own", qos, 5);
      template.payload.write("hello");
      expect(session.publish(template, 42)).toBe("sent");
      session.flush();
      const acks = qos === 0 ? 0 : 1;
      await probe.until(
        () => probe.received.length === 1 && probe.acknowledgements.length === acks,
      );
      expect(probe.received).toEqual([{ topic: "suite/own", payload: Buffer.from("hello") }]);
      expect(probe.acknowledgements).toEqual(qos === 0 ? [] : [{ tag: 42, code: 0 }]);
      expect(session.inFlight).toBe(0);
      await session.end();
      expect(probe.closes).toEqual([{ kind: "ended" }]);
    });

    test.each(QOS)("carries payloads of every size intact and in order at QoS %i", async (qos) => {
      const listening = await open();
      const topic = `suite/sizes/${qos}`;
      await listening.session.subscribe([topic], qos);
      const { session, probe } = await open({ maxInflight: 64 });
      const payloads = [0, 1, 100, 127, 128, 5000, 20_000, 200_000].map((n) => randomBytes(n));
      for (const payload of payloads) {
        const template = session.template(topic, qos, payload.length);
        template.payload.set(payload);
        await publishWhenRoom(session, template, 0);
      }
      session.flush();
      await listening.probe.until(() => listening.probe.received.length === payloads.length);
      expect(listening.probe.received.map(({ payload }) => digest(payload))).toEqual(
        payloads.map(digest),
      );
      await probe.until(() => session.inFlight === 0);
      await Promise.all([session.end(), listening.session.end()]);
    });

    test.each([1, 2] as const)("keeps to its window at QoS %i and loses nothing", async (qos) => {
      const messages = 500;
      const window = 7;
      const listening = await open();
      await listening.session.subscribe(["suite/window"], qos);
      const { session, probe } = await open({ maxInflight: window });
      const template = session.template("suite/window", qos, 4);
      let next = 0;
      let fullest = 0;
      while (next < messages) {
        template.payload.writeUInt32BE(next);
        const outcome = session.publish(template, next);
        fullest = Math.max(fullest, session.inFlight);
        if (outcome === "sent") {
          next++;
          continue;
        }
        expect(outcome).toBe("window-full");
        session.flush();
        const done = probe.acknowledgements.length;
        await probe.until(() => probe.acknowledgements.length > done);
      }
      session.flush();
      await probe.until(() => probe.acknowledgements.length === messages);
      await listening.probe.until(() => listening.probe.received.length >= messages);
      const numbers = Array.from({ length: messages }, (_, i) => i);
      expect(fullest).toBe(window);
      expect(probe.acknowledgements.map(({ tag }) => tag)).toEqual(numbers);
      const heard = listening.probe.received.map(({ payload }) => payload.readUInt32BE());
      expect(heard).toEqual(numbers);
      await Promise.all([session.end(), listening.session.end()]);
    });

    test("hears no more once unsubscribed", async () => {
      const { probe, session } = await open();
      await session.subscribe(["suite/gone", "suite/stays"], 0);
      expect(await session.unsubscribe(["suite/gone"])).toEqual(protocol === 5 ? [0] : []);
      for (const topic of ["suite/gone", "suite/stays"]) {
        session.publish(session.template(topic, 0, 0), 0);
      }
      session.flush();
      await probe.until(() => probe.received.length > 0);
      expect(probe.received.map(({ topic }) => topic)).toEqual(["suite/stays"]);
      await session.end();
    });

    test("is closed by the broker when another takes its client id", async () => {
      const first = await open({ clientId: "suite-taken" });
      const second = await open({ clientId: "suite-taken" });
      await first.probe.until(() => first.probe.closes.length > 0);
      expect(first.probe.closes[0]?.kind).toBe("server");
      expect(second.probe.closes).toEqual([]);
      await second.session.end();
    });

    test("finds its subscriptions and messages again if it is persistent", async () => {
      const persistent = { clientId: "suite-persistent", cleanSession: false } as const;
      const first = await open(persistent);
      expect(first.session.sessionPresent).toBe(false);
      await first.session.subscribe(["suite/persistent"], 1);
      await first.session.end();

      const sender = await open();
      sender.session.publish(sender.session.template("suite/persistent", 1, 3), 1);
      sender.session.flush();
      await sender.probe.until(() => sender.probe.acknowledgements.length === 1);

      const second = await open(persistent);
      expect(second.session.sessionPresent).toBe(true);
      await second.probe.until(() => second.probe.received.length === 1);
      await Promise.all([second.session.end(), sender.session.end()]);
      const third = await open({ ...persistent, cleanSession: true });
      expect(third.session.sessionPresent).toBe(false);
      await third.session.end();
    });

    test("leaves a will if it is destroyed, and none if it ends", async () => {
      const { probe, session } = await open();
      await session.subscribe(["suite/will"], 1);
      const leaving = await open({ will: will("ended") });
      const dying = await open({ will: will("destroyed") });
      await leaving.session.end();
      dying.session.destroy();
      await probe.until(() => probe.received.length > 0);
      expect(probe.received.map(({ payload }) => payload.toString())).toEqual(["destroyed"]);
      expect(dying.probe.closes).toEqual([{ kind: "ended" }]);
      await session.end();
    });
  });
}

async function publishWhenRoom(
  session: MqttSession,
  template: ReturnType<MqttSession["template"]>,
  tag: number,
): Promise<void> {
  while (session.publish(template, tag) === "blocked") {
    // An answered round trip means the broker has read on.
    await session.unsubscribe(["suite/nothing"]);
  }
}

function will(text: string): Will {
  return { topic: "suite/will", payload: Buffer.from(text), qos: 1 };
}

function digest(payload: Buffer): string {
  return `${payload.length} ${createHash("sha256").update(payload).digest("hex")}`;
}
