import { readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AXIS_IDS } from "#grader/contracts/axis.ts";
import { parse as parseYaml } from "yaml";
import { BACK_OFFS } from "../axes/back-off.ts";
import type { Settings } from "../config.ts";
import { LoadstoneError } from "../errors.ts";
import { type FixedPlan, makeFixedPlan } from "../plan/fixed-plan.ts";
import type { Pace } from "../plan/pace.ts";
import {
  loadObjectives,
  loadRunScenario,
  loadScenario,
  SCENARIO_DIRECTORY,
} from "../scenario/load.ts";
import { loadRecording } from "../scenario/recording.ts";
import type { RunScenario } from "../scenario/run-schema.ts";
import type { Scenario } from "../scenario/schema.ts";
import type { Target } from "../scenario/target-gate.ts";
import { flagOf } from "../setting-problems.ts";
import type { World } from "../world.ts";
import { CONNECT_RATE, SHIPPED } from "./grade.ts";
import { workerRoom } from "./worker-room.ts";

/** A run scenario, or traffic alone that a run scenario is made of by default. */
interface Asked {
  readonly scenario: Omit<RunScenario, "faults"> & Partial<Pick<RunScenario, "faults">>;
  readonly traffic: Scenario;
  /** Where files named in the scenario lie. */
  readonly folder: string;
}

const DEFAULT_DURATION_MS = 60_000;

/** Everything a run will do, from its scenario and the settings over it; nothing is sent. */
export async function fixedPlanFor(
  world: World,
  settings: Settings,
  kind: Target["kind"],
  name: string,
): Promise<FixedPlan> {
  const { scenario, traffic, folder } = await find(name, kind, world.cwd);
  const objectives = await loadObjectives(
    settings.objectives ?? new URL("objectives.yaml", SCENARIO_DIRECTORY),
  );
  const objective = objectives.find(({ axis }) => axis === traffic.axis);
  if (objective === undefined) {
    throw new LoadstoneError("SCENARIO_INVALID", `there is no objective for ${traffic.axis}`);
  }
  const durationMs = settings.duration ?? scenario.duration ?? DEFAULT_DURATION_MS;
  const reconnect = settings.reconnect ?? scenario.reconnect;
  return makeFixedPlan({
    scenario: scenario.id,
    about: scenario.about,
    targetKind: kind,
    seed: settings.seed ?? 1,
    pace: await paceOf({ world, settings, scenario, traffic, folder, durationMs }),
    durationMs,
    units: settings.units ?? scenario.units,
    connectsPerSec: settings.connectRate ?? CONNECT_RATE[kind],
    room: workerRoom(settings),
    keepAliveSec: settings.keepAlive ?? scenario.keepAliveSec,
    reconnect: reconnect === "never" ? undefined : BACK_OFFS[reconnect],
    faults: scenario.faults ?? [],
    objective,
    traffic,
  });
}

async function find(name: string, kind: Target["kind"], cwd: string): Promise<Asked> {
  const file = /\.ya?ml$/.test(name) ? resolve(cwd, name) : await shippedFile(name, kind);
  const folder = dirname(file);
  if (await isTraffic(file)) return { ...asRun(await loadScenario(file)), folder };
  const scenario = await loadRunScenario(file);
  return { scenario, traffic: await trafficOf(scenario.traffic, kind, folder), folder };
}

/** Traffic alone: a run of it with nothing going wrong. */
function asRun(traffic: Scenario): Pick<Asked, "scenario" | "traffic"> {
  const { id, about } = traffic;
  const scenario = { id, about, traffic: id, keepAliveSec: 60, reconnect: "device" } as const;
  return { scenario, traffic };
}

async function trafficOf(name: string, kind: Target["kind"], folder: string): Promise<Scenario> {
  if (!/\.ya?ml$/.test(name)) return loadScenario(await shippedFile(name, kind));
  return loadScenario(isAbsolute(name) ? name : join(folder, name));
}

