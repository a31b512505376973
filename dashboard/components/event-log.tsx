import { RAYS } from "#grader/contracts/axis.ts";
import type { LiveEvent } from "../lib/live.ts";
import { clock } from "../lib/time-words.ts";
import { Icon } from "./icon.tsx";

const TONES = { info: "idle", warning: "warn", error: "bad" } as const;

interface EventLogProps {
  readonly events: readonly LiveEvent[];
  readonly startedAtMs: number;
  readonly label: string;
}

/** The run's log; times count from its start. */
export function EventLog({ events, startedAtMs, label }: EventLogProps) {
  if (events.length === 0) return <p className="muted">Nothing was logged yet.</p>;
  return (
    <div className="log" role="region" aria-label={label} tabIndex={0}>
      <ol>
        {events.map(({ atMs, kind, severity, axis, message }) => (
          <li key={`${atMs} ${kind} ${message}`} data-severity={severity}>
            <time dateTime={`PT${Math.max(0, Math.round((atMs - startedAtMs) / 1000))}S`}>
              {clock(atMs - startedAtMs)}
            </time>
            <Icon tone={TONES[severity]} />
            <span>
              {severity === "info" ? null : <span className="sr-only">{severity}: </span>}
              <b>{axis === null ? kind : `${RAYS[axis].title} ${kind}`}</b> {message}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
