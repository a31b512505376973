import type { TargetName, WorkName } from "./schema.ts";

export const CONNECTIONS = 100;
/** Large enough for the envelope our messages carry; the same with all clients. */
export const PAYLOAD_BYTES = 64;
/** Handshakes a client may have under way; below the backlog of any target. */
const PARALLEL = 64;
const WARM_SHARE = 0.1;
const QUICK_MESSAGES = 2000;
const LEAST_TURNS = 4;

export type WorkKind = "qos0" | "qos1" | "open" | "e2e" | "idle" | "http" | "meter";

/** Settings of a generator, handed over as `key=value`. */
export type Settings = Readonly<Record<string, number>>;

export interface Work {
  readonly name: WorkName;
  readonly kind: WorkKind;
  readonly targets: readonly TargetName[];
  readonly settings: Settings;
}

export interface Scale {
  /** Just enough to see that everything runs. */
  readonly quick: boolean;
  /** Overrides the messages of the works that have no rate. */
  readonly messages?: number | undefined;
}

const BOTH: readonly TargetName[] = ["sink", "mosquitto"];

export function workOf(name: WorkName, scale: Scale): Work {
  switch (name) {
    case "qos0-single":
      return { name, kind: "qos0", targets: BOTH, settings: flood(200_000, { batch: 1 }, scale) };
    case "qos0-batch64":
      return {
        name,
        kind: "qos0",
        targets: BOTH,
        settings: flood(600_000, { batch: 64 }, scale),
      };
    case "qos1-window1":
      return { name, kind: "qos1", targets: BOTH, settings: flood(100_000, { window: 1 }, scale) };
    case "qos1-window20":
      return { name, kind: "qos1", targets: BOTH, settings: flood(200_000, { window: 20 }, scale) };
    case "e2e-20000":
      return { name, kind: "e2e", targets: ["mosquitto"], settings: paced(20_000, scale) };
    case "open-20000":
      return { name, kind: "open", targets: ["sink"], settings: paced(20_000, scale) };
    case "open-50000":
      return { name, kind: "open", targets: ["sink"], settings: paced(50_000, scale) };
    case "idle-1000":
      return { name, kind: "idle", targets: BOTH, settings: idle(1000, scale) };
    case "idle-5000":
      return { name, kind: "idle", targets: BOTH, settings: idle(5000, scale) };
    case "idle-10000":
      return { name, kind: "idle", targets: BOTH, settings: idle(10_000, scale) };
    case "connect-10000":
      return { name, kind: "idle", targets: BOTH, settings: { ...idle(10_000, scale), holdMs: 0 } };
    case "http":
      return { name, kind: "http", targets: ["sink"], settings: flood(60_000, {}, scale) };
    case "meter":
      return { name, kind: "meter", targets: ["sink"], settings: flood(400_000, {}, scale) };
    default:
      return name satisfies never;
  }
}

/** As fast as it goes. Warming up ends at a turn over all connections, and so must the rest. */
function flood(usual: number, shape: Settings, { quick, messages }: Scale): Settings {
  const turn = CONNECTIONS * (shape["batch"] ?? shape["window"] ?? 1);
  const counted = Math.max(messages ?? (quick ? QUICK_MESSAGES : usual), LEAST_TURNS * turn);
  const warm = Math.ceil(counted * WARM_SHARE);
  return { ...shape, connections: CONNECTIONS, messages: counted, warm };
}

function paced(perSec: number, { quick }: Scale): Settings {
  const rate = quick ? perSec / 10 : perSec;
  return { connections: CONNECTIONS, rate, warmMs: quick ? 100 : 500, seconds: quick ? 1 : 5 };
}

function idle(connections: number, { quick }: Scale): Settings {
  return {
    connections: quick ? connections / 50 : connections,
    parallel: PARALLEL,
    holdMs: quick ? 200 : 3000,
  };
}
