import { z } from "zod";

/** What the dashboard must be told. Read on the server only; nothing of it reaches the browser. */
const Env = z.object({
  LOADSTONE_CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }),
  LOADSTONE_CLICKHOUSE_USER: z.string().default("default"),
  LOADSTONE_CLICKHOUSE_PASSWORD: z.string().default(""),
  LOADSTONE_CLICKHOUSE_DATABASE: z.string().min(1).default("loadstone"),
});

export interface StoreAddress {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly database: string;
}

export class EnvProblem extends Error {}

/** Where the store is, or a sentence saying which variable is wrong. */
export function readStoreAddress(env: Readonly<Record<string, string | undefined>>): StoreAddress {
  const parsed = Env.safeParse(env);
  if (!parsed.success) throw new EnvProblem(z.prettifyError(parsed.error));
  return {
    url: parsed.data.LOADSTONE_CLICKHOUSE_URL,
    username: parsed.data.LOADSTONE_CLICKHOUSE_USER,
    password: parsed.data.LOADSTONE_CLICKHOUSE_PASSWORD,
    database: parsed.data.LOADSTONE_CLICKHOUSE_DATABASE,
  };
}
