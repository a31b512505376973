import { randomUUID } from "node:crypto";
import { naiveIso } from "../clock.ts";
import { DEFAULT_PIPE } from "../data-pipe/config.ts";
import type { Database } from "../state/database.ts";
import type { Change, NodeRow, RepoRow, UnitRow } from "../state/rows.ts";
import { isMoreOpen } from "./access.ts";
import type { Features, Instance } from "./instance.ts";
import { isName } from "./names.ts";
import { existing, Refusal } from "./refusal.ts";
import { contentOf, repoTarget, unitTarget } from "./target.ts";
import { hasSuffix } from "./topics.ts";

/** What a unit can be given at its creation and changed to later. */
export type UnitSettings = Pick<
  UnitRow,
  | "visibility_level"
  | "name"
  | "is_auto_update_from_repo_unit"
  | "target_firmware_platform"
  | "repo_branch"
  | "repo_commit"
>;

const DEFAULT_MAX_CONNECTIONS = 10;

/** Refuses settings that break a rule; `old` is the unit that gets them, if there is one. */
function check(db: Database, repo: RepoRow, settings: UnitSettings, old?: UnitRow): void {
  const { name } = settings;
  if (!isName(name)) throw new Refusal("unit", "Name is not correct");
  if (name !== old?.name && db.unitsByName(name).length > 0) {
    throw new Refusal("unit", "Name is not unique");
  }
  if (isMoreOpen(settings.visibility_level, repo.visibility_level)) {
    throw new Refusal("unit", "Visibility level must not be more open than that of the repo");
  }
  repoTarget(db, repo);
  if (settings.is_auto_update_from_repo_unit) return;
  if (settings.repo_branch === null || settings.repo_commit === null) {
    throw new Refusal("unit", "Branch and commit are required without automatic update");
  }
  const { branch, commit } = contentOf(db, repo);
  if (settings.repo_branch !== branch || settings.repo_commit !== commit.commit) {
    throw new Refusal("git", "Branch or commit is not in the repository");
  }
}

/** Creates a unit and one node for each of its repository's topics. */
export function createUnit(
  { db, clock, features }: Instance,
  creatorUuid: string,
  repo: RepoRow,
  settings: UnitSettings,
): UnitRow {
  check(db, repo, settings);
  const now = naiveIso(clock.wallMs());
  const unit: UnitRow = {
    uuid: randomUUID(),
    ...settings,
    create_datetime: now,
    unit_state: null,
    current_commit_version: null,
    last_update_datetime: now,
    creator_uuid: creatorUuid,
    repo_uuid: repo.uuid,
    firmware_update_status: null,
    firmware_update_error: null,
    last_firmware_update_datetime: null,
  };
  const { schema } = contentOf(db, repo);
  const nodes = [
    ...schema.input_topic.map((topic) => newNode(unit, "Input", topic, features)),
    ...schema.output_topic.map((topic) => newNode(unit, "Output", topic, features)),
  ];
  db.commit(
    { table: "units", put: unit },
    ...nodes.map((put): Change<"nodes"> => ({ table: "nodes", put })),
  );
  return unit;
}

/** A node gets its default pipe without a word on the config stream: the service polls for it. */
function newNode(
  unit: UnitRow,
  type: NodeRow["type"],
  topicName: string,
  { dataPipe, defaultLastValue }: Features,
): NodeRow {
  const hasPipe = dataPipe && defaultLastValue && hasSuffix(topicName);
  return {
    uuid: randomUUID(),
    type,
    visibility_level: unit.visibility_level,
    is_rewritable_input: false,
    max_connections: DEFAULT_MAX_CONNECTIONS,
    topic_name: topicName,
    last_update_datetime: unit.create_datetime,
    is_data_pipe_active: hasPipe,
    data_pipe_yml: hasPipe ? JSON.stringify(DEFAULT_PIPE) : null,
    data_pipe_status: "Inactive",
    data_pipe_error: null,
    create_datetime: unit.create_datetime,
    state: null,
    unit_uuid: unit.uuid,
    creator_uuid: unit.creator_uuid,
  };
}

/** Changes a unit and tells it which version to run. */
export function patchUnit(
  instance: Instance,
  unit: UnitRow,
  change: Partial<UnitSettings>,
): UnitRow {
  const { db, clock } = instance;
  const now = naiveIso(clock.wallMs());
  const patched: UnitRow = {
    ...unit,
    ...change,
    firmware_update_status: "RequestSent",
    last_firmware_update_datetime: now,
    last_update_datetime: now,
  };
  check(db, existing(db.repos.get(unit.repo_uuid)), patched, unit);
  unitTarget(db, patched);
  db.commit({ table: "units", put: patched });
  instance.sendCommand(patched, "Update");
  return patched;
}

/** Removes a unit with all that hangs on it: nodes, edges, permissions, files, then its records. */
export async function deleteUnit({ db, records }: Instance, unit: UnitRow): Promise<void> {
  const nodes = db.nodesByUnit(unit.uuid);
  const edges = nodes.flatMap((node) => [
    ...db.edgesByOutput(node.uuid),
    ...db.edgesByInput(node.uuid),
  ]);
  const permissions = [
    ...db.permissionsByAgent(unit.uuid),
    ...[unit, ...nodes].flatMap(({ uuid }) => db.permissionsByResource(uuid)),
  ];
  db.commit(
    ...edges.map(({ uuid }): Change => ({ table: "edges", drop: uuid })),
    ...permissions.map(({ uuid }): Change => ({ table: "permissions", drop: uuid })),
    ...nodes.map(({ uuid }): Change => ({ table: "nodes", drop: uuid })),
    { table: "unitFiles", drop: unit.uuid },
    { table: "units", drop: unit.uuid },
  );
  const owners = nodes.map(({ uuid }) => uuid);
  for (const table of ["n_last_entry", "window_entry", "aggregation_entry"] as const) {
    await records.remove(table, owners);
  }
  await records.remove("unit_logs", [unit.uuid]);
}
