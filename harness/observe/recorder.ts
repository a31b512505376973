import type { RecordingFile } from "./recording-file.ts";
import type { EventLine, MessageLine, TopicLine } from "./recording-lines.ts";
import { anonymous, placeOf, type Topology } from "./topic-place.ts";

/** One message as it came by; nothing of what it says but its length. */
export interface Seen {
  /** Unix epoch milliseconds, with digits below the millisecond. */
  readonly atMs: number;
  readonly topic: string;
  readonly bytes: number;
  readonly qos: number;
  readonly retained: boolean;
  readonly repeated: boolean;
  readonly payload?: Buffer;
}

export interface RecorderOptions {
  readonly file: RecordingFile;
  readonly topology: Topology;
  /** Undefined: names as they are. Else what makes the hashes this target's own. */
  readonly hideAs: string | undefined;
}

/** Past this many topics, new ones are counted and let go: a runaway client must not fill memory. */
const MAX_TOPICS = 200_000;

/** Turns what is seen into lines of a recording. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #topics = new Map<string, TopicLine>();
  #messages = 0;
  #bytes = 0;
  #overflow = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    options.file.onPart = () => this.#topics.forEach((line) => options.file.write(line));
  }

  get counts() {
    const topics = this.#topics.size;
    return { messages: this.#messages, bytes: this.#bytes, topics, overflow: this.#overflow };
  }

  see(seen: Seen): void {
    const topic = this.#topicOf(seen.topic);
    if (topic === undefined) {
      this.#overflow += 1;
      return;
    }
    this.#messages += 1;
    this.#bytes += seen.bytes;
    this.#options.file.write(this.#line(seen, topic.t));
  }

  event(event: EventLine["event"], wallMs: number, detail?: string): void {
    const at = this.#offset(wallMs);
    const said = detail === undefined ? {} : { detail };
    this.#options.file.write({ kind: "event", at, event, ...said });
  }

  #line({ atMs, bytes, qos, retained, repeated, payload }: Seen, t: number): MessageLine {
    return {
      at: this.#offset(atMs),
      t,
      b: bytes,
      q: qos,
      ...(retained ? { r: 1 as const } : {}),
      ...(repeated ? { d: 1 as const } : {}),
      ...(payload === undefined ? {} : { p: payload.toString("base64") }),
    };
  }

  /** Hundredths of a millisecond are finer than any socket tells. */
  #offset(wallMs: number): number {
    return Math.round((wallMs - this.#options.file.startedAtMs) * 100) / 100;
  }

  #topicOf(name: string): TopicLine | undefined {
    const known = this.#topics.get(name);
    if (known !== undefined || this.#topics.size >= MAX_TOPICS) return known;
    const { topology, hideAs, file } = this.#options;
    const place = placeOf(name, topology);
    const told = hideAs === undefined ? place : anonymous(hideAs, place);
    const line: TopicLine = { kind: "topic", t: this.#topics.size, ...told };
    this.#topics.set(name, line);
    file.write(line);
    return line;
  }
}
