import { Aedes, type AedesPublishPacket, type Client, type PublishPacket } from "aedes";
import type { Station } from "../capacity/station.ts";
import type { Clock } from "../clock.ts";
import { createBrake } from "./brake.ts";
import type { Consumer } from "./consumer.ts";
import type { Hook } from "./hook.ts";
import { newCounters } from "./counters.ts";
import type { LimitsInForce } from "./limits.ts";
import { createSession, type Session } from "./session.ts";

export interface BrokerOptions {
  readonly relay: Station;
  readonly hook: Hook;
  readonly clock: Clock;
  readonly limits: LimitsInForce;
}

type Done = (error?: Error) => void;

/** EMQX's idle_timeout and send_timeout. */
const SILENCE_MS = 15_000;
const BASE_LEVELS = 5;
/** Read at once for each message a second that is allowed: a few messages, and no slower above. */
const BYTES_AT_ONCE = 16;
const ignore = () => {};

/**
 * The broker of the instance. Messages on node topics pass the relay server on their way to the
 * subscribers; the publisher is acknowledged before, as EMQX does it, and never learns of a drop.
 */
export class RelayBroker extends Aedes {
  private readonly relay: Station;
  private readonly clock: Clock;
  private readonly sessions = new WeakMap<Client, Session>();
  private readonly denied = new WeakSet<PublishPacket>();
  private stamped = 0;
  private readonly limits: LimitsInForce;
  readonly counters = newCounters();
  /** The platform's services, which have no socket. */
  readonly consumers: Consumer[] = [];

  constructor({ relay, hook, clock, limits }: BrokerOptions) {
    // One slow subscriber must not hold up the others: no limit on messages under way.
    super({ concurrency: 0, connectTimeout: SILENCE_MS, drainTimeout: SILENCE_MS });
    this.relay = relay;
    this.clock = clock;
    this.limits = limits;
    this.authenticate = (client, username, _password, done) => {
      const token = username ?? "";
      const brake = createBrake(client.conn, clock, limits.now.messagesPerSec * BYTES_AT_ONCE);
      this.sessions.set(client, createSession({ token, hook, brake, limits: limits.now }));
      done(null, true);
    };
    this.authorizePublish = (client, packet, done) => this.authorize(client, packet, done);
    this.authorizeSubscribe = (client, subscription, done) => {
      const answer = (allowed: boolean) => {
        if (!allowed) this.counters.subscribesDenied++;
        done(null, allowed ? subscription : null);
      };
      when(this.mayUse(client, "subscribe", subscription.topic), answer);
    };
    this.authorizeForward = (client, packet) => (this.mayForward(client, packet) ? packet : null);
    this.on("ack", (_packet, client) => this.sessions.get(client)?.outbox.acknowledged());
    this.on("client", () => this.counters.connects++);
    this.on("clientDisconnect", () => this.counters.disconnects++);
    this.on("subscribe", () => this.counters.subscribes++);
  }

  /** Whether a subscriber gets a message; one that has stopped reading loses its connection. */
  private mayForward(client: Client, packet: AedesPublishPacket): boolean {
    const qos = Math.min(packet.qos, subscribedQos(client, packet.topic));
    const verdict = this.sessions.get(client)?.outbox.next(qos, unsentBytes(client)) ?? "send";
    if (verdict === "send") {
      this.counters.sent++;
      return true;
    }
    this.counters.dropped++;
    if (verdict === "kill") client.conn.destroy(new Error("mailbox overflow"));
    return false;
  }

  /** A denied message is acknowledged and dropped; only what MQTT forbids ends the connection. */
  private authorize(client: Client | null, packet: PublishPacket, done: (e?: Error) => void): void {
    if (packet.retain) return done(new Error("retained messages are not available"));
    if ((packet.length ?? 0) > this.limits.now.packetBytes)
      return done(new Error("packet too large"));
    when(this.mayUse(client, "publish", packet.topic), (allowed) => {
      if (!allowed) {
        this.counters.denied++;
        this.denied.add(packet);
      }
      done();
    });
  }

  private mayUse(client: Client | null, action: "publish" | "subscribe", topic: string) {
    const session = client && this.sessions.get(client);
    return session ? session.mayUse(action, topic, this.clock.nowMs()) : false;
  }

  /** Aedes calls this with the sender for its messages, and without one for its own. */
  override publish(packet: PublishPacket, from: Client | Done | null, done: Done = ignore): void {
    if (typeof from === "function" || from === null) {
      super.publish(packet, typeof from === "function" ? from : done);
      return;
    }
    this.counters.received++;
    if (!this.denied.delete(packet)) this.forward(packet);
    this.sessions.get(from)?.paceMessage(this.clock.nowMs(), packet.length ?? 0);
    done();
  }

  /** The user name that a client connected with. */
  tokenOf(client: Client): string | undefined {
    return this.sessions.get(client)?.token;
  }

  /** Delivers to a service of the platform what its filter matches, while it is subscribed. */
  addConsumer(consumer: Consumer): void {
    const deliver = ({ topic, payload }: AedesPublishPacket, done: () => void) => {
      if (consumer.subscribed) this.counters.sent++;
      consumer.deliver(topic, typeof payload === "string" ? Buffer.from(payload) : payload);
      done();
    };
    this.consumers.push(consumer);
    this.subscribe(consumer.filter, deliver, ignore);
  }

  /** Publishes a message of the backend, at QoS 0 and past the relay server. */
  publishOwn(topic: string, payload: string): void {
    const packet: PublishPacket = {
      cmd: "publish",
      topic,
      payload,
      qos: 0,
      dup: false,
      retain: false,
    };
    super.publish(packet, ignore);
  }

  private forward(packet: PublishPacket): void {
    const deliver = () => super.publish(this.stamp(packet), ignore);
    if (packet.topic.split("/").length >= BASE_LEVELS) deliver();
    else if (!this.relay.admit(deliver)) this.counters.dropped++;
  }

  /**
   * Aedes drops what is older than the last message that a client got from the same origin. QoS 0
   * takes a shorter way through it than QoS 1, so the two must be two origins.
   */
  private stamp({ topic, payload, qos }: PublishPacket): PublishPacket {
    const packet: AedesPublishPacket = {
      cmd: "publish",
      topic,
      payload,
      qos,
      dup: false,
      retain: false,
      brokerId: qos === 0 ? "qos0" : "qos1",
      brokerCounter: ++this.stamped,
    };
    return packet;
  }
}

/** aedes keeps the subscriptions of a client by their filters, and does not say so. */
function subscribedQos(client: Client, topic: string): number {
  const subscriptions: unknown = Reflect.get(client, "subscriptions");
  const qos: unknown = Reflect.get(Object(Reflect.get(Object(subscriptions), topic)), "qos");
  return typeof qos === "number" ? qos : 0;
}

const unsentBytes = ({ conn }: Client): number => conn.writableLength;

/** Keeps an answer that is known at once synchronous: the cached case is the hot one. */
function when(answer: boolean | Promise<boolean>, then: (allowed: boolean) => void): void {
  if (typeof answer === "boolean") then(answer);
  else void answer.then(then);
}
