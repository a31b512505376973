import { mkdtemp } from "node:fs/promises";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../load/clock.ts";
import { Journal } from "../../../observe/meter/journal.ts";
import { Meter } from "../../../observe/meter/meter.ts";
import { NO_TOPOLOGY } from "../../../observe/topic-place.ts";
import type { Facts } from "../schema.ts";
import { type Asked, macrotask, WarmPart } from "./measured.ts";

/** Messages one read of a socket brings. */
const A_READ = 32;
const PAYLOAD = Buffer.alloc(20, "x");
const MOST_IDS = 60_000;

/** Messages as a session tells of them, each counted, on disk and acknowledged. */
export async function meterFlood(asked: Asked): Promise<Facts> {
  const topics = Array.from({ length: asked.number("connections") }, (_, i) => `fleet/u${i}/a`);
  const warm = asked.number("warm");
  const wanted = warm + asked.number("messages");
  const folder = await mkdtemp(join(tmpdir(), "loadstone-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const failures: unknown[] = [];
  const meter = new Meter({
    instance: "bench",
    topology: NO_TOPOLOGY,
    journal: await Journal.open(folder),
    inserts: {
      insert: () => Promise.resolve({ kind: "accepted" }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    clock: systemClock,
    say: () => undefined,
    onFailure: (error) => failures.push(error),
  });
  let acknowledged = 0;
  const session = {
    sessionPresent: true,
    acknowledge: () => void (acknowledged += 1),
    flush: () => undefined,
  };
  const part = new WarmPart(warm);
  const facts = { qos: 1, repeated: false, retained: false } as const;
  for (let sent = 0; sent < wanted; ) {
    part.note(sent);
    for (const end = sent + A_READ; sent < end; sent++) {
      const topic = topics[sent % topics.length] ?? "";
      const packetId = 1 + (sent % MOST_IDS);
      meter.message(session, topic, PAYLOAD, 0, PAYLOAD.length, { ...facts, packetId });
    }
    await macrotask();
  }
  await meter.store();
  if (failures.length > 0) throw failures[0];
  return part.end(acknowledged);
}
