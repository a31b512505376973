import type { Arrivals, Pace } from "../plan/pace.ts";
import type { Qos } from "../transport/mqtt/protocol.ts";
import { baseKind, type BaseWork } from "./base-kind.ts";
import { storeKind } from "./store-kind.ts";
import type { UnitIdentity } from "./unit-source.ts";

export type WrittenAxis = "store" | "base";

/** Units publish what a service of the instance reads; reading back through its API proves it. */
export interface WrittenWork {
  readonly axis: WrittenAxis;
  /** Sends in turn over the first so many Units of the run. */
  readonly units: number;
  readonly arrivals: Arrivals;
  /** Of a whole planned run; without it each window is paced by itself. */
  readonly pace?: Pace;
  readonly payloadBytes: number;
  readonly qos: Qos;
  /** Tells our messages from those of other runs. */
  readonly runTag: number;
  /** Where messages become readable in batches: how often, milliseconds. */
  readonly flushMs?: number;
  /** Of base messages alone. */
  readonly base?: BaseWork;
}

/** One message seen at the far side. */
export interface Seen {
  /** Whose it is, and on which stream of the kind it was sent. */
  readonly unit: number;
  readonly stream: number;
  /** As its payload carried it. */
  readonly serial: number;
  /** When it could first be read, by the run's clock. */
  readonly atMs: number;
  /** When the target took it in, by its own clock, where it tells. */
  readonly takenAtMs?: number;
  /** It is not what was sent. */
  readonly wrong?: true;
}

/** Payloads of one kind: who sends which, and what they say. Stateless, the same in every thread. */
export interface WrittenKind {
  readonly qos: Qos;
  /** Streams that keep their order: the kind numbers them `0 … streams − 1`. */
  readonly streams: number;
  /** The stream that the slot at this place in the step's schedule goes on. */
  streamAt(turn: number): number;
  unitOf(stream: number): number;
  /** Undefined where a Unit has no such topic: nothing is sent then. */
  topicOf(unit: UnitIdentity, stream: number): string | undefined;
  payloadBytes(stream: number): number;
  /**
   * Fills the payload so that `serial` can be read from it again. Serials rise along a stream, are
   * never used twice in a run, and a double holds them exactly.
   */
  write(payload: Buffer, stream: number, serial: number): void;
  /** The target tells when it took a message in, so that its queue shows whatever it does after. */
  readonly tellsTaken?: boolean;
  /** Only the newest of its messages can be read: seen, it stands for those before it. */
  keepsLast(stream: number): boolean;
  /** The target takes nothing more of its Unit's on the stream for so long after a message. */
  restMs?(stream: number): number | undefined;
}

export function writtenKind(work: WrittenWork): WrittenKind {
  switch (work.axis) {
    case "store":
      return storeKind(work);
    case "base":
      return baseKind(work);
    default:
      return work.axis satisfies never;
  }
}
