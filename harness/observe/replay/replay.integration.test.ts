import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";
import { compareProfiles } from "#grader/profile/compare.ts";
import { fitKind } from "#grader/profile/fit.ts";
import { systemClock } from "../../load/clock.ts";
import { seededRandom } from "../../load/random.ts";
import { parseProfile } from "../../scenario/profile-load.ts";
import { Profile } from "../../scenario/profile-schema.ts";
import { startAedes } from "../../transport/mqtt/aedes.suite.ts";
import { kindsOf } from "../kinds-of.ts";
import { profileOf } from "../profile-of.ts";
import { readRecording } from "../read-recording.ts";
import { record } from "../record.ts";
import { NO_TOPOLOGY } from "../topic-place.ts";
import { planReplay } from "./replay-plan.ts";
import { replay } from "./replay.ts";

const made = Profile.parse({
  id: "made",
  about: "Quick Units.",
  source: { kind: "synthetic", from: "a test" },
  topics: [
    {
      role: "output",
      name: "temp",
      bytes: {
        choices: [
          { bytes: 64, share: 0.5 },
          { bytes: 90, share: 0.5 },
        ],
      },
      when: { kind: "periodic", every: "500ms", jitter: "50ms" },
    },
    {
      role: "output",
      name: "humidity",
      bytes: 40,
      when: { kind: "follows", topic: "temp", delay: "60ms", jitter: "8ms" },
    },
    { role: "output", name: "press", bytes: 48, qos: 1, when: { kind: "poisson", every: "400ms" } },
  ],
});

const random = (...names: readonly number[]) => seededRandom(2, ...names.map((n) => n + 2));

test("a replayed profile, recorded again, fits the same profile", async () => {
  const broker = await startAedes();
  onTestFinished(() => broker.stop());
  const folder = await mkdtemp(join(tmpdir(), "loadstone-replay-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const out = join(folder, "a.ndjson");
  const session = {
    protocol: 4,
    host: "127.0.0.1",
    port: broker.port,
    keepAliveSec: 60,
    maxInflight: 1,
    connectTimeoutMs: 5000,
  } as const;
  const common = { clock: systemClock, say: () => undefined };
  const stop = new AbortController();
  const subscribed = once(broker.aedes, "subscribe");
  const recording = record(
    {
      ...common,
      target: {
        name: "test",
        session,
        filters: ["loadstone/#"],
        topology: NO_TOPOLOGY,
        ownUnits: new Set(),
      },
      out,
      rotateBytes: 1e7,
      qos: 1,
      names: true,
      payloads: false,
      clientId: "recorder",
      random: () => 1,
    },
    stop.signal,
  );
  await subscribed;
  const plan = planReplay({ profile: made, units: 24, durationMs: 4000, speed: 1, seed: 5 });
  const outcome = await replay(
    { ...common, plan, runId: "again", session, connectsPerSec: 1000 },
    stop.signal,
  );
  stop.abort();
  await recording;
  for (const { intended, unsent, lost, duplicated } of outcome.topics) {
    expect(intended).toBeGreaterThan(100);
    expect([unsent, lost, duplicated]).toEqual([0, 0, 0]);
  }
  expect(outcome.latencyMs?.count).toBe(
    outcome.topics.reduce((sum, { intended }) => sum + intended, 0),
  );
  const counts = { parts: 0, lines: 0, torn: 0 };
  const [kind] = await kindsOf(readRecording(out, counts));
  if (kind === undefined) throw new Error("nothing was recorded");
  expect(kind.units).toBe(24);
  // Connecting took a while of the recording in which nobody sent.
  const times = kind.record.topics.flatMap(({ byUnit }) => byUnit.flat());
  const window = { fromMs: Math.min(...times), toMs: Math.max(...times) };
  const fits = fitKind({ ...kind.record, windows: [window] }, seededRandom(1));
  expect(Object.fromEntries(fits.map(({ name, when }) => [name, when?.kind]))).toEqual({
    temp: "periodic",
    humidity: "follows",
    press: "poisson",
  });
  const text = stringify(profileOf({ id: "again", about: "Again." }, kind, fits));
  const again = parseProfile(text, "the test").topics;
  for (const { gapDistance, sizeDistance, ratePerSec } of compareProfiles(
    made.topics,
    again,
    random,
  )) {
    const [asked = 0, got = 0] = ratePerSec;
    expect(Math.abs(got / asked - 1)).toBeLessThan(0.3);
    expect(gapDistance).toBeLessThan(0.3);
    expect(sizeDistance).toBeLessThan(0.15);
  }
});
