import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Job } from "./job.ts";
import { Running } from "./programs.ts";
import type { Facts } from "./schema.ts";

/** One request, the same with all clients. */
export const HTTP_PATH = "/pepeunit/api/v1/units?limit=10&offset=0";
export const HTTP_TOKEN = "bench";

const SETTLE_MS = 1500;
const SPAN_MS = 4000;
const MARGIN_SEC = 4;
const DURATION_SEC = Math.ceil((SETTLE_MS + SPAN_MS) / 1000 + MARGIN_SEC);

export const wrk =
  (program: string) =>
  (job: Job): Promise<Facts> => {
    const flags = `-t 1 -c ${job.work.settings["connections"]} -d ${DURATION_SEC}s`.split(" ");
    return sampled(job, [program, ...flags, "-H", `x-auth-token: ${HTTP_TOKEN}`, url(job)]);
  };

export const k6 =
  (program: string, folder: string) =>
  async (job: Job): Promise<Facts> => {
    const file = join(folder, "k6-http.js");
    await writeFile(file, K6_SCRIPT);
    const load = `--vus ${job.work.settings["connections"]} --duration ${DURATION_SEC}s`;
    const flags = `run --quiet --no-usage-report ${load}`.split(" ");
    const env = ["--env", `TARGET=${url(job)}`, "--env", `TOKEN=${HTTP_TOKEN}`];
    return sampled(job, [program, ...flags, ...env, file]);
  };

const K6_SCRIPT = `import http from "k6/http";
const headers = { "x-auth-token": __ENV.TOKEN };
export default () => http.get(__ENV.TARGET, { headers });
`;

const url = ({ target }: Job): string => `http://127.0.0.1:${target.port}${HTTP_PATH}`;

/** Measured from outside: CPU of its processes over the requests that the sink counted meanwhile. */
async function sampled({ target, pinning }: Job, command: readonly string[]): Promise<Facts> {
  const { sink } = target;
  if (sink === undefined) throw new Error("only the sink counts requests");
  await using running = new Running(pinning.generator(command));
  const look = async () => {
    const [{ requests }, { cpuMs }] = await Promise.all([sink.count(), running.usage()]);
    return { requests, cpuMs, atMs: performance.now() };
  };
  await pause(SETTLE_MS);
  const first = await look();
  await pause(SPAN_MS);
  const last = await look();
  const messages = last.requests - first.requests;
  if (messages === 0) throw new Error(`no request came: ${running.stdout.slice(-200)}`);
  return { messages, cpuMs: last.cpuMs - first.cpuMs, wallMs: last.atMs - first.atMs };
}
