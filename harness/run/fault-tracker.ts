import type { FaultResult } from "#grader/contracts/fixed-run.ts";
import type { FaultProgress, SessionCounts } from "../axes/session-control.ts";
import type { Fault } from "../scenario/run-schema.ts";

/** What a fault's course is read from, a few times a second. Times count from the first send. */
export interface FaultLook {
  readonly atMs: number;
  /** Messages found late, lost, failed or unsent since the last look. */
  readonly bad: number;
  readonly sessions: SessionCounts;
  readonly progress: readonly FaultProgress[];
}

type Observed = Omit<FaultResult, "verdict">;

/** So long without a bad message, and everybody back: it is over. */
const CALM_MS = 2000;

/** Follows each planned fault from its beginning until all is well again. Knows no clock. */
export class FaultTracker {
  readonly #courses: FaultCourse[];

  constructor(faults: readonly Fault[]) {
    this.#courses = faults.map((fault, number) => new FaultCourse(fault, number));
  }

  /** The fault was begun; a restart by somebody else begins when its first session closes. */
  begin(number: number, atMs: number, sessions: SessionCounts): void {
    this.#courses[number]?.begin(atMs, sessions);
  }

  look(look: FaultLook): void {
    for (const course of this.#courses) course.look(look);
  }

  /** What is going on now, for a display. */
  get present(): string | null {
    const open = this.#courses.filter(({ isOpen }) => isOpen);
    return open.length === 0 ? null : open.map(({ kind }) => kind).join(", ");
  }

  results(endMs: number): Observed[] {
    return this.#courses.map((course) => course.result(endMs));
  }
}

class FaultCourse {
  readonly kind: Fault["kind"];
  readonly #fault: Fault;
  readonly #number: number;
  #armed = false;
  #beganAtMs: number | undefined;
  #settled = false;
  #before: SessionCounts | undefined;
  #now: SessionCounts | undefined;
  #progress: FaultProgress | undefined;
  #lastLookMs = 0;
  #lastBadMs: number | undefined;
  #reconnectedMs: number | undefined;
  #disturbed = 0;

  constructor(fault: Fault, number: number) {
    this.kind = fault.kind;
    this.#fault = fault;
    this.#number = number;
  }

  get isOpen(): boolean {
    return this.#armed && !this.#settled;
  }

  begin(atMs: number, sessions: SessionCounts): void {
    this.#armed = true;
    this.#before = sessions;
    this.#lastLookMs = atMs;
    if (this.kind !== "broker-restart") this.#beganAtMs = atMs;
  }

  look({ atMs, bad, sessions, progress }: FaultLook): void {
    if (!this.isOpen) return;
    this.#progress = progress.find(({ number }) => number === this.#number) ?? this.#progress;
    const seen = (this.#progress?.observed ?? 0) > 0;
    if (this.#beganAtMs === undefined) {
      // Between the last look and this one: the earlier is the safer end.
      if (!seen) {
        this.#lastLookMs = atMs;
        return;
      }
      this.#beganAtMs = this.#lastLookMs;
    }
    this.#lastLookMs = atMs;
    this.#now = sessions;
    this.#disturbed += bad;
    if (bad > 0) this.#lastBadMs = atMs;
    const allBack = sessions.away === 0 && this.#progress?.isOver === true;
    if (!allBack) this.#reconnectedMs = undefined;
    else this.#reconnectedMs ??= atMs;
    this.#settled = allBack && atMs - this.#troubleMs() >= CALM_MS;
  }

  /** When the last sign of trouble was seen. */
  #troubleMs(): number {
    return Math.max(this.#lastBadMs ?? 0, this.#reconnectedMs ?? Infinity);
  }

  result(endMs: number): Observed {
    const began = this.#beganAtMs;
    const since = (atMs: number | undefined) =>
      atMs === undefined || began === undefined ? null : Math.max(0, Math.round(atMs - began));
    const calm = this.#settled || endMs - (this.#lastBadMs ?? -Infinity) >= CALM_MS / 2;
    const isBack = this.#reconnectedMs !== undefined;
    return {
      kind: this.kind,
      plannedAtMs: this.#fault.at,
      beganAtMs: began === undefined ? null : Math.round(began),
      planned: this.#progress?.planned ?? 0,
      observed: this.#progress?.observed ?? 0,
      closes: difference(this.#before?.closes, this.#now?.closes),
      connectErrors: difference(this.#before?.connectErrors, this.#now?.connectErrors),
      disturbed: this.#disturbed,
      reconnectedMs: since(this.#reconnectedMs),
      recoveredMs: calm && isBack ? since(this.#lastBadMs ?? this.#reconnectedMs) : null,
      withinMs: this.#fault.within,
    };
  }
}

type Classes = Readonly<Record<string, number>>;

function difference(before: Classes = {}, now: Classes = {}): Record<string, number> {
  const since = Object.entries(now).map(([name, times]) => [name, times - (before[name] ?? 0)]);
  return Object.fromEntries(since.filter(([, times]) => Number(times) > 0)) as Record<
    string,
    number
  >;
}
