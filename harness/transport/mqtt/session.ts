import type { BrokerLimits } from "./broker-limits.ts";
import type { CloseReason } from "./close-reason.ts";
import { Connection } from "./connection.ts";
import type { PublishExtras, PublishTemplate } from "./encode.ts";
import type { Goodbye, Will } from "./encode-requests.ts";
import type { MessageFacts } from "./incoming-message.ts";
import type { LinkAddress } from "./link.ts";
import type { ProtocolLevel, Qos } from "./protocol.ts";
import type { PublishWindow } from "./publish-window.ts";
import type { Workspace } from "./workspace.ts";

export interface SessionOptions extends LinkAddress {
  readonly protocol: ProtocolLevel;
  /** Empty: the broker assigns one. */
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
  /** MQTT 5 only: QoS 1 and 2 messages the broker may have in flight towards us. */
  readonly receiveMaximum?: number;
  /** MQTT 5 only: topics the broker may abbreviate to numbers; without it none. */
  readonly topicAliasMaximum?: number;
  /** QoS 1 messages are acknowledged by `acknowledge` alone, when the caller has them safe. */
  readonly acknowledgeByHand?: boolean;
  /** MQTT 5 only: told to the broker in CONNECT. */
  readonly userProperties?: readonly (readonly [name: string, value: string])[];
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
  /**
   * `buffer[start..end)` is the payload, valid during the call as `facts` is; `topic` is one
   * string a topic.
   */
  message(
    session: MqttSession,
    topic: string,
    buffer: Buffer,
    start: number,
    end: number,
    facts: MessageFacts,
  ): void;
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
  /** The one asked for, or the one the broker assigned. */
  readonly clientId: string;
  /** What CONNACK said the broker takes. */
  readonly limits: BrokerLimits;
  /** The broker had kept this client's session. */
  readonly sessionPresent: boolean;
  /** Resolves with one code a topic, 0x80 and up refused; rejects with `MqttClosedError`. */
  subscribe(topics: readonly string[], qos: Qos): Promise<readonly number[]>;
  /** Resolves with one code a topic in MQTT 5, with none in 3.1.1. */
  unsubscribe(topics: readonly string[]): Promise<readonly number[]>;
  /** Throws a RangeError for what the broker has said it will not take. */
  template(topic: string, qos: Qos, payloadBytes: number, extras?: PublishExtras): PublishTemplate;
  /** Copies the frame to the pending output; `tag` comes back in `acknowledged`. */
  publish(template: PublishTemplate, tag: number): PublishOutcome;
  /**
   * Repeats a publish of the session this one resumes, with its packet id and DUP; one the broker
   * has is not sent again, one it never knew is sent as new.
   */
  resend(template: PublishTemplate, tag: number): PublishOutcome;
  /** Adds the acknowledgement of a QoS 1 message to the pending output; does nothing once closed. */
  acknowledge(packetId: number): void;
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
  /**
   * Flushes, says DISCONNECT, and resolves once the connection is closed. In MQTT 5 the goodbye
   * may give a reason (0x04: publish the will) and another session expiry.
   */
  end(goodbye?: Goodbye): Promise<void>;
  /** Drops the connection at once; the broker publishes the will. */
  destroy(): void;
  /** Reads nothing until `resumeReads`: what the broker sends piles up on its side. */
  pauseReads(): void;
  resumeReads(): void;
  /** Dead to the world: nothing is read, written or pinged any more, and the socket stays open. */
  freeze(): void;
  /** A frozen session hears from here on that the broker has closed it, and nothing else. */
  listenForEnd(): void;
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
    // It reports from its socket's events on; nobody needs to hold it until it is open.
    void new Connection(options, listener, { resolve, reject }, signal);
  });
}
