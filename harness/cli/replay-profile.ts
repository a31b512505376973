import type { Settings } from "../config.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { sessionOn } from "../observe/observed-target.ts";
import { replay, type ReplayOutcome } from "../observe/replay/replay.ts";
import { planReplay } from "../observe/replay/replay-plan.ts";
import { loadObjectives, SCENARIO_DIRECTORY } from "../scenario/load.ts";
import { loadProfile } from "../scenario/profile-load.ts";
import { flagOf } from "../setting-problems.ts";
import { readBrokerAccess } from "../target/broker-access.ts";
import type { World } from "../world.ts";
import { CONNECT_RATE, gate } from "./grade.ts";
import { columns } from "./profile-words.ts";
import { newRunId } from "./run-id.ts";

export interface ReplayFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const DEFAULT_UNITS = 10;
const DEFAULT_MS = 60_000;
/** Said by other flags of `run`, which a profile says itself. */
const MISFITS = ["load", "pace", "rampFrom", "rampSteps", "replay"] as const;

/** `loadstone run --profile FILE --units N`: what so many Units of a profile would send. */
export async function replayProfile(
  world: World,
  settings: Settings,
  named: string,
  flags: ReplayFlags,
): Promise<number> {
  for (const name of MISFITS) {
    if (settings[name] === undefined) continue;
    throw new LoadstoneError("CONFIG_INVALID", `${flagOf(name)} does not go with --profile`, {
      hint: "the profile says what is sent; give --units and --speed",
    });
  }
  const plan = planReplay({
    profile: await loadProfile(named),
    units: settings.units ?? DEFAULT_UNITS,
    durationMs: settings.duration ?? DEFAULT_MS,
    speed: settings.speed ?? 1,
    seed: settings.seed ?? 1,
  });
  const target = await gate(world, settings);
  if (target.kind !== "broker") {
    throw new LoadstoneError("CONFIG_INVALID", "a profile is replayed on a broker", {
      hint: "name it with --broker URL",
    });
  }
  const access = await readBrokerAccess(world.env);
  const options = {
    plan,
    runId: newRunId(world.clock.wall()),
    session: sessionOn(target, access),
    connectsPerSec: settings.connectRate ?? CONNECT_RATE.broker,
    clock: world.clock,
    say: flags.quiet === true ? () => undefined : world.warn,
  };
  const outcome = await replay(options, world.signal);
  const verdict = await judge(settings, outcome, world.signal);
  if (flags.json === true) world.out(`${JSON.stringify({ ...outcome, ...verdict }, null, 2)}\n`);
  else world.out(`${lines(outcome, verdict.reason).join("\n")}\n`);
  return verdict.exitCode;
}

/** A generator this late, or with so much unsent, measured itself. */
const MOST_LATENESS_MS = 50;
const MOST_UNSENT = 0.01;

async function judge(settings: Settings, outcome: ReplayOutcome, signal: AbortSignal) {
  const objectives = await loadObjectives(
    settings.objectives ?? new URL("objectives.yaml", SCENARIO_DIRECTORY),
  );
  const objective = objectives.find(({ axis }) => axis === "relay");
  const sum = (name: "intended" | "unsent" | "lost") =>
    outcome.topics.reduce((all, topic) => all + topic[name], 0);
  const intended = Math.max(1, sum("intended"));
  const lostRatio = sum("lost") / intended;
  const { latencyMs, latenessP99Ms } = outcome;
  if (signal.aborted) return { exitCode: EXIT.interrupted, reason: "interrupted" };
  if (latenessP99Ms > MOST_LATENESS_MS || sum("unsent") / intended > MOST_UNSENT) {
    const reason = `the generator was the limit: late by ${latenessP99Ms.toFixed(1)} ms (p99), ${sum("unsent")} unsent`;
    return { exitCode: EXIT.invalidRun, reason };
  }
  const { maxLostRatio = 0, deadlineMs = Infinity } = objective ?? {};
  const isLate = latencyMs !== null && latencyMs.p99 > deadlineMs;
  if (lostRatio <= maxLostRatio && !isLate) return { exitCode: EXIT.ok, reason: "all in time" };
  const reason = `${sum("lost")} lost, p99 ${latencyMs?.p99 ?? "unknown"} ms against ${deadlineMs} ms`;
  return { exitCode: EXIT.objectiveFailed, reason };
}

function lines(
  { topics, latencyMs, latenessP99Ms, seconds }: ReplayOutcome,
  reason: string,
): string[] {
  const rows = topics.map(({ name, intended, unsent, heard, lost, duplicated }) => [
    name,
    ...[intended, unsent, heard, lost, duplicated].map(String),
    (intended / seconds).toFixed(2),
  ]);
  const head = ["topic", "intended", "unsent", "heard", "lost", "twice", "a second"];
  const latency =
    latencyMs === null
      ? "latency not seen: no message had room for an envelope"
      : `latency p50 ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms of ${latencyMs.count} messages that carried an envelope`;
  return [
    reason,
    "",
    ...columns([head, ...rows]),
    "",
    `${latency}; sent late by ${latenessP99Ms.toFixed(2)} ms (p99)`,
  ];
}
