import { meanBytes } from "#grader/profile/draw.ts";
import { ratePerSec } from "#grader/profile/send-times.ts";
import { LoadstoneError } from "../../errors.ts";
import { envelopeEvery } from "../../plan/envelope-share.ts";
import type { Profile } from "../../scenario/profile-schema.ts";

/** What a broker of the platform takes from one client (its default limits). */
const MOST_PER_SEC = 30;
const MOST_BYTES_PER_SEC = 1_000_000;

export interface ReplayTopic {
  readonly name: string;
  /** Last level of its MQTT topic: what an observer takes for its role. */
  readonly level: string;
  readonly qos: 0 | 1 | 2;
  /** Told to the Unit: its neighbour sends it. */
  readonly isInput: boolean;
  /** Every so manieth message of a Unit carries the envelope that latency is told by. */
  readonly envelopeEvery: number;
}

export interface ReplayPlan {
  readonly profile: Profile;
  readonly topics: readonly ReplayTopic[];
  readonly units: number;
  readonly durationMs: number;
  readonly speed: number;
  readonly seed: number;
  /** Messages a second of all Units, mean. */
  readonly perSec: number;
}

export type ReplayQuestion = Omit<ReplayPlan, "topics" | "perSec">;

/** What a replay will do; refuses a Unit faster than the platform lets any be. */
export function planReplay(question: ReplayQuestion): ReplayPlan {
  const { profile, units, speed } = question;
  const rates = profile.topics.map(({ name }) => ratePerSec(profile.topics, name) * speed);
  const perUnit = rates.reduce((sum, rate) => sum + rate, 0);
  const bytes = rates.reduce((sum, rate, i) => sum + rate * sizeOf(profile.topics[i]?.bytes), 0);
  if (perUnit === 0) {
    throw new LoadstoneError(
      "SCENARIO_INVALID",
      `Units of ${profile.id} send nothing by themselves`,
    );
  }
  if (perUnit > MOST_PER_SEC * 1.001 || bytes > MOST_BYTES_PER_SEC) {
    throw new LoadstoneError(
      "CONFIG_INVALID",
      `one Unit of ${profile.id} would send ${perUnit.toPrecision(3)} messages (${Math.round(bytes)} bytes) a second, a broker of the platform takes ${MOST_PER_SEC} (${MOST_BYTES_PER_SEC})`,
      { hint: "give more --units in place of so much --speed" },
    );
  }
  return { ...question, topics: profile.topics.map(topicOf), perSec: perUnit * units };
}

const sizeOf = (bytes: Profile["topics"][number]["bytes"]): number =>
  bytes === undefined ? 0 : meanBytes(bytes);

function topicOf({ name, role, qos, bytes }: Profile["topics"][number]): ReplayTopic {
  const level = name.replace(/\/pepeunit$/, "").replaceAll("/", "-");
  const payloadBytes = Math.max(1, sizeOf(bytes));
  return {
    name,
    level,
    qos,
    isInput: role === "input",
    envelopeEvery: envelopeEvery({ payloadBytes }),
  };
}

/** The MQTT topic of a Unit's topic on a bare broker. */
export const replayTopic = (runId: string, unit: number, { level }: ReplayTopic): string =>
  `loadstone/${runId}/u${unit}/${level}`;
