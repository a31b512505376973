import type { Hints } from "./profile-hints.ts";
import type { RepoFacts } from "./profile-repo.ts";
import type { ProfileInput } from "./profile-schema.ts";
import { spanText } from "./profile-text.ts";
import type { Sizes } from "./profile-traffic.ts";

/** A first profile of a Repo, from its files and its author's hints; the rest is assumed aloud. */
export function draftProfile(id: string, repo: RepoFacts, hints: Hints): ProfileInput {
  const interval = intervalOf(repo.env);
  const assumed: string[] = [
    `it uses the ${repo.client} client library: ${repo.clientBy}`,
    ...(interval?.told === undefined ? [] : [interval.told]),
  ];
  const outputs = repo.outputs.map((name) => outputOf(name, { repo, hints, interval, assumed }));
  const inputs = repo.inputs.map((name) => inputOf(name, hints, assumed));
  return {
    id,
    about: `Units of ${repo.name}, as its files and its author say.`,
    source: {
      kind: "declared",
      from: `schema_example.json and env_example.json of ${repo.name}${saidBy(hints)}`,
      assumed: [...assumed, "a session lasts a day"].map(sentence),
    },
    repo: repo.name,
    client: repo.client,
    session: {
      keepAlive: repo.client === "micropython" ? "20s" : "60s",
      reconnect: { every: "24h" },
    },
    commands: repo.commands.map((name) => COMMAND_HABITS[name]),
    topics: [...outputs, ...inputs, ...baseTopics(repo)],
  };
}

type DraftTopic = ProfileInput["topics"][number];

const COMMAND_HABITS = {
  update: { name: "update", every: "1h", aligned: true },
  env_update: { name: "env_update", calls: 1 },
  schema_update: { name: "schema_update", calls: 1 },
  log_sync: { name: "log_sync" },
} as const;

const saidBy = ({ every, events, bytes, fanOut }: Hints): string =>
  [every, events, bytes, fanOut].some(({ size }) => size > 0) ? ", and what its author added" : "";

/** Names of topics and settings stay as they are. */
function sentence(text: string): string {
  const [first = ""] = text.split(" ", 1);
  const isWord = /^[a-z]+$/.test(first);
  return `${isWord ? text.charAt(0).toUpperCase() + text.slice(1) : text}.`;
}

interface Interval {
  readonly ms: number;
  /** How the unit was told; undefined where the name says it. */
  readonly told: string;
}

/** Names that tell of when something is sent, the surest first; the platform's own begin PU_. */
const INTERVAL_NAMES = [
  /PUBLISH.*INTERVAL|SEND.*INTERVAL/,
  /FPS/,
  /INTERVAL|DELAY|PERIOD/,
] as const;

/** The interval of the Repo's own settings that its messages most likely keep. */
function intervalOf(env: RepoFacts["env"]): Interval | undefined {
  for (const pattern of INTERVAL_NAMES) {
    for (const [key, given] of Object.entries(env)) {
      const value = Number(given);
      if (key.startsWith("PU_") || !pattern.test(key.toUpperCase()) || !(value > 0)) continue;
      const ms = millisecondsOf(key.toUpperCase(), value);
      if (ms < 1 || ms > 86_400_000) continue;
      return { ms, told: `${key} = ${value} in env_example.json means every ${spanText(ms)}` };
    }
  }
  return undefined;
}

/** Client libraries count in milliseconds, older Repos in seconds; 100 parts what is plausible. */
function millisecondsOf(key: string, value: number): number {
  if (key.includes("FPS")) return 1000 / value;
  if (/_MS$|MILLI/.test(key)) return value;
  if (/_S$|_SEC$|SECOND/.test(key)) return value * 1000;
  return value >= 100 ? value : value * 1000;
}

/** Names of what comes when somebody or something acts. */
const EVENT_NAME = named("button|click|press|encoder|event|alarm|motion|action|rotate|hotkey");
const FRAME_NAME = named("frame|image|video|photo|snapshot|base64");
const JSON_NAME = named("command|status|config|json|state");

/** Whole words alone: `pressure` is no press. */
function named(words: string): RegExp {
  return new RegExp(`(?:^|[_/-])(?:${words})s?(?:[_/-]|$)`, "i");
}

