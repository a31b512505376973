import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Histogram } from "./histogram.ts";
import { Ledger } from "./ledger.ts";
import { mergeSegments, pendingOf, type Segment, segmentValue } from "./segment.ts";

const DEADLINE_MS = 100;
const STREAMS = 3;

/** What may happen to a ledger; slots are named by how many slots ago they were opened. */
const happening = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("send"), stream: fc.nat(STREAMS - 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unsent") }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("arrive"), ago: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("arrive"), ago: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fail"), ago: fc.nat(8) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("pass"), ms: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("segment") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("silence") }) },
);
type Happening = Partial<{ kind: string; stream: number; ago: number; ms: number }>;
const happenings = fc.array(happening, { maxLength: 120, size: "max" });

/** One slot as a model without any bound remembers it. */
interface ModelSlot {
  readonly segment: number;
  readonly stream: number;
  readonly intendedAtMs: number;
  readonly sentAtMs: number;
  end: "sent" | "done" | "failed" | "unsent";
  overtaken: boolean;
  givenUp: boolean;
  doneAtMs: number;
  duplicates: number;
  reordered: boolean;
  /** Answered later than `graceMs` after its deadline. */
  folded: boolean;
}

const isLate = (slot: ModelSlot) => slot.doneAtMs - slot.intendedAtMs > DEADLINE_MS;

/** Every slot for ever, and each figure computed from the slots when asked for. */
class Model {
  readonly slots: ModelSlot[] = [];
  arrivals: number[] = [0];
  segment = 0;
  expiredBeforeMs = -Infinity;
  readonly #graceMs: number;

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  open(end: "sent" | "unsent", stream: number, nowMs: number, intendedAtMs: number): void {
    this.slots.push({
      segment: this.segment,
      stream,
      intendedAtMs,
      sentAtMs: nowMs,
      end,
      overtaken: false,
      givenUp: false,
      doneAtMs: 0,
      duplicates: 0,
      reordered: false,
      folded: false,
    });
  }

  arrive(at: number, nowMs: number): void {
    const slot = this.slots[at];
    if (slot === undefined) return;
    if (slot.end === "done") slot.duplicates++;
    if (slot.end !== "sent") return;
    slot.folded = this.#isFolded(slot);
    slot.reordered = slot.overtaken || slot.givenUp;
    slot.end = "done";
    slot.doneAtMs = nowMs;
    this.arrivals[this.segment] = (this.arrivals[this.segment] ?? 0) + 1;
    if (slot.reordered || slot.folded) return;
    for (const older of this.slots.slice(0, at)) {
      if (older.stream === slot.stream && older.end === "sent") older.overtaken = true;
    }
  }

  fail(at: number): void {
    const slot = this.slots[at];
    if (slot?.end === "sent") slot.end = "failed";
  }

  silence(): void {
    for (const slot of this.slots) if (slot.end === "sent") slot.givenUp = true;
  }

  #isFolded = ({ intendedAtMs }: ModelSlot): boolean =>
    intendedAtMs < this.expiredBeforeMs - this.#graceMs;

  counts(segment: number) {
    const slots = this.slots.filter((slot) => slot.segment === segment);
    const latency = new Histogram();
    const service = new Histogram();
    for (const { end, intendedAtMs, sentAtMs, doneAtMs, folded } of slots) {
      if (end !== "done") continue;
      latency.record(doneAtMs - intendedAtMs);
      service.record(doneAtMs - (folded ? intendedAtMs : sentAtMs));
    }
    const count = (is: (slot: ModelSlot) => boolean) => slots.filter(is).length;
    const isOver = (slot: ModelSlot) => slot.intendedAtMs < this.expiredBeforeMs;
    const isLost = (slot: ModelSlot) =>
      slot.end === "sent" && (slot.givenUp || (slot.overtaken && isOver(slot)));
    return {
      slots: slots.length,
      sent: count(({ end }) => end !== "unsent"),
      good: count((slot) => slot.end === "done" && !isLate(slot)),
      late: count((slot) => slot.end === "done" && isLate(slot)),
      lateAfterFold: count(({ folded }) => folded),
      lost: count(isLost),
      failed: count(({ end }) => end === "failed"),
      unsent: count(({ end }) => end === "unsent"),
      duplicated: slots.reduce((sum, { duplicates }) => sum + duplicates, 0),
      reordered: count((slot) => slot.end === "done" && slot.reordered),
      arrivals: this.arrivals[segment],
      latency: latency.toValue(),
      service: service.toValue(),
    };
  }
}

