import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  compactJournal,
  type Journal,
  memoryJournal,
  openJournal,
  readJournal,
} from "./journal.ts";
import { type Change, type Rows, TABLES, type TableName } from "./rows.ts";
import { createTable, type Table } from "./table.ts";

type Tables = { readonly [T in TableName]: Table<Rows[T]> };

/** The state of the instance: tables to read, one way to write. */
export interface Database extends ReturnType<typeof createTables> {
  /** Writes all of the changes or none; what it returned from survives a kill. */
  commit(...changes: readonly Change[]): void;
  /** Writes for this process only: what devices tell all the time would fill the journal. */
  note(...changes: readonly Change[]): void;
  close(): void;
}

function createTables() {
  const tables: Tables = {
    users: createTable(),
    passwords: createTable(),
    registries: createTable(),
    repos: createTable(),
    units: createTable(),
    unitFiles: createTable(),
    nodes: createTable(),
    edges: createTable(),
    permissions: createTable(),
  };
  return {
    ...tables,
    usersByLogin: tables.users.indexBy((row) => row.login),
    registriesByUrl: tables.registries.indexBy((row) => row.repository_url),
    reposByName: tables.repos.indexBy((row) => row.name),
    reposByRegistry: tables.repos.indexBy((row) => row.repository_registry_uuid),
    unitsByName: tables.units.indexBy((row) => row.name),
    unitsByRepo: tables.units.indexBy((row) => row.repo_uuid),
    nodesByUnit: tables.nodes.indexBy((row) => row.unit_uuid),
    edgesByOutput: tables.edges.indexBy((row) => row.node_output_uuid),
    edgesByInput: tables.edges.indexBy((row) => row.node_input_uuid),
    permissionsByAgent: tables.permissions.indexBy((row) => row.agent_uuid),
    permissionsByResource: tables.permissions.indexBy((row) => row.resource_uuid),
  };
}

function apply<T extends TableName>(tables: Tables, change: Change<T>): void {
  const table: Table<Rows[T]> = tables[change.table];
  if ("put" in change) table.put(change.put);
  else table.drop(change.drop);
}

function* contents(tables: Tables): Generator<Change> {
  for (const name of Object.keys(TABLES) as TableName[]) {
    for (const row of tables[name].all()) yield { table: name, put: row } as Change; // row is of `name`
  }
}

/** Opens the state kept in a directory, or an empty one that lives in memory. */
export function openDatabase(dataDir?: string): Database {
  const tables = createTables();
  const journal = dataDir === undefined ? memoryJournal : replay(dataDir, tables);
  return {
    ...tables,
    commit(...changes) {
      journal.append(changes);
      for (const change of changes) apply(tables, change);
    },
    note(...changes) {
      for (const change of changes) apply(tables, change);
    },
    close: () => journal.close(),
  };
}

function replay(dataDir: string, tables: Tables): Journal {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "journal.jsonl");
  for (const changes of readJournal(path)) {
    for (const change of changes) apply(tables, change);
  }
  compactJournal(path, contents(tables));
  return openJournal(path);
}
