import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from "@clickhouse/client";
import { afterAll, beforeAll, beforeEach } from "vitest";

/** A server to check, and who may ask it. */
export interface ServerAddress {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  close(): Promise<void>;
}

/** The server during a suite: a database of its own and an empty table `m` for each test. */
export class ServerUnderTest {
  readonly database = `suite_${randomUUID().replaceAll("-", "")}`;
  readonly #clients: ClickHouseClient[] = [];
  #address: ServerAddress | undefined;
  #client: ClickHouseClient | undefined;

  constructor(open: () => Promise<ServerAddress>) {
    beforeAll(async () => {
      this.#address = await open();
      const query = `CREATE DATABASE ${this.database}`;
      await this.connect({ database: "default" }).command({ query });
      this.#client = this.connect();
    });
    afterAll(async () => {
      await this.client.command({ query: `DROP DATABASE ${this.database}` });
      await Promise.all(this.#clients.map((client) => client.close()));
      await this.#address?.close();
    });
    beforeEach(async () => {
      await this.client.command({ query: "DROP TABLE IF EXISTS m" });
      await this.client.command({
        query: `CREATE TABLE m (run String, wave UInt32, at DateTime64(3) DEFAULT 0, value Float64)
          ENGINE = MergeTree ORDER BY (run, wave)
          SETTINGS non_replicated_deduplication_window = 1000`,
      });
    });
  }

  get address(): ServerAddress {
    if (this.#address === undefined) throw new Error("The server is not open yet");
    return this.#address;
  }

  get client(): ClickHouseClient {
    if (this.#client === undefined) throw new Error("The server is not open yet");
    return this.#client;
  }

  /** Another client, closed with the suite. */
  connect(options: ClickHouseClientConfigOptions = {}): ClickHouseClient {
    const { url, username, password } = this.address;
    const { database } = this;
    const log = { level: ClickHouseLogLevel.OFF };
    const client = createClient({ url, username, password, database, log, ...options });
    this.#clients.push(client);
    return client;
  }

  async rows(query: string, client = this.client): Promise<readonly unknown[]> {
    return (await client.query({ query, format: "JSONEachRow" })).json();
  }

  /** The one value of a query that gives one. */
  async value(query: string): Promise<unknown> {
    return Object.values(Object((await this.rows(query))[0]))[0];
  }

  async count(table: string): Promise<number> {
    return Number(await this.value(`SELECT count() FROM ${table}`));
  }
}

/** Rows for table `m`. */
export const manyRows = (length: number) =>
  Array.from({ length }, (_, i) => ({
    run: `r${i % 10}`,
    wave: i,
    at: 1_704_067_200_000 + i,
    value: i / 3,
  }));

export async function textOf(stream: Readable): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString("utf8");
}
