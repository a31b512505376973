import type { KindRecord, TopicRecord } from "#grader/profile/fit.ts";
import type { RecordingLine, TopicLine } from "./recording-lines.ts";

/** Units of one kind in a recording, and what fitting has no part in. */
export interface RecordedKind {
  readonly record: KindRecord;
  readonly repo: string;
  readonly units: number;
  readonly hours: number;
  readonly messages: number;
  readonly facts: ReadonlyMap<string, TopicFacts>;
}

/** What else is known of the topics of a role. */
export interface TopicFacts {
  readonly side: TopicLine["side"];
  readonly qos: 0 | 1 | 2;
  /** Mean number of consumers linked to it; undefined where nothing tells. */
  readonly edges: number | undefined;
}

interface Heard {
  readonly topic: TopicLine;
  readonly times: number[];
  readonly sizes: number[];
  readonly qos: [number, number, number];
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Sorts a recording by kinds of Units, those with most messages first. */
export async function kindsOf(lines: AsyncIterable<RecordingLine>): Promise<RecordedKind[]> {
  const { heard, windows, startedAtMs } = await collect(lines);
  const all = [...heard.values()];
  const place = { windows, startOfDayMs: startedAtMs % DAY_MS };
  return groups(all)
    .map((some) => kindOf(some, place))
    .sort((a, b) => b.messages - a.messages);
}

type Window = { fromMs: number; toMs: number };

async function collect(lines: AsyncIterable<RecordingLine>) {
  const heard = new Map<string, Heard>();
  const numbered = new Map<number, Heard>();
  const windows: Window[] = [];
  let startedAtMs = 0;
  let isOpen = false;
  let lastMs = 0;
  const close = (atMs: number) => {
    const window = windows.at(-1);
    if (isOpen && window !== undefined) window.toMs = Math.max(atMs, window.fromMs);
    isOpen = false;
  };
  for await (const line of lines) {
    if ("b" in line) {
      lastMs = line.at;
      const one = numbered.get(line.t);
      // Kept from earlier, or heard twice: neither is a send of now.
      if (one === undefined || line.r === 1 || line.d === 1) continue;
      one.times.push(line.at);
      one.sizes.push(line.b);
      one.qos[line.q as 0 | 1 | 2] += 1;
    } else if (line.kind === "topic") numbered.set(line.t, entryOf(heard, line));
    else if (line.kind === "recording") startedAtMs = line.startedAtMs;
    else if (line.event === "open") {
      // A recorder that was killed could not say that it went.
      close(lastMs);
      windows.push({ fromMs: line.at, toMs: line.at });
      isOpen = true;
    } else close(line.at);
  }
  close(lastMs);
  return { heard, windows, startedAtMs };
}

function entryOf(heard: Map<string, Heard>, topic: TopicLine): Heard {
  const key = `${topic.unit}\n${topic.node}\n${topic.role}`;
  const entry = heard.get(key) ?? { topic, times: [], sizes: [], qos: [0, 0, 0] };
  heard.set(key, entry);
  return entry;
}

/** By Repo where it is known; else Units that use the same roles, or some of them. */
function groups(all: readonly Heard[]): readonly (readonly Heard[])[] {
  const byUnit = grouped(all);
  const signatures = [...byUnit.values()].map((some) => ({
    some,
    repo: some[0]?.topic.repo ?? "",
    roles: new Set(some.map(({ topic }) => topic.role)),
  }));
  signatures.sort((a, b) => b.roles.size - a.roles.size);
  const kinds: { repo: string; roles: Set<string>; some: Heard[] }[] = [];
  for (const { some, repo, roles } of signatures) {
    const kind = kinds.find((one) =>
      repo === ""
        ? one.repo === "" && [...roles].every((role) => one.roles.has(role))
        : one.repo === repo,
    );
    if (kind === undefined) kinds.push({ repo, roles, some: [...some] });
    else kind.some.push(...some);
  }
  return kinds.map(({ some }) => some);
}

function grouped(all: readonly Heard[]): Map<string, Heard[]> {
  const byUnit = new Map<string, Heard[]>();
  for (const one of all) {
    const some = byUnit.get(one.topic.unit);
    if (some === undefined) byUnit.set(one.topic.unit, [one]);
    else some.push(one);
  }
  return byUnit;
}

function kindOf(
  some: readonly Heard[],
  place: Pick<KindRecord, "windows" | "startOfDayMs">,
): RecordedKind {
  const units = [...new Set(some.map(({ topic }) => topic.unit))];
  const indexes = new Map(units.map((unit, i) => [unit, i]));
  const roles = new Map<string, TopicRecord & { byUnit: number[][]; sizes: number[] }>();
  for (const one of some) {
    const { role, side, unit } = one.topic;
    const topic = roles.get(role) ?? {
      name: role,
      isInput: side === "input",
      byUnit: units.map((): number[] => []),
      sizes: [],
    };
    roles.set(role, topic);
    const times = topic.byUnit[indexes.get(unit) ?? 0];
    for (const atMs of one.times) times?.push(atMs);
    for (const size of one.sizes) topic.sizes.push(size);
  }
  const facts = new Map(
    [...roles.keys()].map((role) => [
      role,
      factsOf(some.filter(({ topic }) => topic.role === role)),
    ]),
  );
  const topics = [...roles.values()].filter(({ sizes }) => sizes.length > 0);
  for (const { byUnit } of topics) for (const times of byUnit) times.sort((a, b) => a - b);
  const listened = place.windows.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return {
    record: { units: units.length, topics, ...place },
    repo: some[0]?.topic.repo ?? "",
    units: units.length,
    hours: listened / HOUR_MS,
    messages: topics.reduce((sum, { sizes }) => sum + sizes.length, 0),
    facts,
  };
}

function factsOf(some: readonly Heard[]): TopicFacts {
  const counts = [0, 1, 2].map((qos) => some.reduce((sum, one) => sum + (one.qos[qos] ?? 0), 0));
  const qos = counts.indexOf(Math.max(...counts)) as 0 | 1 | 2;
  const edges = some.flatMap(({ topic }) => topic.edges ?? []);
  const mean = edges.reduce((sum, count) => sum + count, 0) / edges.length;
  return { side: some[0]?.topic.side, qos, edges: edges.length === 0 ? undefined : mean };
}
