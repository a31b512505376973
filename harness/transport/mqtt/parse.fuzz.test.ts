import * as fc from "fast-check";
import { generate } from "mqtt-packet";
import { expect, test } from "vitest";
import { seededRandom } from "../../load/random.ts";
import { GREETING, MALFORMED } from "./malformed-corpus.ts";
import { packets } from "./packets.suite.ts";
import { fromHex, type Reading, read } from "./parse.suite.ts";

const CASES = 10_000;
const SEED = 7;

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** Bytes that once were good packets, or nearly. */
function streams(protocol: 4 | 5): Buffer[] {
  const good = fc
    .sample(packets(protocol), { numRuns: 300, seed: SEED })
    .map(({ packet }) => generate(packet, { protocolVersion: protocol }));
  const bad = MALFORMED.filter((each) => each.protocol === protocol).map(({ bytes }) =>
    fromHex(bytes),
  );
  return [...good, ...bad];
}

const MUTATIONS: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes) => bytes,
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    for (let n = below(random, 4); n >= 0; n--) {
      changed[below(random, changed.length)] = below(random, 256);
    }
    return changed;
  },
  (bytes, random) => bytes.subarray(0, below(random, bytes.length) + 1),
  (bytes, random) => {
    const at = below(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 3))]);
  },
  (bytes, random) => {
    const at = below(random, bytes.length);
    const noise = Buffer.from(Array.from({ length: below(random, 6) }, () => below(random, 256)));
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  (_bytes, random) =>
    Buffer.from(Array.from({ length: 1 + below(random, 60) }, () => below(random, 256))),
];

test.each([4, 5] as const)("survives what chance makes of packets, level %i", (protocol) => {
  const random = seededRandom(SEED, protocol);
  const pool = streams(protocol);
  const pick = <T>(from: readonly T[]): T => {
    const [picked] = from.slice(below(random, from.length));
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  };
  let failed = 0;
  const differing: string[] = [];
  for (let i = 0; i < CASES; i++) {
    const parts = [fromHex(GREETING[protocol]), pick(pool), pick(pool), pick(pool)];
    const bytes = Buffer.concat(
      parts.map((part, n) => (n === 0 ? part : pick(MUTATIONS)(part, random))),
    );
    const whole = read(bytes, protocol);
    const cut = read(bytes, protocol, [1 + below(random, 40), 1 + below(random, 9)]);
    if (!sameReading(whole, cut)) differing.push(bytes.toString("hex"));
    if (whole.failure !== undefined) failed++;
  }
  expect(differing).toEqual([]);
  // Neither all good nor all bad, or the fuzzing would say nothing.
  expect(failed).toBeGreaterThan(CASES / 4);
  expect(failed).toBeLessThan(CASES);
});

function sameReading(a: Reading, b: Reading): boolean {
  return JSON.stringify(a) === JSON.stringify(b) && a.failure?.detail !== "";
}
