import type { Settings } from "../config.ts";
import type { DoctorContext } from "../doctor/check.ts";
import { CHECKS } from "../doctor/checks.ts";
import { Diagnosis } from "../doctor/diagnosis.ts";
import { examine } from "../doctor/examine.ts";
import { renderDiagnosis } from "../doctor/render.ts";
import { DoctorTarget } from "../doctor/target/doctor-target.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { LOADSTONE_VERSION } from "../run/environment.ts";
import type { World } from "../world.ts";
import { gate, manifestDirectory, sizeOf } from "./grade.ts";
import { newRunId } from "./run-id.ts";

const DEFAULT_UNITS = 1000;

/** `loadstone doctor`: says whether this machine and a target are fit for a run, and what to do. */
export async function doctor(
  world: World,
  settings: Settings,
  flags: { readonly json?: boolean },
): Promise<number> {
  const startedAt = new Date(world.clock.wall()).toISOString();
  await using target = openTarget(world, settings);
  const units = settings.units ?? settings.maxUnits ?? DEFAULT_UNITS;
  const context: DoctorContext = {
    world,
    settings,
    units,
    ...(target === undefined ? {} : { target }),
  };
  const { checks, exitCode } = await examine(CHECKS, context);
  const diagnosis = Diagnosis.parse({
    schema: "loadstone/doctor/1",
    loadstoneVersion: LOADSTONE_VERSION,
    at: startedAt,
    target: (settings.broker ?? settings.instance)?.replace(/\/\/.*@/, "//") ?? null,
    units,
    works: exitCode === EXIT.ok,
    exitCode,
    checks,
  } satisfies Diagnosis);
  if (flags.json === true) world.out(`${JSON.stringify(diagnosis, null, 2)}\n`);
  else world.out(renderDiagnosis(diagnosis, sizeOf(world).color));
  return exitCode;
}

function openTarget(world: World, settings: Settings): DoctorTarget | undefined {
  const { broker, instance } = settings;
  if (broker === undefined && instance === undefined) return undefined;
  if (broker !== undefined && instance !== undefined) {
    throw new LoadstoneError("CONFIG_INVALID", "name one target: --instance URL or --broker URL");
  }
  return new DoctorTarget({
    kind: broker === undefined ? "instance" : "broker",
    world,
    gate: () => gate(world, settings),
    runId: newRunId(world.clock.wall()),
    manifestDir: manifestDirectory(settings),
    repositoryUrl: settings.repository,
  });
}
