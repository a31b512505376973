import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { compareProfiles } from "#grader/profile/compare.ts";
import { fitKind } from "#grader/profile/fit.ts";
import { ratePerSec, sendTimes } from "#grader/profile/send-times.ts";
import { seededRandom } from "../load/random.ts";
import { listProfileIds, loadProfile, parseProfile } from "../scenario/profile-load.ts";
import type { Profile } from "../scenario/profile-schema.ts";
import { kindsOf } from "./kinds-of.ts";
import { profileOf } from "./profile-of.ts";
import type { RecordingLine, TopicLine } from "./recording-lines.ts";

const random = (...names: readonly number[]) => seededRandom(4, ...names.map((name) => name + 2));

/** Lines that an observer writes of so many Units of a profile. */
function* linesOf(profile: Profile, units: number, durationMs: number): Generator<RecordingLine> {
  const { topics } = profile;
  yield { kind: "recording", version: 1, startedAtMs: 1.7e12, part: 1, anonymous: true };
  yield { kind: "event", at: 0, event: "open" };
  for (let unit = 0; unit < units; unit++) {
    for (const [topic, { name, role }] of topics.entries()) {
      const line: TopicLine = {
        kind: "topic",
        t: unit * topics.length + topic,
        role: name.replace(/\/pepeunit$/, ""),
        unit: `u${unit}`,
        node: `${unit}.${topic}`,
        repo: "r",
        side: role === "input" ? "input" : "output",
      };
      yield line;
    }
  }
  for (const { atMs, unit, topic, bytes } of sendTimes(topics, { units, durationMs, random })) {
    yield { at: atMs, t: unit * topics.length + topic, b: bytes, q: 0 };
  }
  yield { kind: "event", at: durationMs, event: "end" };
}

async function fitted(profile: Profile, units: number, durationMs: number) {
  async function* lines() {
    yield* linesOf(profile, units, durationMs);
  }
  const [kind] = await kindsOf(lines());
  if (kind === undefined) throw new Error("nothing was heard");
  const fits = fitKind(kind.record, seededRandom(1));
  const text = stringify(profileOf({ id: "again", about: "Again." }, kind, fits));
  return { fits, profile: parseProfile(text, "the test", "again") };
}

/** Fewer tell nothing of how they are spread. */
const LEAST_SENDS = 60;

const shipped = await listProfileIds();

describe("a profile of the library, sent and recorded, is fitted alike:", () => {
  test.each(shipped)("%s", async (id) => {
    const profile = await loadProfile(id);
    // What comes by connects alone has no rate of its own.
    const topics = profile.topics
      .filter(({ when, name }) => when !== undefined && ratePerSec(profile.topics, name) > 0)
      .map((topic) => ({ ...topic, perConnect: 0, dayShape: undefined }));
    const slowest = Math.min(...topics.map(({ name }) => ratePerSec(topics, name)));
    const fastest = Math.max(...topics.map(({ name }) => ratePerSec(topics, name)));
    const units = 8;
    const most = 8000 / fastest / units;
    const durationMs = 1000 * Math.min(most, 100 / slowest);
    const again = await fitted({ ...profile, topics }, units, durationMs);
    for (const difference of compareProfiles(topics, again.profile.topics, random)) {
      const { name, ratePerSec: rates, gapDistance = 1, sizeDistance } = difference;
      const heard = again.fits.find((fit) => name.startsWith(fit.name))?.messages ?? 0;
      const { when } = topics.find((topic) => topic.name === name) ?? {};
      // Messages of a burst tell of the burst once.
      const sends = heard / (when?.kind === "bursts" ? when.messages : 1);
      if (sends < LEAST_SENDS) continue;
      const chance = 1 / Math.sqrt(sends);
      expect(Math.abs((rates[1] ?? 0) / (rates[0] ?? 0) - 1)).toBeLessThan(0.02 + 4 * chance);
      expect(gapDistance).toBeLessThan(0.1 + chance);
      expect(sizeDistance).toBeLessThan(0.1 + chance);
    }
  });
});

/** Two Units with a, one of them with b, and one with c alone. */
async function* threeUnits(): AsyncGenerator<RecordingLine> {
  yield { kind: "event", at: 0, event: "open" };
  const place = { node: "", repo: "" };
  const roles = [["a", "b"], ["a"], ["c"]];
  for (const [unit, names] of roles.entries()) {
    for (const [i, role] of names.entries()) {
      yield { kind: "topic", t: unit * 2 + i, role, unit: `u${unit}`, ...place };
    }
  }
  for (let at = 0; at < 50; at++) {
    for (const t of [0, 1, 2]) yield { at: at * 100, t, b: 1, q: 1 };
  }
  yield { at: 4990, t: 4, b: 1, q: 0 };
  // Kept by the broker from before, and delivered twice: no sends of now.
  yield { at: 4991, t: 4, b: 1, q: 0, r: 1 };
  yield { at: 4992, t: 4, b: 1, q: 0, d: 1 };
}

test("Units of different kinds are told apart by their topics, silent ones kept with theirs", async () => {
  const kinds = await kindsOf(threeUnits());
  expect(kinds.map(({ units, messages }) => [units, messages])).toEqual([
    [2, 150],
    [1, 1],
  ]);
  expect(kinds[0]?.facts.get("a")?.qos).toBe(1);
  // Killed, a recorder does not say that it went: the last message is all that is known.
  expect(kinds[0]?.record.windows).toEqual([{ fromMs: 0, toMs: 4992 }]);
});
