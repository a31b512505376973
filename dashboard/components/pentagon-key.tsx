import type { GradeRow } from "#harness/store/rows.ts";
import { ago } from "../lib/time-words.ts";

interface PentagonKeyProps {
  readonly previous: GradeRow | undefined;
  readonly nowMs: number;
}

/** What the lines of the pentagon mean. */
export function PentagonKey({ previous, nowMs }: PentagonKeyProps) {
  return (
    <figcaption className="key">
      <span>
        <svg width="22" height="10" aria-hidden="true">
          <line className="key-now" x1="1" x2="21" y1="5" y2="5" />
        </svg>
        this grade
      </span>
      <span>
        <svg width="22" height="10" aria-hidden="true">
          <rect className="key-band" width="22" height="10" rx="2" />
        </svg>
        95 % interval
      </span>
      {previous === undefined ? null : (
        <span>
          <svg width="22" height="10" aria-hidden="true">
            <line className="key-previous" x1="1" x2="21" y1="5" y2="5" />
          </svg>
          grade before, {ago(previous.atMs, nowMs)}
        </span>
      )}
      <span>
        <svg width="12" height="12" aria-hidden="true">
          <circle className="key-policy" cx="6" cy="6" r="4.5" />
        </svg>
        a configured limit
      </span>
      <span className="muted">rings: Units a letter needs</span>
    </figcaption>
  );
}
