/** How many states and logs there are in a row of base messages. */
export interface BaseMix {
  readonly states: number;
  readonly logs: number;
}

export const stateShare = ({ states, logs }: BaseMix): number => states / (states + logs);

/** Logs among the first so many messages of a schedule: they lie as evenly as whole numbers can. */
const logsBefore = ({ states, logs }: BaseMix, turn: number): number =>
  Math.floor((turn * logs) / (states + logs));

/** What the message at a place of a schedule is, and which of its kind. */
export interface BaseTurn {
  readonly kind: "state" | "log";
  /** From 0, in the order of the schedule. */
  readonly nth: number;
}

export function baseTurn(mix: BaseMix, turn: number): BaseTurn {
  const logs = logsBefore(mix, turn);
  if (logsBefore(mix, turn + 1) > logs) return { kind: "log", nth: logs };
  return { kind: "state", nth: turn - logs };
}
