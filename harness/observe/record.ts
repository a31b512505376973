import type { Clock } from "../load/clock.ts";
import type { Random } from "../load/random.ts";
import type { Qos } from "../transport/mqtt/protocol.ts";
import type { ObservedTarget } from "./observed-target.ts";
import { Recorder, type Seen } from "./recorder.ts";
import { RecordingFile } from "./recording-file.ts";
import { placeOf } from "./topic-place.ts";
import { watch } from "./watch.ts";

export interface RecordOptions {
  readonly target: ObservedTarget;
  readonly out: string;
  readonly rotateBytes: number;
  readonly qos: Qos;
  /** Names as they are instead of hashes. */
  readonly names: boolean;
  /** Payloads of own Units are kept, too. */
  readonly payloads: boolean;
  readonly clientId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly say: (text: string) => void;
}

export interface RecordOutcome {
  readonly messages: number;
  readonly bytes: number;
  readonly topics: number;
  /** Of topics beyond what a recording may hold. */
  readonly overflow: number;
  readonly parts: number;
  readonly seconds: number;
}

const FLUSH_MS = 1000;

/** Records what a target's Units say until `signal` fires. */
export async function record(options: RecordOptions, signal: AbortSignal): Promise<RecordOutcome> {
  const { target, clock, say } = options;
  const file = await RecordingFile.open({
    path: options.out,
    anonymous: !options.names,
    rotateBytes: options.rotateBytes,
    wall: () => clock.wall(),
  });
  const hideAs = options.names ? undefined : target.name;
  const recorder = new Recorder({ file, topology: target.topology, hideAs });
  const startedAtMs = clock.now();
  // Intervals are what a profile is made of: time flows by the monotonic clock alone.
  const originMs = clock.wall() - startedAtMs;
  const now = () => originMs + clock.now();
  const timer = setInterval(() => file.flush(), FLUSH_MS);
  try {
    await watch(
      {
        session: { ...target.session, clientId: options.clientId, cleanSession: true },
        filters: target.filters,
        qos: options.qos,
        clock,
        random: options.random,
        message: (_session, topic, buffer, start, end, { qos, retained, repeated }) => {
          const seen = { atMs: now(), topic, bytes: end - start, qos, retained, repeated };
          recorder.see(withPayload(options, seen, buffer, start, end));
        },
        onOpen: (_session, refused) => {
          recorder.event("open", now());
          const count = target.filters.length - refused.length;
          say(`listening to ${count} topic filter(s) of ${target.name}`);
          if (refused.length > 0) say(`the broker refuses ${refused.length} of them`);
        },
        onClosed: (why) => {
          recorder.event("closed", now(), why);
          if (!signal.aborted) say(`${why}; coming back`);
        },
      },
      signal,
    );
    recorder.event("end", now());
  } finally {
    clearInterval(timer);
    file.close();
  }
  const seconds = (clock.now() - startedAtMs) / 1000;
  return { ...recorder.counts, parts: file.parts, seconds };
}

function withPayload(
  { payloads, target }: RecordOptions,
  seen: Seen,
  buffer: Buffer,
  start: number,
  end: number,
): Seen {
  if (!payloads || !target.ownUnits.has(placeOf(seen.topic, target.topology).unit)) return seen;
  return { ...seen, payload: Buffer.from(buffer.subarray(start, end)) };
}
