import { type BaseMix, baseTurn } from "./base-mix.ts";
import { logText, markedPayload, stateText, writeMark } from "./base-message.ts";
import { stateRestMs } from "./base-rest.ts";
import { slotOf, stepOf } from "./tag.ts";
import type { WrittenKind, WrittenWork } from "./written-kind.ts";

/** What makes base messages, as plain data. */
export interface BaseWork {
  readonly mix: BaseMix;
  /** The first so many Units log in turn: few, so that few lists have to be read back. */
  readonly loggers: number;
  /** Units in the order in which they send a state each; without it that of the run. */
  readonly order?: readonly number[];
  /** Of the program that the Units run. */
  readonly commit: string;
  readonly stateEveryMs: number;
}

/** Logs go first, because their number stays as the Units become more. */
export const baseStream = (kind: "state" | "log", unit: number, loggers: number): number =>
  kind === "log" ? unit : loggers + unit;

/** What Units tell an instance of themselves. */
export function baseKind({ units, qos, payloadBytes, runTag, base }: WrittenWork): WrittenKind {
  if (base === undefined) throw new Error("base messages were asked for that nobody described");
  const { mix, loggers, order, commit, stateEveryMs } = base;
  const isLog = (stream: number) => stream < loggers;
  const texts = {
    log: logText(runTag, payloadBytes),
    state: stateText(runTag, commit, payloadBytes),
  };
  const textOf = (stream: number) => (isLog(stream) ? texts.log : texts.state);
  return {
    qos,
    streams: mix.states === 0 ? loggers : loggers + units,
    streamAt(turn) {
      const { kind, nth } = baseTurn(mix, turn);
      if (kind === "log") return baseStream(kind, nth % loggers, loggers);
      const unit = order === undefined ? nth % units : (order[nth % order.length] ?? 0);
      return baseStream(kind, unit, loggers);
    },
    unitOf: (stream) => (isLog(stream) ? stream : stream - loggers),
    topicOf: (unit, stream) => (isLog(stream) ? unit.logTopic : unit.stateTopic),
    payloadBytes: (stream) => textOf(stream).length,
    write(payload, stream, serial) {
      const marked = markedPayload(payload, textOf(stream));
      writeMark(marked, { step: stepOf(serial), slot: slotOf(serial) });
    },
    keepsLast: () => false,
    restMs: (stream) => (isLog(stream) ? undefined : stateRestMs(stateEveryMs)),
  };
}
