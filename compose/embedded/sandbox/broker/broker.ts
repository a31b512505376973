import { Aedes, type AedesPublishPacket, type Client, type PublishPacket } from "aedes";
import type { Station } from "../capacity/station.ts";
import type { Clock } from "../clock.ts";
import { createBrake } from "./brake.ts";
import type { Consumer } from "./consumer.ts";
import type { Hook } from "./hook.ts";
import { createSession, type Session } from "./session.ts";

export interface BrokerOptions {
  readonly relay: Station;
  readonly hook: Hook;
  readonly clock: Clock;
  readonly messagesPerSec: number;
}

type Done = (error?: Error) => void;

const MAX_PACKET_BYTES = 256 * 1024;
/** EMQX's idle_timeout and send_timeout. */
const SILENCE_MS = 15_000;
const BASE_LEVELS = 5;
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

  constructor({ relay, hook, clock, messagesPerSec }: BrokerOptions) {
    // One slow subscriber must not hold up the others: no limit on messages under way.
    super({ concurrency: 0, connectTimeout: SILENCE_MS, drainTimeout: SILENCE_MS });
    this.relay = relay;
    this.clock = clock;
    this.authenticate = (client, username, _password, done) => {
      const token = username ?? "";
      const brake = createBrake(client.conn, clock);
      this.sessions.set(client, createSession({ token, hook, brake, messagesPerSec }));
      done(null, true);
    };
    this.authorizePublish = (client, packet, done) => this.authorize(client, packet, done);
    this.authorizeSubscribe = (client, subscription, done) => {
      const answer = (allowed: boolean) => done(null, allowed ? subscription : null);
      when(this.mayUse(client, "subscribe", subscription.topic), answer);
    };
  }

  /** A denied message is acknowledged and dropped; only what MQTT forbids ends the connection. */
  private authorize(client: Client | null, packet: PublishPacket, done: (e?: Error) => void): void {
    if (packet.retain) return done(new Error("retained messages are not available"));
    if ((packet.length ?? 0) > MAX_PACKET_BYTES) return done(new Error("packet too large"));
    when(this.mayUse(client, "publish", packet.topic), (allowed) => {
      if (!allowed) this.denied.add(packet);
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
    if (!this.denied.delete(packet)) this.forward(packet);
    this.sessions.get(from)?.paceMessage(this.clock.nowMs());
    done();
  }

  /** Delivers to a service of the platform what its filter matches, while it is subscribed. */
  addConsumer(consumer: Consumer): void {
    const deliver = ({ topic, payload }: AedesPublishPacket, done: () => void) => {
      consumer.deliver(topic, typeof payload === "string" ? Buffer.from(payload) : payload);
      done();
    };
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
    else this.relay.admit(deliver);
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

/** Keeps an answer that is known at once synchronous: the cached case is the hot one. */
function when(answer: boolean | Promise<boolean>, then: (allowed: boolean) => void): void {
  if (typeof answer === "boolean") then(answer);
  else void answer.then(then);
}
