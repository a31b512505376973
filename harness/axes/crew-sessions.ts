import type { Crew } from "./crew.ts";
import type {
  FaultOrder,
  FaultProgress,
  KeepPlan,
  SessionControl,
  SessionCounts,
} from "./session-control.ts";

/** The sessions of a crew's Units, as they were when a second was taken last. */
export class CrewSessions implements SessionControl {
  readonly #crew: Crew;

  constructor(crew: Crew) {
    this.#crew = crew;
  }

  /** A thread that fails meanwhile is told of by the step it drives. */
  keep(plan: KeepPlan, signal: AbortSignal): void {
    this.#crew.keep(plan, signal).catch(() => undefined);
  }

  begin(order: FaultOrder): void {
    this.#crew.disturb(order).catch(() => undefined);
  }

  counts(): SessionCounts {
    return sumSessions(this.#crew.sessions);
  }

  progress(): readonly FaultProgress[] {
    return sumFaults(this.#crew.faults);
  }
}

/** The sessions of several threads together. */
export function sumSessions(parts: readonly SessionCounts[]): SessionCounts {
  const sum = (key: "away" | "closedByTarget" | "closedByPlan" | "reconnects") =>
    parts.reduce((all, part) => all + part[key], 0);
  return {
    away: sum("away"),
    closedByTarget: sum("closedByTarget"),
    closedByPlan: sum("closedByPlan"),
    closes: sumClasses(parts.map(({ closes }) => closes)),
    reconnects: sum("reconnects"),
    connectErrors: sumClasses(parts.map(({ connectErrors }) => connectErrors)),
  };
}

/** Faults as all threads see them; one that has no Unit in it has no say when it is over. */
export function sumFaults(parts: readonly FaultProgress[]): FaultProgress[] {
  const numbers = [...new Set(parts.map(({ number }) => number))];
  return numbers.map((number) => {
    const ofFault = parts.filter((part) => part.number === number);
    const touched = ofFault.filter(({ planned }) => planned > 0);
    return {
      number,
      planned: ofFault.reduce((all, { planned }) => all + planned, 0),
      observed: ofFault.reduce((all, { observed }) => all + observed, 0),
      isOver: touched.every(({ isOver }) => isOver),
    };
  });
}

function sumClasses(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, count] of Object.entries(part)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}
