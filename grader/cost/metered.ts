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
}

/** Base commands each Unit subscribes to. */
const COMMANDS = 4;

export function meteredCost(unit: MeteredUnit, { fanOut, api }: Unmetered): UnitCost {
  const requests = api ?? (unit.topics + COMMANDS) / RENEWAL_SEC;
  const costOf = (rates: MeteredRates) =>
    vectorOf((axis) => {
      switch (axis) {
        case "link":
          return 1;
        case "relay":
          return rates.node * fanOut;
        case "store":
          return rates.stored;
        case "base":
          return rates.base;
        case "api":
          return requests;
        default:
          return axis satisfies never;
      }
    });
  const { node, stored } = unit.mean;
  const storedRatio = node === 0 ? 0 : Math.min(1, stored / node);
  return {
    mean: costOf(unit.mean),
    p95: costOf(unit.p95),
    bytesPerSec: unit.bytesPerSec,
    storedBytesPerSec: unit.bytesPerSec * storedRatio,
  };
}
