import type { Command } from "../platform/instance.ts";
import { contentOf, unitTarget } from "../platform/target.ts";
import { commandTopic } from "../platform/topics.ts";
import type { Database } from "../state/database.ts";
import type { UnitRow } from "../state/rows.ts";
import type { RelayBroker } from "./broker.ts";

const COMMAND_TOPICS = {
  Update: "update/pepeunit",
  EnvUpdate: "env_update/pepeunit",
  SchemaUpdate: "schema_update/pepeunit",
  LogSync: "log_sync/pepeunit",
} as const satisfies Record<Command, string>;

/** Publishes a command of the backend, unless the unit's repository does not know it. */
export function publishCommand(
  broker: RelayBroker,
  { db, domain }: { readonly db: Database; readonly domain: string },
  unit: UnitRow,
  command: Command,
): void {
  const name = COMMAND_TOPICS[command];
  const repo = db.repos.get(unit.repo_uuid);
  if (!repo || !contentOf(db, repo).schema.input_base_topic.includes(name)) return;
  const version = command === "Update" ? { PU_COMMIT_VERSION: unitTarget(db, unit).commit } : {};
  broker.publishOwn(
    commandTopic(domain, unit.uuid, name),
    JSON.stringify({ COMMAND: command, ...version }),
  );
}
