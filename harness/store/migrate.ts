import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { z } from "zod";
import { type ClickHouseAccess, connect } from "./clickhouse-client.ts";
import { StoreError } from "./error.ts";

/** One numbered file of `migrations/`. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly string[];
}

const FOLDER = join(import.meta.dirname, "migrations");

/** The migrations of this version, in order. */
export async function readMigrations(folder: string = FOLDER): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => parseMigration(name, await readFile(join(folder, name), "utf8"))),
  );
}

/** Line endings do not count: a checkout on Windows is the same migration. */
export function parseMigration(name: string, source: string): Migration {
  const sql = source.replaceAll("\r\n", "\n");
  const statements = sql
    .replaceAll(/^\s*--.*$/gm, "")
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
  const checksum = createHash("sha256").update(sql).digest("hex");
  return { number: Number(name.slice(0, 4)), name, checksum, statements };
}

/**
 * Brings the database to this version. Safe to run from several processes at once, and again after
 * a start that was cut short: every statement is "IF NOT EXISTS".
 */
export async function migrate(
  access: ClickHouseAccess,
  migrations?: readonly Migration[],
): Promise<void> {
  await createDatabase(access);
  const { client, database, toStoreError } = connect(access);
  try {
    await client.command({ query: MIGRATIONS_TABLE });
    const pending = selectPending(
      migrations ?? (await readMigrations()),
      await readApplied(client),
      database,
    );
    for (const migration of pending) await apply(client, migration);
  } catch (cause) {
    throw toStoreError(cause);
  } finally {
    await client.close();
  }
}

/** Migrations not yet applied. One that was applied and has changed since is an error. */
export function selectPending(
  migrations: readonly Migration[],
  applied: ReadonlyMap<number, string>,
  database: string,
): readonly Migration[] {
  return migrations.filter(({ number, name, checksum }) => {
    const known = applied.get(number);
    if (known === undefined) return true;
    if (known === checksum) return false;
    const message = `Migration ${name} differs from the one applied to database ${database}.`;
    throw new StoreError("MIGRATION_CHANGED", message);
  });
}

const MIGRATIONS_TABLE = `
  CREATE TABLE IF NOT EXISTS migrations
  (number UInt32, name String, checksum String, appliedAt DateTime('UTC') DEFAULT now())
  ENGINE = ReplacingMergeTree ORDER BY number`;

const Applied = z.array(z.object({ number: z.int(), checksum: z.string() }));

async function readApplied(client: ClickHouseClient): Promise<ReadonlyMap<number, string>> {
  const answer = await client.query({
    query: "SELECT number, checksum FROM migrations FINAL",
    format: "JSONEachRow",
  });
  const rows = Applied.parse(await answer.json());
  return new Map(rows.map(({ number, checksum }) => [number, checksum]));
}

async function apply(client: ClickHouseClient, migration: Migration): Promise<void> {
  const { number, name, checksum } = migration;
  for (const query of migration.statements) await client.command({ query });
  await client.insert({
    table: "migrations",
    values: [{ number, name, checksum }],
    format: "JSONEachRow",
    clickhouse_settings: { async_insert: 0 },
  });
}

const DatabaseCount = z.array(z.object({ found: z.int() }));

/** Asks before creating: a user of a shared server may own a database and not be allowed to make one. */
async function createDatabase(access: ClickHouseAccess): Promise<void> {
  const { client, toStoreError } = connect(access, { database: "default" });
  const name = access.database ?? "loadstone";
  try {
    const answer = await client.query({
      query: "SELECT count() AS found FROM system.databases WHERE name = {name: String}",
      query_params: { name },
      format: "JSONEachRow",
    });
    const [count] = DatabaseCount.parse(await answer.json());
    if (count?.found === 1) return;
    await client.command({
      query: "CREATE DATABASE IF NOT EXISTS {name: Identifier}",
      query_params: { name },
    });
  } catch (cause) {
    throw toStoreError(cause);
  } finally {
    await client.close();
  }
}
