import { expect, test } from "vitest";
import { Profile } from "../../scenario/profile-schema.ts";
import { planReplay, replayTopic } from "./replay-plan.ts";

const profileOf = (every: string, bytes = 5) =>
  Profile.parse({
    id: "a",
    about: "A.",
    source: { kind: "declared", from: "a test" },
    topics: [
      { role: "output", name: "a/b/pepeunit", bytes, when: { kind: "poisson", every } },
      { role: "input", name: "in/pepeunit", bytes: 64, when: { kind: "poisson", every: "1h" } },
    ],
  });

const asked = { units: 4, durationMs: 1000, speed: 1, seed: 1 };

test("a plan says how much so many Units send, and which of it carries an envelope", () => {
  const plan = planReplay({ ...asked, speed: 2, profile: profileOf("1s") });
  expect(plan.perSec).toBeCloseTo(8, 1);
  expect(plan.topics.map(({ envelopeEvery }) => envelopeEvery)).toEqual([60, 1]);
  expect(plan.topics.map(({ isInput }) => isInput)).toEqual([false, true]);
  expect(plan.topics.map((topic) => replayTopic("run", 3, topic))).toEqual([
    "loadstone/run/u3/a-b",
    "loadstone/run/u3/in",
  ]);
});

test.each([
  ["too often", profileOf("30ms"), 1],
  ["too often by its speed", profileOf("1s"), 31],
  ["too much", profileOf("100ms", 200_000), 1],
])("a Unit that would send %s for a broker of the platform is refused", (_name, profile, speed) => {
  expect(() => planReplay({ ...asked, profile, speed })).toThrow(/a second, a broker/);
});
