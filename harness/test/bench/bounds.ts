import {
  type ClientName,
  type MeasuredRow,
  type Ratio,
  type Row,
  TARGET_NAMES,
  type TargetName,
  type WorkName,
} from "./schema.ts";

type Measure = Ratio["measure"];

/** What our row must come to, against another client's in the same run or a fixed limit. */
interface Bound {
  readonly work: WorkName;
  readonly to: ClientName | { readonly limit: number };
  readonly bound: number;
  readonly of?: ClientName;
  /** CPU a message unless said. */
  readonly measure?: Measure;
  readonly target?: TargetName;
  readonly direction?: Ratio["direction"];
  readonly stretch?: boolean;
}

const BOUNDS: readonly Bound[] = [
  { work: "qos0-single", to: "raw-c", bound: 1.3 },
  { work: "qos0-single", to: "mqtt.js", bound: 0.6 },
  { work: "qos0-single", to: "emqtt-bench", bound: 0.45 },
  { work: "qos0-single", to: "raw-c", bound: 1.15, stretch: true },
  { work: "qos0-batch64", target: "sink", to: "mqtt.js", bound: 0.08 },
  { work: "qos0-batch64", target: "sink", to: "raw-c", bound: 2, stretch: true },
  { work: "qos1-window1", to: "raw-c", bound: 1.25 },
  { work: "qos1-window1", to: "mqtt.js", bound: 0.45 },
  { work: "qos1-window20", target: "sink", to: "mqtt.js", bound: 0.05 },
  { work: "qos1-window20", target: "mosquitto", to: "mqtt.js", bound: 0.6 },
  { work: "qos1-window20", target: "mosquitto", to: "raw-c", bound: 1 },
  {
    work: "qos1-window20",
    target: "mosquitto",
    of: "loadstone-collect",
    to: "raw-c",
    bound: 0.7,
    stretch: true,
  },
  { work: "e2e-20000", to: "mqtt.js", bound: 0.65 },
  { work: "e2e-20000", to: "emqtt-bench", bound: 0.5 },
  { work: "e2e-20000", to: "mqtt.js", bound: 0.45, stretch: true },
  { work: "idle-10000", measure: "rssKbPerConnection", to: { limit: 5.2 }, bound: 1 },
  { work: "idle-10000", measure: "rssKbPerConnection", to: "mqtt.js", bound: 0.4 },
  { work: "idle-10000", measure: "rssKbPerConnection", to: { limit: 3 }, bound: 1, stretch: true },
  {
    work: "connect-10000",
    measure: "connectPerSec",
    to: "mqtt.js",
    bound: 2,
    direction: "atLeast",
  },
  {
    work: "connect-10000",
    measure: "connectPerSec",
    to: "raw-c",
    bound: 0.5,
    direction: "atLeast",
    stretch: true,
  },
  { work: "open-20000", measure: "sendErrorP99Ms", to: { limit: 0.5 }, bound: 1 },
  { work: "open-20000", measure: "cpuRatio", to: { limit: 0.35 }, bound: 1 },
  { work: "open-20000", measure: "sendErrorP99Ms", to: { limit: 0.3 }, bound: 1, stretch: true },
  { work: "open-50000", measure: "sendErrorP99Ms", to: { limit: 1 }, bound: 1 },
  { work: "open-50000", measure: "cpuRatio", to: { limit: 0.55 }, bound: 1 },
  { work: "open-50000", measure: "sendErrorP99Ms", to: { limit: 0.5 }, bound: 1, stretch: true },
  { work: "http", to: "autocannon", bound: 0.7 },
  { work: "http", to: "wrk", bound: 1.1, stretch: true },
];

/** Every bound on a work that `rows` hold our figure of, met, missed or undecided. */
export function ratiosOf(rows: readonly Row[], quick: boolean): Ratio[] {
  const measured = rows.filter((row) => "rounds" in row);
  return BOUNDS.flatMap((bound) =>
    TARGET_NAMES.filter((target) => bound.target === undefined || bound.target === target).flatMap(
      (target) => ratioOf(measured, bound, target, quick) ?? [],
    ),
  );
}

function ratioOf(
  rows: readonly MeasuredRow[],
  bound: Bound,
  target: TargetName,
  quick: boolean,
): Ratio | undefined {
  const { work, measure = "cpuSecPerMillion", of = "loadstone", direction = "atMost" } = bound;
  const rowOf = (client: ClientName) =>
    rows.find((row) => row.work === work && row.target === target && row.client === client);
  const value = rowOf(of)?.[measure];
  if (value === undefined) return undefined;
  const reference = typeof bound.to === "string" ? rowOf(bound.to)?.[measure] : bound.to.limit;
  const compared = typeof bound.to === "string" ? [of, bound.to] : [of];
  const unfair = measure !== "sendErrorP99Ms" && compared.some((c) => rowOf(c)?.heldRate === false);
  const ratio = reference === undefined || reference === 0 ? undefined : value / reference;
  return {
    work,
    target,
    of,
    to: typeof bound.to === "string" ? bound.to : "limit",
    measure,
    value,
    ...(reference === undefined ? {} : { reference }),
    ...(ratio === undefined ? {} : { ratio: Number(ratio.toPrecision(3)) }),
    bound: bound.bound,
    direction,
    stretch: bound.stretch ?? false,
    meets: quick || unfair || ratio === undefined ? null : meets(ratio, bound.bound, direction),
  };
}

const meets = (ratio: number, bound: number, direction: Ratio["direction"]): boolean =>
  direction === "atMost" ? ratio <= bound : ratio >= bound;
