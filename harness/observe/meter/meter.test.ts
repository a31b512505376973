import { mkdtemp, readdir, rm } from "node:fs/promises";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { InsertOutcome } from "#harness/store/clickhouse-client.ts";
import { StoreError } from "#harness/store/error.ts";
import type { UnitMinuteRow } from "#harness/store/rows.ts";
import { systemClock } from "../../load/clock.ts";
import { NO_TOPOLOGY } from "../topic-place.ts";
import { Journal } from "./journal.ts";
import { Meter } from "./meter.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "loadstone-meter-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A database that stores each token once, and may lose its answer or be away. */
function fakeStore() {
  const byToken = new Map<string, readonly UnitMinuteRow[]>();
  const away = { kind: "away", error: new StoreError("STORE_UNREACHABLE", "away") } as const;
  const store = {
    mode: "here" as "here" | "away" | "lose-answer",
    insert: (token: string, rows: readonly UnitMinuteRow[]): Promise<InsertOutcome> => {
      if (store.mode === "away") return Promise.resolve(away);
      if (!byToken.has(token)) byToken.set(token, rows);
      return Promise.resolve(store.mode === "lose-answer" ? away : { kind: "accepted" });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
    total: (node?: string) =>
      [...byToken.values()]
        .flat()
        .filter((row) => node === undefined || row.node === node)
        .reduce((sum, { messages }) => sum + messages, 0),
  };
  return store;
}

/** A connection that remembers what was acknowledged on it. */
function newSession(sessionPresent: boolean) {
  const acked: number[] = [];
  const session = {
    sessionPresent,
    acknowledge: (packetId: number) => void acked.push(packetId),
    flush: () => undefined,
  };
  return { session, acked };
}

type Sent = { topic?: string; text?: string; packetId?: number; repeated?: boolean };

async function openMeter(folder: string, inserts: ReturnType<typeof fakeStore>) {
  const failures: unknown[] = [];
  const meter = new Meter({
    instance: "test",
    topology: NO_TOPOLOGY,
    journal: await Journal.open(folder),
    inserts,
    clock: systemClock,
    say: () => undefined,
    onFailure: (error) => failures.push(error),
  });
  const hear = (
    { session }: ReturnType<typeof newSession>,
    { topic = "u/a", text = "x", packetId = 0, repeated = false }: Sent,
  ) => {
    const bytes = Buffer.from(text);
    const qos = packetId === 0 ? 0 : 1;
    const facts = { qos, packetId, repeated, retained: false } as const;
    meter.message(session, topic, bytes, 0, bytes.length, facts);
  };
  return { meter, hear, failures };
}

test("what was counted and not acknowledged when it died is not counted again", async () => {
  const folder = await newFolder();
  const store = fakeStore();
  const before = await openMeter(folder, store);
  const first = newSession(false);
  before.hear(first, { packetId: 1, text: "a" });
  before.hear(first, { packetId: 2, text: "b" });
  await before.meter.store();
  expect(first.acked).toEqual([1, 2]);
  // The broker heard neither: it repeats both, and goes on.
  const after = await openMeter(folder, store);
  const second = newSession(true);
  after.hear(second, { packetId: 1, text: "a", repeated: true });
  after.hear(second, { packetId: 2, text: "b", repeated: true });
  after.hear(second, { packetId: 3, text: "c" });
  await after.meter.store();
  expect(second.acked).toEqual([1, 2, 3]);
  expect(store.total()).toBe(3);
  expect(after.meter.counts).toMatchObject({ messages: 1, repeated: 2 });
});

test("a message that died with its meter before it was safe is counted when it comes again", async () => {
  const folder = await newFolder();
  const store = fakeStore();
  const before = await openMeter(folder, store);
  before.hear(newSession(false), { packetId: 1 });
  await before.meter.store();
  // Heard, and nothing of it on disk yet.
  const after = await openMeter(folder, store);
  after.hear(newSession(true), { packetId: 2, text: "new", repeated: true });
  await after.meter.store();
  expect(store.total()).toBe(2);
});

test("a packet id given out anew is another message, and without a session all are", async () => {
  const folder = await newFolder();
  const store = fakeStore();
  const { meter, hear } = await openMeter(folder, store);
  const session = newSession(false);
  hear(session, { packetId: 1, text: "a" });
  hear(session, { packetId: 1, text: "a" });
  hear(session, { packetId: 1, text: "b", repeated: true });
  const fresh = newSession(false);
  hear(fresh, { packetId: 1, text: "b", repeated: true });
  await meter.store();
  expect(store.total()).toBe(4);
});

test("the store may be away or lose its answer; a restart repeats the same token", async () => {
  const folder = await newFolder();
  const store = fakeStore();
  const before = await openMeter(folder, store);
  const session = newSession(false);
  store.mode = "away";
  before.hear(session, { topic: "u/a" });
  await before.meter.store();
  store.mode = "lose-answer";
  before.hear(session, { topic: "u/b" });
  await before.meter.store();
  store.mode = "here";
  const after = await openMeter(folder, store);
  after.hear(session, { topic: "u/b" });
  await after.meter.store();
  expect([store.total("u/a"), store.total("u/b")]).toEqual([1, 2]);
  expect(after.meter.counts.waitingSegments).toBe(0);
});

test("a torn line is passed over and the segments that are stored go away", async () => {
  const folder = await newFolder();
  const store = fakeStore();
  const before = await openMeter(folder, store);
  store.mode = "away";
  before.hear(newSession(false), { packetId: 1 });
  await before.meter.store();
  const [name = ""] = await readdir(folder);
  await appendFile(join(folder, name), '{"counts":[[0,1');
  store.mode = "here";
  const after = await openMeter(folder, store);
  await after.meter.store();
  expect(store.total()).toBe(1);
  for (let i = 2; i < 6; i++) {
    after.hear(newSession(true), { packetId: i });
    await after.meter.store();
  }
  expect(store.total()).toBe(5);
  expect(await readdir(folder)).toHaveLength(1);
});

test("nothing is acknowledged that the disk did not take", async () => {
  const folder = await newFolder();
  const { meter, hear, failures } = await openMeter(folder, fakeStore());
  await rm(folder, { recursive: true });
  const session = newSession(false);
  hear(session, { packetId: 1 });
  await expect(meter.store()).rejects.toThrow(/journal/);
  hear(session, { packetId: 2 });
  await expect(meter.store()).rejects.toThrow(/journal/);
  expect(session.acked).toEqual([]);
  expect(failures).not.toEqual([]);
  await Journal.open(folder);
});
