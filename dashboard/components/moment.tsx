"use client";

import { timestamp } from "#reports/render/format.ts";
import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** A moment in the reader's own time once scripts run, in UTC before; UTC stays on hover. */
export function Moment({ atMs }: { readonly atMs: number }) {
  const text = useSyncExternalStore(
    never,
    () => localTimestamp(atMs),
    () => timestamp(atMs),
  );
  return (
    <time className="moment" dateTime={new Date(atMs).toISOString()} title={timestamp(atMs)}>
      {text}
    </time>
  );
}

/** Same form and nearly the same width as the UTC one, so that nothing moves. */
function localTimestamp(atMs: number): string {
  const aheadMin = -new Date(atMs).getTimezoneOffset();
  if (aheadMin === 0) return timestamp(atMs);
  const sign = aheadMin < 0 ? "−" : "+";
  const hours = Math.abs(aheadMin) / 60;
  return `${timestamp(atMs + aheadMin * 60_000).replace(" UTC", "")} ${sign}${hours}`;
}
