import type { ConnectionOptions } from "node:tls";
import type { CloseReason } from "./close-reason.ts";
import { Connection } from "./connection.ts";
import type { PublishTemplate, Will } from "./encode.ts";
import type { BrokerLimits } from "./properties.ts";
import type { ProtocolLevel, Qos } from "./protocol.ts";
import type { PublishWindow } from "./publish-window.ts";
import type { Workspace } from "./workspace.ts";

export interface SessionOptions {
  readonly host: string;
  readonly port: number;
  /** Present, even if empty: connect with TLS. */
  readonly tls?: ConnectionOptions;
  readonly localAddress?: string;
  readonly protocol: ProtocolLevel;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** 0 turns the keepalive off. */
  readonly keepAliveSec: number;
  readonly cleanSession: boolean;
  readonly will?: Will;
  /** Unacknowledged QoS 1 and 2 publishes, at most 32768; the broker may allow fewer. */
  readonly maxInflight: number;
  /** From the first packet of TCP to CONNACK. */
  readonly connectTimeoutMs: number;
  /** The caller's own number for the session. */
  readonly id?: number;
  /** Sessions of one thread should share one; without it the session makes its own. */
  readonly workspace?: Workspace;
  /** A larger packet from the broker ends the session as malformed. */
  readonly maxPacketBytes?: number;
  /** MQTT 5 only; for a session that is not clean the default is one hour. */
  readonly sessionExpirySec?: number;
  /** MQTT 5 only. */
  readonly receiveMaximum?: number;
  /** The `state` of an earlier session of this client id, to go on where it broke off. */
  readonly resume?: SessionState;
}

/** What both sides of a persistent session remember across connections. */
export interface SessionState {
  readonly window: PublishWindow;
  /** Packet ids of QoS 2 messages delivered but not yet released by the broker. */
  readonly unreleased: ReadonlySet<number>;
}

export interface SessionListener {
  /** `buffer[start..end)` is the payload, valid during the call; `topic` is one string a topic. */
  message(session: MqttSession, topic: string, buffer: Buffer, start: number, end: number): void;
  /** A QoS 1 or 2 publish is done: `code` 0, or the MQTT 5 reason (0x80 and up) it failed with. */
  acknowledged(session: MqttSession, tag: number, code: number): void;
  /** Once for each session `openSession` gave, whatever ended it. May come from within a call. */
  closed(session: MqttSession, reason: CloseReason): void;
}

/**
 * `sent`: in the pending output. `blocked`: the socket has not taken what it was given before.
 * `window-full`: `maxInflight` publishes are unacknowledged. `closed`: the session is over.
 */
export type PublishOutcome = "sent" | "blocked" | "window-full" | "closed";

export interface MqttSession {
  readonly id: number;
  /** What CONNACK said the broker takes. */
  readonly limits: BrokerLimits;
  /** The broker had kept this client's session. */
  readonly sessionPresent: boolean;
  /** Resolves with one code a topic, 0x80 and up refused; rejects with `MqttClosedError`. */
  subscribe(topics: readonly string[], qos: Qos): Promise<readonly number[]>;
  /** Resolves with one code a topic in MQTT 5, with none in 3.1.1. */
  unsubscribe(topics: readonly string[]): Promise<readonly number[]>;
  /** Throws a RangeError for what the broker has said it will not take. */
  template(topic: string, qos: Qos, payloadBytes: number, retain?: boolean): PublishTemplate;
  /** Copies the frame to the pending output; `tag` comes back in `acknowledged`. */
  publish(template: PublishTemplate, tag: number): PublishOutcome;
  /** Repeats a publish a resumed session left unanswered, with its packet id and DUP. */
  resend(template: PublishTemplate, tag: number): PublishOutcome;
  /** Hands the pending output to the socket in one write. */
  flush(): void;
  /** Unacknowledged QoS 1 and 2 publishes. */
  readonly inFlight: number;
  /** Tags of the publishes in flight; after the end, of those that never were confirmed. */
  unconfirmedTags(): readonly number[];
  /** The kernel has not taken all that was flushed. */
  readonly writableBlocked: boolean;
  /** Milliseconds spent so, in all. */
  readonly blockedMs: number;
  readonly state: SessionState;
  /** Flushes, says DISCONNECT, and resolves once the connection is closed. */
  end(): Promise<void>;
  /** Drops the connection at once; the broker publishes the will. */
  destroy(): void;
}

/**
 * Connects and resolves once the broker accepts. Rejects with `MqttConnectError`, also when
 * `signal` fires; after that the signal has no part in the session.
 */
export function openSession(
  options: SessionOptions,
  listener: SessionListener,
  signal?: AbortSignal,
): Promise<MqttSession> {
  return new Promise((resolve, reject) => {
    const session = new Connection(options, listener, { resolve, reject }, signal);
    session.start();
  });
}