const USUAL_MS = 10_000;
const EVENT_MS = 600_000;
const FRAME_BYTES = 1368;

interface Drafting {
  readonly repo: RepoFacts;
  readonly hints: Hints;
  readonly interval: Interval | undefined;
  readonly assumed: string[];
}

function outputOf(name: string, { repo, hints, interval, assumed }: Drafting): DraftTopic {
  const fanOut = hints.fanOut.get(name);
  if (fanOut === undefined) assumed.push(`one Unit is linked to ${name} (--fan-out)`);
  return {
    role: "output",
    name,
    when: whenOf(name, hints, interval, assumed),
    bytes: bytesOf(name, hints, assumed),
    ...qosOf(repo),
    fanOut: fanOut ?? 1,
  };
}

function whenOf(
  name: string,
  { every, events }: Hints,
  interval: Interval | undefined,
  assumed: string[],
) {
  const said = every.get(name);
  if (said !== undefined) return { kind: "periodic" as const, every: spanText(said) };
  const apart = events.get(name);
  if (apart !== undefined) return { kind: "poisson" as const, every: spanText(apart) };
  if (EVENT_NAME.test(name)) {
    assumed.push(`${name} comes by chance, every ${spanText(EVENT_MS)} on average (--events)`);
    return { kind: "poisson" as const, every: spanText(EVENT_MS) };
  }
  if (interval === undefined) assumed.push(`${name} is sent every ${spanText(USUAL_MS)} (--every)`);
  return { kind: "periodic" as const, every: spanText(interval?.ms ?? USUAL_MS) };
}

function bytesOf(name: string, { bytes }: Hints, assumed: string[]): Sizes {
  const said = bytes.get(name);
  if (said !== undefined) return said;
  const [guess, words] = FRAME_NAME.test(name)
    ? ([FRAME_BYTES, `${FRAME_BYTES}`] as const)
    : JSON_NAME.test(name)
      ? ([{ from: 20, to: 60 }, "20 to 60"] as const)
      : ([{ from: 3, to: 8 }, "3 to 8"] as const);
  assumed.push(`${name} carries ${words} bytes (--bytes)`);
  return guess;
}

/** What arrives is paid for by who sends it; here it only takes its subscriptions. */
function inputOf(
  name: string,
  { bytes, every, events, fanOut }: Hints,
  assumed: string[],
): DraftTopic {
  const periodic = every.get(name);
  const apart = events.get(name);
  const links = Math.round(fanOut.get(name) ?? 1);
  if (!fanOut.has(name)) assumed.push(`one Output is linked to ${name} (--fan-out)`);
  const sizes = bytes.get(name);
  return {
    role: "input",
    name,
    links,
    ...(sizes === undefined ? {} : { bytes: sizes }),
    ...(periodic === undefined
      ? {}
      : { when: { kind: "periodic" as const, every: spanText(periodic) } }),
    ...(periodic !== undefined || apart === undefined
      ? {}
      : { when: { kind: "poisson" as const, every: spanText(apart) } }),
  };
}

/** The Go library speaks QoS 1, the others 0, which goes without saying. */
const qosOf = ({ client }: Pick<RepoFacts, "client">): { qos?: 1 } =>
  client === "go" ? { qos: 1 } : {};

const STATE_BYTES = { micropython: 283, python: 153, go: 144, other: 200 } as const;
const QUIET_LEVELS = /^(warning|error|critical)$/i;

/** State each minute, which an instance sets; log at connect and after each update, if at all. */
function baseTopics({ state, log, client, env }: RepoFacts): DraftTopic[] {
  const qos = qosOf({ client });
  const quiet = QUIET_LEVELS.test(String(env["PU_MIN_LOG_LEVEL"] ?? ""));
  const every = { kind: "periodic" as const, every: "60s" };
  const updates = { kind: "poisson" as const, every: "40m" };
  const entry = { from: 91, to: 140 };
  return [
    ...(state
      ? [
          {
            role: "state" as const,
            when: every,
            bytes: STATE_BYTES[client],
            ...qos,
            perConnect: 1,
          } as const,
        ]
      : []),
    ...(log && !quiet
      ? [{ role: "log" as const, when: updates, bytes: entry, ...qos, perConnect: 3 } as const]
      : []),
  ];
}
