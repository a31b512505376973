import type { Station } from "./capacity/station.ts";
import { type Clock, naiveIso } from "./clock.ts";
import type { Instance } from "./platform/instance.ts";

/** The backend's hourly jobs. */
export type Job = "firmware" | "mirrors";

const HOUR_MS = 3_600_000;
/** Ten seconds after the full and after the half hour. */
const STARTS: readonly { readonly job: Job; readonly offsetMs: number }[] = [
  { job: "firmware", offsetMs: 10_000 },
  { job: "mirrors", offsetMs: HOUR_MS / 2 + 10_000 },
];

/** The first job that is due after a time. */
export function nextJob(afterWallMs: number): { readonly job: Job; readonly atMs: number } {
  const hour = Math.floor(afterWallMs / HOUR_MS) * HOUR_MS;
  const due = [hour, hour + HOUR_MS].flatMap((start) =>
    STARTS.map(({ job, offsetMs }) => ({ job, atMs: start + offsetMs })),
  );
  const next = due.find(({ atMs }) => atMs > afterWallMs);
  if (next === undefined) throw new Error("every hour has its jobs");
  return next;
}

export interface JobsOptions {
  readonly instance: Instance;
  readonly clock: Clock;
  /** Where the jobs take their time from. */
  readonly api: Station;
}

/** A mirror is cloned again while everything else waits. */
const MIRROR_COST = 10;

/** Runs the hourly jobs until it is stopped. */
export function startJobs(options: JobsOptions): () => void {
  const { clock } = options;
  let timer: NodeJS.Timeout | undefined;
  const aim = (after: number) => {
    const { job, atMs } = nextJob(after);
    timer = setTimeout(
      () => {
        runJob(job, options);
        aim(atMs);
      },
      Math.max(0, atMs - clock.wallMs()),
    ).unref();
  };
  aim(clock.wallMs());
  return () => clearTimeout(timer);
}

function runJob(job: Job, options: JobsOptions): void {
  if (job === "firmware") sendUpdates(options);
  else cloneMirrors(options);
}

/** Tells every unit that follows its repo to update, whether there is anything new or not. */
function sendUpdates({ instance, clock, api }: JobsOptions): void {
  const { db } = instance;
  for (const unit of db.units.all()) {
    const isAuto = db.repos.get(unit.repo_uuid)?.is_auto_update_repo === true;
    if (!isAuto || !unit.is_auto_update_from_repo_unit) continue;
    api.admit(() => {
      const known = db.units.get(unit.uuid);
      if (known === undefined) return;
      const last_firmware_update_datetime = naiveIso(clock.wallMs());
      const asked = {
        firmware_update_status: "RequestSent",
        last_firmware_update_datetime,
      } as const;
      db.note({ table: "units", put: { ...known, ...asked } });
      instance.sendCommand(known, "Update");
    });
  }
}

function cloneMirrors({ instance, clock, api }: JobsOptions): void {
  const { db } = instance;
  for (const { uuid } of db.registries.all()) {
    api.admit(() => {
      const registry = db.registries.get(uuid);
      const sync_last_datetime = naiveIso(clock.wallMs());
      if (registry) db.note({ table: "registries", put: { ...registry, sync_last_datetime } });
    }, MIRROR_COST);
  }
}
