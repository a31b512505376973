import { declaredCost } from "#grader/cost/declared.ts";
import type { Profile } from "./profile-schema.ts";

/** The platform's limits as shipped; an instance's own may differ. */
const CLIENT_PER_SEC = 30;
const CLIENT_BYTES_PER_SEC = 1_048_576;
const STATE_MS = 60_000;
const AUTHORISED_TOPICS = 64;
const EDGES = 10;

/** Where Units of this profile would meet limits of the platform; none is an error. */
export function limitWarnings(profile: Profile): string[] {
  return [
    ...rateWarnings(profile),
    ...topicWarnings(profile),
    ...profile.topics.flatMap((topic) => {
      const { role, name, when } = topic;
      if (role === "state" && when?.kind === "periodic" && when.every < STATE_MS) {
        return [`${name}: a state sooner than 60 s after the last is dropped unread`];
      }
      const edges = role === "output" ? topic.fanOut : role === "input" ? topic.links : 0;
      return edges > EDGES ? [`${name}: more than ${EDGES} edges of a node are refused`] : [];
    }),
  ];
}

function rateWarnings(profile: Profile): string[] {
  const perSec = sentPerSec(profile);
  const { bytesPerSec } = declaredCost(profile);
  return [
    ...(perSec > CLIENT_PER_SEC
      ? [`${perSec.toFixed(0)} messages a second: a broker reads ${CLIENT_PER_SEC} of one client`]
      : []),
    ...(bytesPerSec > CLIENT_BYTES_PER_SEC
      ? [`${(bytesPerSec / 1e6).toFixed(1)} MB a second: a broker reads 1 MB of one client`]
      : []),
  ];
}

/** With one Unit linked to each output, what is relayed is what is sent. */
export function sentPerSec(profile: Profile): number {
  const topics = profile.topics.map((topic) =>
    topic.role === "output" ? { ...topic, fanOut: 1 } : topic,
  );
  const { mean } = declaredCost({ ...profile, topics });
  return mean.relay + mean.base;
}

function topicWarnings({ topics, commands }: Profile): string[] {
  const authorised = topics.reduce(
    (sum, topic) => sum + (topic.role === "input" ? 1 + topic.links : 1),
    commands.length,
  );
  const unseen = topics.filter(
    (topic) =>
      (topic.role === "output" || topic.role === "input") &&
      topic.stored !== "never" &&
      topic.stored !== "default" &&
      !topic.name.endsWith("/pepeunit"),
  );
  return [
    ...(authorised > AUTHORISED_TOPICS
      ? [`${authorised} topics to authorise: a broker remembers ${AUTHORISED_TOPICS} of one client`]
      : []),
    ...unseen.map(({ name }) => `${name}: only topics that end in /pepeunit are stored`),
  ];
}