/** The same happenings to a ledger and to the model; `check` runs after each. */
function play(
  what: readonly Happening[],
  options: { readonly graceMs: number; readonly rememberedSlots?: number },
  check: (ledger: Ledger, segments: readonly Segment[]) => void = () => {},
) {
  const ledger = new Ledger(DEADLINE_MS, STREAMS, options);
  const model = new Model(options.graceMs);
  const segments = [ledger.beginSegment(true, 0, 0)];
  let nowMs = 1000;
  for (const { kind, stream = 0, ago = 0, ms = 0 } of what) {
    const at = model.slots.length - 1 - ago;
    const slot = model.slots[at];
    if (kind === "send" || kind === "unsent") {
      const opened = ledger.due(nowMs);
      model.open(kind === "send" ? "sent" : "unsent", stream, nowMs + 3, nowMs);
      if (kind === "send") ledger.sent(opened, nowMs + 3, stream);
      else ledger.unsent(opened, "back-pressure");
    } else if (kind === "arrive" && slot !== undefined && slot.end !== "unsent") {
      model.arrive(at, nowMs);
      ledger.arrivedInOrder(at, slot.stream, nowMs, slot.intendedAtMs);
    } else if (kind === "fail" && slot !== undefined) {
      model.fail(at);
      ledger.failed(at, "damaged", slot.stream);
    } else if (kind === "pass") {
      nowMs += ms;
      model.expiredBeforeMs = nowMs - DEADLINE_MS;
      ledger.expire(nowMs);
    } else if (kind === "segment") {
      const [last] = segments.slice(-1);
      if (last !== undefined) ledger.endSegment(last, nowMs);
      segments.push(ledger.beginSegment(true, nowMs, 0));
      model.segment++;
      model.arrivals.push(0);
    } else if (kind === "silence") {
      model.silence();
      ledger.loseAllInFlight();
    }
    check(ledger, segments);
  }
  return { ledger, segments, model };
}

test("folding or not, a segment counts what keeping every slot would count", () => {
  const graces = fc.constantFrom(0, 50, 300, Infinity);
  fc.assert(
    fc.property(happenings, graces, (what, graceMs) => {
      const { segments, model } = play(what, { graceMs });
      for (const [at, segment] of segments.entries()) {
        expect(segmentValue(segment)).toMatchObject(model.counts(at));
      }
    }),
    { numRuns: 400 },
  );
});

test("every slot ends in one place, at every moment, whatever is remembered", () => {
  const remembered = fc.constantFrom(4, 16, 2 ** 20);
  fc.assert(
    fc.property(happenings, fc.constantFrom(0, 100), remembered, (what, graceMs, slots) => {
      play(what, { graceMs, rememberedSlots: slots }, (ledger, segments) => {
        const { intended, sent, good, late, lost, failed, unsent } = ledger.totals;
        const all = mergeSegments(segments.map((segment) => segmentValue(segment)));
        expect(all).toMatchObject({ slots: intended, sent, good, late, lost, failed, unsent });
        expect(good + late + lost + failed + unsent + ledger.inFlight).toBe(intended);
        expect(pendingOf(all)).toBe(ledger.inFlight);
        for (const segment of segments) {
          expect(Math.min(segment.lost, pendingOf(segmentValue(segment)))).toBeGreaterThanOrEqual(
            0,
          );
        }
      });
    }),
    { numRuns: 60 },
  );
});
