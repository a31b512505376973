import type { MqttSession } from "../../transport/mqtt/session.ts";
import type { TopicPlace } from "../topic-place.ts";
import type { BatchLine } from "./journal-lines.ts";

/** What a meter needs of a session. */
export type MeterSession = Pick<MqttSession, "sessionPresent" | "acknowledge" | "flush">;

interface Acks {
  readonly session: MeterSession;
  readonly packetIds: number[];
}

type Count = [place: number, minute: number, messages: number, bytes: number];

/** Topics beyond this share one place: a runaway client must not fill memory. */
const MOST_PLACES = 200_000;
const OTHERS = { repo: "", unit: "others", node: "others" } as const;

/** Counts since the last line of the journal, and what may be acknowledged once they are on disk. */
export class Pending {
  #counts = new Map<string, Count>();
  #acks: [number, number][] = [];
  #owners: Acks[] = [];
  #fresh = false;
  readonly #numbers = new Map<string, number>();
  readonly #places: [number, string, string, string][] = [];
  /** Numbers that the segment which grows has explained. */
  #explained = new Set<number>();

  get isEmpty(): boolean {
    return this.#counts.size === 0 && this.#acks.length === 0 && !this.#fresh;
  }

  count(topic: string, minute: number, bytes: number, place: () => TopicPlace): void {
    const number = this.#numbers.get(topic) ?? this.#number(topic, place);
    const key = `${number} ${minute}`;
    const count = this.#counts.get(key);
    if (count === undefined) {
      this.#counts.set(key, [number, minute, 1, bytes]);
      return;
    }
    count[2] += 1;
    count[3] += bytes;
  }

  ack(session: MeterSession, packetId: number, hash: number): void {
    this.#acks.push([packetId, hash]);
    const last = this.#owners.at(-1);
    if (last?.session === session) last.packetIds.push(packetId);
    else this.#owners.push({ session, packetIds: [packetId] });
  }

  /** A session of which the broker knew nothing: earlier packet ids mean nothing. */
  begin(): void {
    this.#acks = [];
    this.#owners = [];
    this.#fresh = true;
  }

  /** A new segment begins, which explains its topics itself. */
  beginSegment(): void {
    this.#explained = new Set();
  }

  take(): { readonly line: BatchLine; readonly acks: readonly Acks[] } {
    const counts = [...this.#counts.values()];
    const places = counts.flatMap(([number]) => this.#explain(number));
    const line: BatchLine = {
      ...(places.length > 0 ? { places } : {}),
      counts,
      ...(this.#acks.length > 0 ? { acks: this.#acks } : {}),
      ...(this.#fresh ? { fresh: true as const } : {}),
    };
    const acks = this.#owners;
    this.#counts = new Map();
    this.#acks = [];
    this.#owners = [];
    this.#fresh = false;
    return { line, acks };
  }

  #explain(number: number): [number, string, string, string][] {
    const place = this.#places[number];
    if (place === undefined || this.#explained.has(number)) return [];
    this.#explained.add(number);
    return [place];
  }

  #number(topic: string, place: () => TopicPlace): number {
    const number = Math.min(this.#numbers.size, MOST_PLACES);
    const isOther = number === MOST_PLACES;
    const { repo, unit, node } = isOther ? OTHERS : place();
    if (!isOther) this.#numbers.set(topic, number);
    this.#places[number] = [number, repo, unit, node];
    return number;
  }
}