/** A file of the shipped scenarios by id; an axis means its traffic on this kind of target. */
async function shippedFile(name: string, kind: Target["kind"]): Promise<string> {
  const ids = (AXIS_IDS as readonly string[]).includes(name)
    ? SHIPPED[kind].filter((id) => id === name || id.startsWith(`${name}-`))
    : [name];
  for (const path of ids.flatMap((id) => [`faults/${id}.yaml`, `waves/${id}.yaml`])) {
    const file = fileURLToPath(new URL(path, SCENARIO_DIRECTORY));
    if (/^[a-z][a-z0-9-]*$/.test(basename(path, ".yaml")) && (await isReadable(file))) return file;
  }
  throw new LoadstoneError("SCENARIO_INVALID", `there is no scenario "${name}" for a ${kind}`, {
    hint: "give the path of a YAML file, or the id of one in scenarios/faults or scenarios/waves",
  });
}

const isReadable = (file: string): Promise<boolean> =>
  readFile(file).then(
    () => true,
    () => false,
  );

/** Told by its axis; what is wrong with either kind its own loader says. */
async function isTraffic(file: string): Promise<boolean> {
  const text = await readFile(file, "utf8").catch(() => "");
  try {
    const value: unknown = parseYaml(text);
    return typeof value === "object" && value !== null && "axis" in value;
  } catch {
    return false;
  }
}

interface PaceQuestion {
  readonly world: World;
  readonly settings: Settings;
  readonly scenario: Asked["scenario"];
  readonly traffic: Scenario;
  readonly folder: string;
  readonly durationMs: number;
}

/** Flags over the scenario's pace; a flag that does not fit the pace is refused, not ignored. */
async function paceOf(question: PaceQuestion): Promise<Pace> {
  const { settings, scenario, traffic, durationMs } = question;
  const kind = settings.pace ?? impliedKind(settings) ?? kindOf(scenario.pace, traffic);
  refuseMisfits(settings, kind);
  const given = typeof scenario.pace === "object" ? scenario.pace : undefined;
  const arrivals = "arrivals" in traffic ? traffic.arrivals : "constant";
  if (kind === "replay") return replayOf(question, arrivals);
  const perSec = settings.load ?? scenario.load ?? traffic.load.start;
  if (kind !== "ramp") return { kind: "steady", perSec, arrivals: kind };
  const fromPerSec = settings.rampFrom ?? (given?.kind === "ramp" ? given.from : 0);
  const steps = settings.rampSteps ?? (given?.kind === "ramp" ? given.steps : undefined);
  const line = {
    kind: "ramp",
    fromPerSec,
    toPerSec: perSec,
    overMs: durationMs,
    arrivals,
  } as const;
  return steps === undefined ? line : { ...line, steps };
}

type PaceKind = NonNullable<Settings["pace"]>;

function impliedKind({ rampFrom, rampSteps, replay }: Settings): PaceKind | undefined {
  if (replay !== undefined) return "replay";
  return rampFrom === undefined && rampSteps === undefined ? undefined : "ramp";
}

function kindOf(pace: RunScenario["pace"], traffic: Scenario): PaceKind {
  if (typeof pace === "object") return pace.kind;
  return pace ?? ("arrivals" in traffic ? traffic.arrivals : "constant");
}

const FITS: Readonly<Record<string, readonly PaceKind[]>> = {
  load: ["constant", "poisson", "ramp"],
  rampFrom: ["ramp"],
  rampSteps: ["ramp"],
  replay: ["replay"],
  speed: ["replay"],
};

function refuseMisfits(settings: Settings, kind: PaceKind): void {
  for (const [name, kinds] of Object.entries(FITS)) {
    if (settings[name as keyof Settings] === undefined || kinds.includes(kind)) continue;
    const what = `${flagOf(name)} does not go with the pace ${kind}`;
    throw new LoadstoneError("CONFIG_INVALID", what, { hint: `it goes with ${kinds.join(", ")}` });
  }
}

async function replayOf(
  { world, settings, scenario, folder }: PaceQuestion,
  arrivals: "constant" | "poisson",
): Promise<Pace> {
  const given =
    typeof scenario.pace === "object" && scenario.pace.kind === "replay"
      ? scenario.pace
      : undefined;
  const file =
    settings.replay === undefined
      ? given && resolve(folder, given.file)
      : resolve(world.cwd, settings.replay);
  if (file === undefined) {
    throw new LoadstoneError("CONFIG_INVALID", "the pace replay needs a recording", {
      hint: "name it with --replay FILE",
    });
  }
  const recording = await loadRecording(file);
  const speed = settings.speed ?? given?.speed ?? 1;
  return { kind: "replay", recording, speed, repeat: given?.repeat ?? true, arrivals };
}
