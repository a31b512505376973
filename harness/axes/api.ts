import type { Clock } from "../load/clock.ts";
import type { Random } from "../load/random.ts";
import { type Ledger, UNORDERED } from "../measure/ledger.ts";
import type { Contact } from "../transport/http/failure.ts";
import { HttpTransport } from "../transport/http.ts";
import type { ApiMix } from "./api-mix.ts";
import type { LoneDriver } from "./driver.ts";
import { Presence, surviveRestart } from "./presence.ts";
import { slotOf, stepOf, tagOf } from "./tag.ts";

export interface ApiOptions {
  readonly origin: string;
  /** Where to connect, whatever the name says later. */
  readonly address: { readonly address: string; readonly family: 4 | 6 };
  readonly clock: Clock;
  readonly random: Random;
  /** At least so many may be open; more where a load and its deadline need them. */
  readonly connections: number;
  readonly timeoutMs: number;
  /** Provisions what the requests ask for, and says what to ask. */
  readonly openMix: (signal: AbortSignal) => Promise<ApiMix>;
  /** Asks the target whether it is there at all; throws TARGET_UNREACHABLE when it is not. */
  readonly checkAlive: (signal: AbortSignal) => Promise<void>;
}

/** What the sends of a step go by. */
interface ApiStep {
  readonly number: number;
  readonly ledger: Ledger;
  readonly mix: ApiMix;
}

/** REST calls as the platform's callers make them, each answer checked. */
export class ApiDriver implements LoneDriver {
  readonly axis = "api" as const;
  readonly streams = 1;
  readonly unitsConnected = 0;
  /** A closed connection is a failed request here, and no session. */
  readonly dropped = 0;
  readonly #options: ApiOptions;
  readonly #transport: HttpTransport;
  #mix: ApiMix | undefined;
  #step: ApiStep | undefined;
  #presence = new Presence();

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#transport = new HttpTransport(options, (tag, errorClass, contact) =>
      this.#done(tag, errorClass, contact),
    );
  }

  get openSockets(): number {
    return this.#transport.openSockets;
  }

  get pending(): number {
    return this.#transport.outstanding;
  }

  get broken(): string | null {
    return this.#presence.broken;
  }

  /** Also makes sure of a target that the last step never reached: a dead one has no capacity. */
  async prepare(_load: number, signal: AbortSignal): Promise<void> {
    this.#mix ??= await this.#options.openMix(signal);
    if (!this.#presence.doubtful) return;
    await surviveRestart(this.#options.checkAlive, this.#options.clock, signal);
    this.#presence = new Presence();
  }

  begin(step: number, load: number, ledger: Ledger): void {
    if (this.#mix === undefined) throw new Error("a step began that was not prepared");
    this.abandon();
    this.#transport.allow(connectionsFor(load, ledger.deadlineMs));
    this.#presence = new Presence();
    this.#step = { number: step, ledger, mix: this.#mix };
  }

  /** One thread asks: the axis is limited by what the backend answers, not by what a core sends. */
  owns(): boolean {
    return true;
  }

  send(slot: number): void {
    // Without a step there is no ledger, so no slot either.
    if (this.#step === undefined) return;
    const { number, ledger, mix } = this.#step;
    ledger.sent(slot, this.#options.clock.now(), UNORDERED);
    this.#transport.send(mix.next(this.#options.random), tagOf(number, slot));
  }

  /** Throws when this machine can open no more connections: that is no failure of the target. */
  flush(): void {
    const { fault } = this.#transport;
    if (fault !== undefined) throw fault;
  }

  abandon(): void {
    this.#transport.dropAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  #done(tag: number, errorClass: string | undefined, contact: Contact): void {
    const step = this.#step;
    // An answer to a request of an older step was judged there.
    if (step === undefined || stepOf(tag) !== step.number) return;
    this.#presence.note(contact, errorClass);
    const slot = slotOf(tag);
    if (errorClass === undefined) {
      step.ledger.acknowledged(slot);
      step.ledger.arrived(slot, this.#options.clock.now());
    } else step.ledger.failed(slot, errorClass);
  }
}

/**
 * More requests than this are only out at a time when their mean answer takes longer than the
 * deadline (Little's law, and four standard deviations of a Poisson count). So a request that finds
 * no free connection met a slow target; with fewer connections the limit would be ours, unseen.
 */
function connectionsFor(perSec: number, deadlineMs: number): number {
  const out = (perSec * deadlineMs) / 1000;
  return Math.ceil(out + 4 * Math.sqrt(out));
}
