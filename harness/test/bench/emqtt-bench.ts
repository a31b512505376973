import { setTimeout as pause } from "node:timers/promises";
import type { Job } from "./job.ts";
import { Running } from "./programs.ts";
import type { Facts } from "./schema.ts";
import { PAYLOAD_BYTES } from "./works.ts";

/** Starting the Erlang machine and connecting are no part of what a message costs. */
const SETTLE_MS = 4000;
const SPAN_MS = 5000;
const LOOK_MS = 20;
const PATIENCE_MS = 120_000;

/**
 * emqtt-bench measured from outside: CPU of its processes between two of the lines it prints each
 * second, over the messages it counts between them. It turns Nagle off by itself.
 */
export const emqttBench =
  (program: string) =>
  (job: Job): Promise<Facts> => {
    switch (job.work.kind) {
      case "qos0":
        return publishing(program, job, ["-q", "0", "-I", "0"]);
      case "qos1":
        return publishing(program, job, [
          "-q",
          "1",
          "-I",
          "0",
          "-F",
          String(setting(job, "window")),
        ]);
      case "e2e":
        return delivering(program, job);
      case "idle":
        return idling(program, job);
      case "open":
      case "http":
      case "meter":
        return Promise.reject(new Error("emqtt-bench has no such work"));
      default:
        return job.work.kind satisfies never;
    }
  };

async function publishing(program: string, job: Job, flags: readonly string[]): Promise<Facts> {
  await using publisher = start(program, "pub", job, payload(flags));
  await pause(SETTLE_MS);
  // Awaited here: what is measured must not be disposed before.
  return await measured([publisher], () => totalOf(publisher, "pub"));
}

/** Publishers and subscribers are programs of their own here: the CPU of both counts. */
async function delivering(program: string, job: Job): Promise<Facts> {
  const everyMs = (setting(job, "connections") * 1000) / setting(job, "rate");
  await using subscriber = start(program, "sub", job, ["-q", "0", "-t", "bench/%i"]);
  await pause(SETTLE_MS);
  const flags = payload(["-q", "0", "-I", String(Math.max(1, Math.round(everyMs)))]);
  await using publisher = start(program, "pub", job, flags);
  await pause(SETTLE_MS);
  return await measured([publisher, subscriber], () => totalOf(publisher, "pub"));
}

/** Memory against that of the same program with one connection. */
async function idling(program: string, job: Job): Promise<Facts> {
  const connections = setting(job, "connections");
  const base = await holding(program, job, 1);
  const held = await holding(program, job, connections);
  return {
    cpuMs: held.cpuMs,
    wallMs: held.wallMs,
    connections,
    baseRssKb: base.rssKb,
    rssKbPerConnection: (held.rssKb - base.rssKb) / connections,
  };
}

async function holding(program: string, job: Job, connections: number) {
  const startedMs = performance.now();
  await using running = start(program, "conn", job, ["-c", String(connections)]);
  const untilMs = startedMs + PATIENCE_MS;
  while (totalOf(running, "connect_succ") < connections) {
    if (performance.now() > untilMs) throw new Error("emqtt-bench did not connect them all");
    await pause(LOOK_MS);
  }
  await pause(setting(job, "holdMs"));
  return { ...(await running.usage()), wallMs: performance.now() - startedMs };
}

/** Both ends fall on a line of its own count, so that messages and CPU are of the same moment. */
async function measured(all: readonly Running[], total: () => number): Promise<Facts> {
  const first = await nextCount(all, total, 0);
  const last = await nextCount(all, total, SPAN_MS);
  return {
    messages: last.messages - first.messages,
    cpuMs: last.cpuMs - first.cpuMs,
    wallMs: last.atMs - first.atMs,
  };
}

async function nextCount(all: readonly Running[], total: () => number, afterMs: number) {
  await pause(afterMs);
  const before = total();
  const untilMs = performance.now() + PATIENCE_MS;
  while (total() === before) {
    if (performance.now() > untilMs) throw new Error("emqtt-bench counted nothing");
    await pause(LOOK_MS);
  }
  const atMs = performance.now();
  const used = await Promise.all(all.map((running) => running.usage()));
  return { atMs, messages: total(), cpuMs: used.reduce((sum, { cpuMs }) => sum + cpuMs, 0) };
}

/** The last `NAME total=N` it printed. */
function totalOf({ stdout }: Running, name: string): number {
  const said = [...stdout.matchAll(new RegExp(`\\b${name} total=(\\d+)`, "g"))].at(-1);
  return Number(said?.[1] ?? 0);
}

const payload = (flags: readonly string[]): readonly string[] => [
  "-s",
  String(PAYLOAD_BYTES),
  "-t",
  "bench/%i",
  ...flags,
];

function start(program: string, command: string, job: Job, flags: readonly string[]): Running {
  const { target, pinning } = job;
  const where = ["-h", "127.0.0.1", "-p", String(target.port), "-V", "4", "-i", "1"];
  const count = flags.includes("-c") ? [] : ["-c", String(setting(job, "connections"))];
  return new Running(pinning.generator([program, command, ...where, ...count, ...flags]));
}

const setting = ({ work }: Job, key: string): number => work.settings[key] ?? 0;
