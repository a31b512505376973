import { LoadstoneError } from "../errors.ts";
import { Sizes } from "./profile-traffic.ts";
import { Span } from "./span.ts";

/** What an author says of topics on the command line, by topic name. */
export interface Hints {
  /** Milliseconds. */
  readonly every: ReadonlyMap<string, number>;
  readonly events: ReadonlyMap<string, number>;
  readonly bytes: ReadonlyMap<string, Sizes>;
  readonly fanOut: ReadonlyMap<string, number>;
}

interface GivenHints {
  readonly every: readonly string[];
  readonly events: readonly string[];
  readonly bytes: readonly string[];
  readonly fanOut: readonly string[];
}

/** Reads `TOPIC=VALUE` of each kind; every problem is named at once. */
export function readHints(given: GivenHints, topics: readonly string[]): Hints {
  const problems: string[] = [];
  const read = <T>(
    flag: string,
    values: readonly string[],
    parse: (text: string) => T | undefined,
  ) =>
    new Map(
      values.flatMap((text): [string, T][] => {
        const at = text.lastIndexOf("=");
        const topic = topicOf(at < 0 ? text : text.slice(0, at), topics);
        const value = at < 0 ? undefined : parse(text.slice(at + 1));
        if (topic === undefined) problems.push(`${flag}: ${text}: the Repo has no such topic`);
        if (value === undefined) problems.push(`${flag}: ${text}: ${WORDS[flag] ?? ""}`);
        return topic === undefined || value === undefined ? [] : [[topic, value]];
      }),
    );
  const hints = {
    every: read("--every", given.every, spanOf),
    events: read("--events", given.events, spanOf),
    bytes: read("--bytes", given.bytes, sizesOf),
    fanOut: read("--fan-out", given.fanOut, fanOutOf),
  };
  if (problems.length === 0) return hints;
  throw new LoadstoneError("CONFIG_INVALID", problems.join("\n"), {
    hint: `topics are ${topics.join(", ") || "none"}`,
  });
}

const WORDS: Readonly<Record<string, string>> = {
  "--every": "a time such as 500ms, 10s or 5m",
  "--events": "a time such as 30s, 5m or 3h",
  "--bytes": "bytes such as 5 or 4-7",
  "--fan-out": "a number of Units, 0 to 1000",
};

/** A topic by its name, or by its name without the ending that all have. */
const topicOf = (name: string, topics: readonly string[]): string | undefined =>
  topics.find((topic) => topic === name || topic === `${name}/pepeunit`);

function spanOf(text: string): number | undefined {
  const parsed = Span.safeParse(text);
  return parsed.success && parsed.data >= 1 ? parsed.data : undefined;
}

function sizesOf(text: string): Sizes | undefined {
  const range = /^(\d+)-(\d+)$/.exec(text);
  const value =
    range === null
      ? text === ""
        ? NaN
        : Number(text)
      : { from: Number(range[1]), to: Number(range[2]) };
  const parsed = Sizes.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

function fanOutOf(text: string): number | undefined {
  const value = text === "" ? NaN : Number(text);
  return value >= 0 && value <= 1000 ? value : undefined;
}
