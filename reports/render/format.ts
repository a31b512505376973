/** How figures are written for people. Every renderer and the dashboard take them from here. */
import { type RayId, RAYS } from "#grader/contracts/axis.ts";
import type { Capacity } from "#grader/contracts/capacity.ts";
import { count, figure } from "#grader/contracts/figure.ts";

export { count, figure, THIN_SPACE } from "#grader/contracts/figure.ts";

/** What stands where a figure is not known. */
export const ABSENT = "—";

/** A figure with its unit: `1 900 Units`. */
export function quantity(value: number | null | undefined, unit: string): string {
  return value === null || value === undefined ? ABSENT : `${figure(value)} ${unit}`;
}

/** A load or capacity in the axis' unit. */
export function load(value: number | null | undefined, axis: RayId): string {
  return quantity(value, RAYS[axis].unit);
}

/** A measured rate: whole above 100, so that a small shortfall stays visible. */
export function rate(perSec: number): string {
  return `${perSec >= 100 ? count(perSec) : figure(perSec)}/s`;
}

/** A capacity as it may be claimed: `≥ 4 100 msg/s` when nothing broke. */
export function capacityText(capacity: Capacity | null, axis: RayId): string {
  if (capacity === null) return ABSENT;
  const atLeast = capacity.high === null ? "≥ " : "";
  return `${atLeast}${load(capacity.value, axis)}`;
}

/** A 95 % interval: `1 760–2 050`, or `≥ 1 760` without an upper end. */
export function interval(low: number | null, high: number | null): string {
  if (low === null) return ABSENT;
  return high === null ? `≥ ${figure(low)}` : `${figure(low)}–${figure(high)}`;
}

/** A share of 0…1 in percent: `4.2 %`. What is not zero never reads as zero. */
export function percent(ratio: number): string {
  if (ratio > 0 && ratio < 0.00005) return "<0.01 %";
  const value = ratio * 100;
  const places = value >= 10 ? 0 : value >= 1 ? 1 : 2;
  const digits = value.toFixed(places);
  return `${places === 0 ? digits : digits.replace(/\.?0+$/, "")} %`;
}

/** A latency or delay: `0.42 ms`, `143 ms`, `1.2 s`. */
export function latency(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return ABSENT;
  return ms < 1000 ? `${figure(ms)} ms` : `${figure(ms / 1000)} s`;
}

/** A span of time as people say it: `8 s`, `2 min 10 s`, `1 h 05 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** Bytes in binary steps: `84 MiB`. */
export function bytes(value: number): string {
  const steps = ["B", "KiB", "MiB", "GiB", "TiB"];
  const step = value < 1 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log2(value) / 10));
  return `${figure(value / 1024 ** step)} ${steps[step] ?? "B"}`;
}

/** Unix epoch milliseconds as `2026-11-23 14:05 UTC`. */
export function timestamp(epochMs: number): string {
  const minutes = Math.floor(epochMs / 60_000);
  const { year, month, day } = civilDate(Math.floor(minutes / 1440));
  const hour = Math.floor(minutes / 60) % 24;
  return `${year}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minutes % 60)} UTC`;
}

/**
 * The Gregorian date of a day counted from 1970-01-01 (H. Hinnant, "chrono-compatible low-level
 * date algorithms"): years run from March, so that the leap day comes last.
 */
function civilDate(epochDay: number): { year: number; month: number; day: number } {
  const shifted = epochDay + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
