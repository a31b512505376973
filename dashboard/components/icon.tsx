import type { Tone } from "../lib/standing.ts";

const SHAPES: Readonly<Record<Tone, string>> = {
  good: "M3.5 8.5 6.5 11.5 12.5 5",
  bad: "M4.5 4.5 11.5 11.5 M11.5 4.5 4.5 11.5",
  warn: "M8 3.5 V9 M8 12 V12.4",
  busy: "M3 8 H5.5 L7 4.5 L9.2 11.5 L10.7 8 H13",
  idle: "M4.5 8 H11.5",
};

/** The sign of a tone. The word beside it says the same, so it is hidden from screen readers. */
export function Icon({ tone }: { readonly tone: Tone }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={SHAPES[tone]} />
    </svg>
  );
}
