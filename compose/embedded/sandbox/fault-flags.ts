import type { ServiceFaults } from "./capacity/model.ts";
import { COLD, DRIFT, HYSTERESIS, PAUSES } from "./capacity/scenarios.ts";
import { optional, type Parsed, parseNumber } from "./flag-values.ts";

/** What is wrong with the servers, one flag each. */
export const FAULT_FLAGS = {
  cold: { type: "string" },
  pauses: { type: "string" },
  drift: { type: "string" },
  hysteresis: { type: "string" },
  policer: { type: "boolean", default: false },
  shaper: { type: "boolean", default: false },
  "dies-at-overload": { type: "string" },
} as const;

interface FaultTexts {
  readonly cold?: string | undefined;
  readonly pauses?: string | undefined;
  readonly drift?: string | undefined;
  readonly hysteresis?: string | undefined;
  readonly policer: boolean;
  readonly shaper: boolean;
  readonly "dies-at-overload"?: string | undefined;
}

const MAX_DRIFT_PERCENT = 50;
const MAX_SEC = 3600;

const share = (flag: string) => (text: string) => parseNumber(flag, text, 0.01, 1);
const seconds = (flag: string) => (text: string) => parseNumber(flag, text, 0.1, MAX_SEC);
const percent = (flag: string) => (text: string) => parseNumber(flag, text, 0, MAX_DRIFT_PERCENT);

/** The number in a flag that is right, if it was given. */
const given = (read: Parsed<number | undefined>): number | undefined =>
  "value" in read ? read.value : undefined;

/** Reads the faults; all that is wrong with them is told together. */
export function parseFaults(texts: FaultTexts): Parsed<ServiceFaults> {
  const { policer, shaper } = texts;
  const read = {
    cold: optional(texts.cold, share("--cold")),
    pauses: optional(texts.pauses, seconds("--pauses")),
    drift: optional(texts.drift, percent("--drift")),
    hysteresis: optional(texts.hysteresis, share("--hysteresis")),
    dies: optional(texts["dies-at-overload"], seconds("--dies-at-overload")),
  };
  const problems = Object.values(read).flatMap((each) => ("problems" in each ? each.problems : []));
  if (policer && shaper) problems.push("--policer and --shaper exclude each other");
  if (problems.length > 0) return { problems };
  const cold = given(read.cold);
  const pauses = given(read.pauses);
  const drift = given(read.drift);
  const hysteresis = given(read.hysteresis);
  const dies = given(read.dies);
  return {
    value: {
      ...(cold === undefined ? {} : { cold: { ...COLD, ratio: cold } }),
      ...(pauses === undefined ? {} : { pauses: { ...PAUSES, everyMs: pauses * 1000 } }),
      ...(drift === undefined ? {} : { drift: { ...DRIFT, ratio: drift / 100 } }),
      ...(hysteresis === undefined ? {} : { hysteresis: { ...HYSTERESIS, ratio: hysteresis } }),
      ...(policer ? { gate: "policer" } : {}),
      ...(shaper ? { gate: "shaper" } : {}),
      ...(dies === undefined ? {} : { diesAtMs: dies * 1000 }),
    },
  };
}
