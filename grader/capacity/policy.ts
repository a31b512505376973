import type { AxisFlag } from "../contracts/capacity.ts";
import { badCount, type Trial } from "../contracts/trial.ts";
import type { SearchResult } from "./step.ts";

/** A limit that somebody set, told by the answers of those who keep it. */
interface Limiter {
  /** As people know it; begins a clause. */
  readonly name: string;
  /** Misses of a window that are its doing. */
  readonly missesIn: (trial: Trial) => number;
}

const counts =
  (...classes: readonly string[]) =>
  ({ errorClasses }: Trial): number =>
    classes.reduce((sum, name) => sum + (errorClasses[name] ?? 0), 0);

/** PU_MQTT_MAX_CLIENTS, and what the broker may count that is not ours: services and other Units. */
const MOST_CLIENTS = 10_000;
const NOT_OURS = 100;

const LIMITERS: readonly Limiter[] = [
  { name: "the proxy's request limit (HTTP 429)", missesIn: counts("http-429") },
  { name: "a quota of the broker (CONNACK 0x97)", missesIn: counts("connack-151") },
  { name: "the broker's connect rate (CONNACK 0x9F)", missesIn: counts("connack-159") },
  {
    name: "the broker's max_connections (10,000 by default)",
    missesIn: (trial) => (isFull(trial) ? counts("closed-by-broker", "reset")(trial) : 0),
  },
];

/** So many are in as a broker of the default limit takes, and it turns the others away. */
const isFull = ({ axis, good }: Trial): boolean =>
  axis === "link" && good <= MOST_CLIENTS && good >= MOST_CLIENTS - NOT_OURS;

/** At this share of the misses, the limit is what stopped the waves. */
const MOSTLY = 0.5;

/** The same answer, said to be a limit's where one stopped the waves and not what the target can do. */
export function withPolicy<Result extends SearchResult>(
  result: Result,
  trials: readonly Trial[],
): Result {
  if (result.limitedBy !== "resource") return result;
  const broken = trials.filter(({ verdict, phase }) => verdict === "bad" && phase !== "drain");
  const misses = broken.reduce((sum, trial) => sum + badCount(trial), 0);
  for (const { name, missesIn } of LIMITERS) {
    const its = broken.reduce((sum, trial) => sum + missesIn(trial), 0);
    if (misses === 0 || its < MOSTLY * misses) continue;
    const flags: readonly AxisFlag[] = [...result.flags, "policy-limited"];
    const reason = `${result.reason} It was stopped by ${name}: ${its} of ${misses} misses.`;
    return { ...result, limitedBy: "policy", flags, reason };
  }
  return result;
}
