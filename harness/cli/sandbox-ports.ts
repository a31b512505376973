import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { freePort } from "./dashboard.ts";

const Ports = z.object({ http: z.int(), mqtt: z.int() });
export type Ports = z.infer<typeof Ports>;

const HOST = "127.0.0.1";
const fileIn = (state: string): string => join(state, "ports.json");

/**
 * The ports this sandbox had last time, where they are still free: what a killed run left there is
 * then found again by its address.
 */
export async function rememberedPorts(state: string): Promise<Ports> {
  const text = await readFile(fileIn(state), "utf8").catch(() => "{}");
  const parsed = Ports.safeParse(JSON.parse(text));
  if (!parsed.success) return { http: 0, mqtt: 0 };
  return { http: await portOrAny(parsed.data.http), mqtt: await portOrAny(parsed.data.mqtt) };
}

export async function rememberPorts(state: string, ports: Ports): Promise<void> {
  await mkdir(state, { recursive: true, mode: 0o700 });
  await writeFile(fileIn(state), JSON.stringify(ports));
}

const portOrAny = (port: number): Promise<number> => freePort({ host: HOST, port }).catch(() => 0);
