import type { Arrivals } from "./profile-traffic.ts";

/** What a check across topics needs of one. */
interface NamedTopic {
  readonly role: string;
  readonly name: string;
  readonly when?: Arrivals | undefined;
}

export interface TopicProblem {
  /** Below `topics`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong with topics that are each right by themselves. */
export function topicProblems(topics: readonly NamedTopic[]): TopicProblem[] {
  return topics.flatMap((topic, i) => [...twice(topics, topic, i), ...leader(topics, topic, i)]);
}

function twice(topics: readonly NamedTopic[], { role, name }: NamedTopic, i: number) {
  const first = topics.findIndex((other) => other.role === role && other.name === name);
  return first === i ? [] : [{ path: [i, "name"], message: `${role} ${name} is there twice` }];
}

/** One step only: who follows cannot lead, so no chain of followers has to be walked. */
function leader(topics: readonly NamedTopic[], { when, name }: NamedTopic, i: number) {
  if (when?.kind !== "follows") return [];
  const path = [i, "when", "topic"];
  const found = leaderOf(topics, when.topic, name);
  if (found === undefined) return [{ path, message: `there is no topic ${when.topic}` }];
  if (found.when === undefined) {
    return [{ path, message: `${when.topic} does not say when its messages come` }];
  }
  if (found.when.kind === "follows") {
    return [{ path, message: `${when.topic} follows another topic itself: name that one` }];
  }
  return [];
}

/** The topic that is followed: of input and output of one name, not the follower itself. */
export function leaderOf<T extends { readonly role: string; readonly name: string }>(
  topics: readonly T[],
  leading: string,
  follower: string,
): T | undefined {
  return topics.find(
    ({ name, role }) => name === leading && (leading !== follower || role === "input"),
  );
}
