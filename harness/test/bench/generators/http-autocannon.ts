/** autocannon, closed loop and no rate set: its rate limiter and its omission correction are wrong. */
import { createRequire } from "node:module";
import { HTTP_PATH, HTTP_TOKEN } from "../http-peers.ts";
import type { Facts } from "../schema.ts";
import { type Asked, beginPart, printFacts } from "./measured.ts";

/** The part of it that is used here. */
type Autocannon = (options: {
  readonly url: string;
  readonly connections: number;
  readonly amount: number;
  readonly headers: Readonly<Record<string, string>>;
}) => Promise<{ readonly "2xx": number }>;

// It is CommonJS and its published types lag behind it.
const autocannon = createRequire(import.meta.url)("autocannon") as Autocannon;

async function http(asked: Asked): Promise<Facts> {
  const url = `http://127.0.0.1:${asked.number("port")}${HTTP_PATH}`;
  const connections = asked.number("connections");
  const headers = { "x-auth-token": HTTP_TOKEN };
  const ask = (amount: number) => autocannon({ url, connections, amount, headers });
  await ask(Math.max(connections, asked.number("warm")));
  const end = beginPart();
  const { "2xx": answered } = await ask(asked.number("messages"));
  return { ...end(), messages: answered };
}

await printFacts({ http });
