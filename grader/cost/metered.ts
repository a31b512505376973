import type { UnitCost } from "../contracts/cost.ts";
import { RENEWAL_SEC, vectorOf } from "./vector.ts";

/** Messages of one Unit as a meter counts them, a second. */
export interface MeteredRates {
  /** On its nodes. */
  readonly node: number;
  readonly base: number;
  readonly stored: number;
}

export interface MeteredUnit {
  readonly mean: MeteredRates;
  readonly p95: MeteredRates;
  readonly bytesPerSec: number;
  readonly topics: number;
}

/** What no meter can see of a Unit, from its profile or assumed. */
export interface Unmetered {
  /** Units that each message of its nodes is delivered to. */
  readonly fanOut: number;
  /** API requests a second; undefined leaves the renewals of its own topics. */
  readonly api: number | undefined;
  /** Records stored of each message, where nothing counted them; undefined takes the default pipe. */
  readonly storedRatio: number | undefined;
}

/** Base commands each Unit subscribes to, and base topics it sends on. */
const COMMANDS = 4;
const BASE_TOPICS = 2;

/** The default DataPipe takes a record of a node each five seconds. */
const DEFAULT_PER_NODE = 0.2;

export function meteredCost(unit: MeteredUnit, { fanOut, api, storedRatio }: Unmetered): UnitCost {
  const requests = api ?? (unit.topics + COMMANDS) / RENEWAL_SEC;
  const nodes = Math.max(1, unit.topics - BASE_TOPICS);
  const storedOf = ({ node, stored }: MeteredRates) =>
    unit.mean.stored > 0
      ? stored
      : storedRatio === undefined
        ? Math.min(node, DEFAULT_PER_NODE * nodes)
        : node * storedRatio;
  const costOf = (rates: MeteredRates) =>
    vectorOf((axis) => {
      switch (axis) {
        case "link":
          return 1;
        case "relay":
          return rates.node * fanOut;
        case "store":
          return storedOf(rates);
        case "base":
          return rates.base;
        case "api":
          return requests;
        default:
          return axis satisfies never;
      }
    });
  const { node } = unit.mean;
  const kept = node === 0 ? 0 : Math.min(1, storedOf(unit.mean) / node);
  return {
    mean: costOf(unit.mean),
    p95: costOf(unit.p95),
    bytesPerSec: unit.bytesPerSec,
    storedBytesPerSec: unit.bytesPerSec * kept,
  };
}
