import type { PublishTemplate } from "../transport/mqtt/encode.ts";
import type { ConnectedUnits } from "./connected-units.ts";
import type { LiveUnit } from "./live-unit.ts";
import { isOf, type Share } from "./unit-source.ts";
import type { WrittenKind } from "./written-kind.ts";

/** A stream's frame, made for one session. */
interface Held {
  readonly live: LiveUnit;
  readonly template: PublishTemplate;
}

/** The streams of a kind: their frames, and which of them were seen to be read. */
export class WrittenStreams {
  readonly #units: ConnectedUnits;
  readonly #share: Share;
  readonly #held: (Held | undefined)[] = [];
  /** The session that was; another one is checked anew by the broker. */
  readonly #proved: (LiveUnit | undefined)[] = [];
  #kind: WrittenKind | undefined;

  constructor(units: ConnectedUnits, share: Share) {
    this.#units = units;
    this.#share = share;
  }

  /** What frames are made for from here on. */
  use(kind: WrittenKind): void {
    this.#held.length = 0;
    this.#kind = kind;
  }

  /** Undefined where the Unit has no such topic. */
  templateOf(stream: number, live: LiveUnit): PublishTemplate | undefined {
    const held = this.#held[stream];
    if (held?.live === live) return held.template;
    const kind = this.#kind;
    const topic = kind?.topicOf(live.unit, stream);
    if (kind === undefined || topic === undefined) return undefined;
    const template = live.session.template(topic, kind.qos, kind.payloadBytes(stream));
    this.#held[stream] = { live, template };
    return template;
  }

  prove(stream: number): void {
    this.#proved[stream] = this.#liveOf(stream);
  }

  /** Own streams whose present session was not yet seen to be read. */
  unproved(): number[] {
    const kind = this.#kind;
    if (kind === undefined) return [];
    const streams = Array.from({ length: kind.streams }, (_, stream) => stream);
    return streams.filter((stream) => {
      if (!isOf(this.#share, kind.unitOf(stream))) return false;
      const live = this.#liveOf(stream);
      return live === undefined || this.#proved[stream] !== live;
    });
  }

  #liveOf(stream: number): LiveUnit | undefined {
    return this.#kind === undefined ? undefined : this.#units.unit(this.#kind.unitOf(stream));
  }
}
