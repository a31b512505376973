import { Histogram } from "../../measure/histogram.ts";
import { type Envelope, readEnvelope } from "../../transport/envelope.ts";
import { type ReplayPlan, replayTopic } from "./replay-plan.ts";

/** What is known of one topic of all Units, at its end. */
export interface TopicOutcome {
  readonly name: string;
  readonly intended: number;
  /** Not sent: the socket or the window was full, or the session gone. */
  readonly unsent: number;
  readonly heard: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** Both sides of a replay: what each Unit sent on each topic, and what the far side heard of it. */
export class BothSides {
  readonly latency = new Histogram();
  readonly #plan: ReplayPlan;
  readonly #streams = new Map<string, number>();
  readonly #intended: Uint32Array;
  readonly #unsent: Uint32Array;
  readonly #heard: Uint32Array;
  readonly #envelope: Envelope = {
    run: 0,
    step: 0,
    slot: 0,
    stream: 0,
    sequence: 0,
    intendedAtMs: 0,
  };

  constructor(plan: ReplayPlan, runId: string) {
    const { topics, units } = plan;
    this.#plan = plan;
    this.#intended = new Uint32Array(units * topics.length);
    this.#unsent = new Uint32Array(units * topics.length);
    this.#heard = new Uint32Array(units * topics.length);
    for (let unit = 0; unit < units; unit++) {
      topics.forEach((topic, at) => {
        this.#streams.set(replayTopic(runId, unit, topic), unit * topics.length + at);
      });
    }
  }

  /** Counts a send that is due; gives its place in its stream. */
  intend(unit: number, topic: number): number {
    const stream = this.streamOf(unit, topic);
    this.#intended[stream] = (this.#intended[stream] ?? 0) + 1;
    return (this.#intended[stream] ?? 1) - 1;
  }

  fail(unit: number, topic: number): void {
    const stream = this.streamOf(unit, topic);
    this.#unsent[stream] = (this.#unsent[stream] ?? 0) + 1;
  }

  hear(topic: string, buffer: Buffer, start: number, end: number, nowMs: number): void {
    const stream = this.#streams.get(topic);
    if (stream === undefined) return;
    this.#heard[stream] = (this.#heard[stream] ?? 0) + 1;
    if (!readEnvelope(buffer, start, end, this.#envelope)) return;
    this.latency.record(nowMs - this.#envelope.intendedAtMs);
  }

  streamOf(unit: number, topic: number): number {
    return unit * this.#plan.topics.length + topic;
  }

  /** Messages sent that nobody has heard yet. */
  get missing(): number {
    return this.outcomes().reduce((sum, { lost }) => sum + lost, 0);
  }

  outcomes(): TopicOutcome[] {
    return this.#plan.topics.map(({ name }, topic) => {
      const sum = { name, intended: 0, unsent: 0, heard: 0, lost: 0, duplicated: 0 };
      for (let unit = 0; unit < this.#plan.units; unit++) {
        const stream = this.streamOf(unit, topic);
        const intended = this.#intended[stream] ?? 0;
        const unsent = this.#unsent[stream] ?? 0;
        const heard = this.#heard[stream] ?? 0;
        sum.intended += intended;
        sum.unsent += unsent;
        sum.heard += heard;
        sum.lost += Math.max(0, intended - unsent - heard);
        sum.duplicated += Math.max(0, heard - intended + unsent);
      }
      return sum;
    });
  }
}
