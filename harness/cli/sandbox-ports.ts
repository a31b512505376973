import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { freePort } from "./dashboard.ts";

const Ports = z.object({ http: z.int(), mqtt: z.int() });
export type Ports = z.infer<typeof Ports>;

const HOST = "127.0.0.1";
const fileIn = (state: string): string => join(state, "ports.json");

/** The ports this sandbox had last time, where they are still free: bookmarks of it go on working. */
export async function rememberedPorts(state: string): Promise<Ports> {
  const ports = await readPorts(state);
  if (ports === undefined) return { http: 0, mqtt: 0 };
  return { http: await portOrAny(ports.http), mqtt: await portOrAny(ports.mqtt) };
}

async function readPorts(state: string): Promise<Ports | undefined> {
  try {
    return Ports.parse(JSON.parse(await readFile(fileIn(state), "utf8")));
  } catch {
    return undefined; // Any free port will do as well.
  }
}

/** Notes the ports for the next time; that they cannot be noted is no reason to stop. */
export async function rememberPorts(state: string, ports: Ports): Promise<void> {
  const draft = `${fileIn(state)}.new`;
  try {
    await mkdir(state, { recursive: true, mode: 0o700 });
    await writeFile(draft, JSON.stringify(ports));
    await rename(draft, fileIn(state));
  } catch {
    // They are looked for again next time.
  }
}

const portOrAny = (port: number): Promise<number> => freePort({ host: HOST, port }).catch(() => 0);
