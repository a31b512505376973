import { RAYS } from "#grader/contracts/axis.ts";
import { ABSENT, count, figure, load } from "#reports/render/format.ts";
import { generatorLight } from "../lib/generator-light.ts";
import type { LiveData } from "../lib/live.ts";
import { clock } from "../lib/time-words.ts";
import { Badge } from "./badge.tsx";
import { Facts } from "./facts.tsx";

interface LiveBarProps {
  readonly data: LiveData;
  readonly deadlineMs: number | undefined;
}

/** Deadline assumed for the generator's light while the plan names none: the strictest axis'. */
const STRICTEST_DEADLINE_MS = 250;

/** Where the run stands, in one row. */
export function LiveBar({ data, deadlineMs }: LiveBarProps) {
  const { standing, points, windows, estimates, nowMs, startedAtMs } = data;
  const last = points.at(-1);
  const estimate = estimates.find((one) => one.axis === last?.axis) ?? estimates.at(-1);
  const failed = points.reduce((sum, point) => sum + point.errors, 0);
  const light = generatorLight(last?.health ?? null, deadlineMs ?? STRICTEST_DEADLINE_MS);
  return (
    <div className="live-bar">
      <Facts
        facts={[
          { name: "State", value: <Badge {...standing} /> },
          {
            name: "Axis",
            value: last === undefined ? ABSENT : RAYS[last.axis].title,
            hint: last?.phase ?? "",
          },
          {
            name: "Window",
            value: `#${windows.length === 0 ? 0 : (windows.at(-1)?.index ?? 0) + 1}`,
            hint: `${windows.length} closed`,
          },
          {
            name: "Elapsed",
            value: clock(nowMs - startedAtMs),
            hint: estimate === undefined ? "" : `at most ${clock(estimate.remainingMs)} left`,
          },
          {
            name: "Units",
            value: estimate === undefined ? ABSENT : count(estimate.unitsConnected),
            hint: "connected",
          },
          {
            name: "Offered",
            value: last === undefined ? ABSENT : `${count(last.intended)}/s`,
            hint: last === undefined ? "" : `load ${load(last.load, last.axis)}`,
          },
          {
            name: "Delivered",
            value: last === undefined ? ABSENT : `${count(last.delivered)}/s`,
            hint: last === undefined ? "" : `${figure(last.late + last.lost)} late or lost`,
          },
          { name: "Errors", value: count(failed), hint: "last 10 min" },
        ]}
      />
      <div className="light" data-tone={light.tone}>
        <Badge tone={light.tone} word={light.words} />
        <ul>
          {light.gauges.map(({ label, value, limit, within }) => (
            <li key={label} data-within={within} title={limit}>
              {label} <b>{value}</b>
              <span className="sr-only">, {limit}</span>
              {within ? null : <span> {limit}</span>}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
