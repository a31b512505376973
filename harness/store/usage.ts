import type { RepoUsage, UnitMinuteRow, UnitUsage, UsageSum } from "./rows.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const USAGE_WINDOWS = ["month", "week", "day", "hour"] as const;
export type UsageWindow = (typeof USAGE_WINDOWS)[number];

/** Each window's length, and the grain of the table it is summed from. */
const LENGTHS: Readonly<Record<UsageWindow, { lengthMs: number; grainMs: number }>> = {
  month: { lengthMs: 30 * DAY_MS, grainMs: DAY_MS },
  week: { lengthMs: 7 * DAY_MS, grainMs: HOUR_MS },
  day: { lengthMs: DAY_MS, grainMs: HOUR_MS },
  hour: { lengthMs: HOUR_MS, grainMs: MINUTE_MS },
};

/**
 * Where a window starts. Rounded down to its grain: a rollup bucket cannot be cut, so the window
 * grows by part of one and the average is taken over its true span.
 */
export function windowStartMs(window: UsageWindow, nowMs: number): number {
  const { lengthMs, grainMs } = LENGTHS[window];
  return Math.floor((nowMs - lengthMs) / grainMs) * grainMs;
}

/** One window's sums of one Unit, as the database or `sumMinutes` gives them. */
export interface UsagePart {
  readonly repo: string;
  readonly unit: string;
  readonly window: UsageWindow;
  readonly messages: number;
  readonly bytes: number;
  readonly stored: number;
}

/** Joins the windows of each Unit; a window without traffic is zero, not missing. */
export function joinUsage(parts: Iterable<UsagePart>, nowMs: number): UnitUsage[] {
  const usages = new Map<string, UnitUsage>();
  for (const { repo, unit, window, messages, bytes, stored } of parts) {
    const key = JSON.stringify([repo, unit]);
    const usage = usages.get(key) ?? { repo, unit, ...emptyWindows(nowMs) };
    usages.set(key, { ...usage, [window]: { ...usage[window], messages, bytes, stored } });
  }
  return [...usages.values()].sort(
    (a, b) => compareText(a.repo, b.repo) || compareText(a.unit, b.unit),
  );
}

/** One window's sums of one Repo. */
export type RepoPart = Omit<UsagePart, "unit"> & { readonly units: number };

/** Joins the windows of each Repo. */
export function joinRepoUsage(parts: Iterable<RepoPart>, nowMs: number): RepoUsage[] {
  const usages = new Map<string, RepoUsage>();
  for (const { repo, units, window, messages, bytes, stored } of parts) {
    const usage = usages.get(repo) ?? { repo, units: 0, ...emptyWindows(nowMs) };
    usages.set(repo, {
      ...usage,
      units: Math.max(usage.units, units),
      [window]: { ...usage[window], messages, bytes, stored },
    });
  }
  return [...usages.values()].sort((a, b) => compareText(a.repo, b.repo));
}

/** Sums the Units of each Repo. */
export function* sumUnits(parts: Iterable<UsagePart>): Generator<RepoPart> {
  const sums = new Map<string, RepoPart>();
  for (const { repo, window, messages, bytes, stored } of parts) {
    const key = JSON.stringify([repo, window]);
    const sum = sums.get(key) ?? { units: 0, messages: 0, bytes: 0, stored: 0 };
    sums.set(key, {
      repo,
      window,
      units: sum.units + 1,
      messages: sum.messages + messages,
      bytes: sum.bytes + bytes,
      stored: sum.stored + stored,
    });
  }
  yield* sums.values();
}

/** What the rollup tables answer, worked out from the minutes themselves. */
export function* sumMinutes(rows: readonly UnitMinuteRow[], nowMs: number): Generator<UsagePart> {
  for (const window of USAGE_WINDOWS) {
    const parts = new Map<string, UsagePart>();
    for (const { repo, unit, atMs, messages, bytes, stored } of rows) {
      if (atMs < windowStartMs(window, nowMs) || atMs > nowMs) continue;
      const key = JSON.stringify([repo, unit]);
      const sum = parts.get(key) ?? { messages: 0, bytes: 0, stored: 0 };
      parts.set(key, {
        repo,
        unit,
        window,
        messages: sum.messages + messages,
        bytes: sum.bytes + bytes,
        stored: sum.stored + stored,
      });
    }
    yield* parts.values();
  }
}

function emptyWindows(nowMs: number): Record<UsageWindow, UsageSum> {
  const empty = (window: UsageWindow): UsageSum => ({
    spanMs: nowMs - windowStartMs(window, nowMs),
    messages: 0,
    bytes: 0,
    stored: 0,
  });
  return { month: empty("month"), week: empty("week"), day: empty("day"), hour: empty("hour") };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
