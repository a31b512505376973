import type { Ledger } from "../measure/ledger.ts";
import type { Clock } from "../load/clock.ts";
import type { Random } from "../load/random.ts";
import { HttpTransport } from "../transport/http.ts";
import type { ApiMix } from "./api-mix.ts";
import type { AxisDriver } from "./driver.ts";

export interface ApiOptions {
  readonly origin: string;
  /** Where to connect, whatever the name says later. */
  readonly address: { readonly address: string; readonly family: 4 | 6 };
  readonly clock: Clock;
  readonly random: Random;
  readonly connections: number;
  readonly timeoutMs: number;
  /** Provisions what the requests ask for, and says what to ask. */
  readonly openMix: (signal: AbortSignal) => Promise<ApiMix>;
}

/** REST calls as the platform's callers make them, each answer checked. */
export class ApiDriver implements AxisDriver {
  readonly axis = "api" as const;
  readonly streams = 1;
  readonly unitsConnected = 0;
  readonly broken = null;
  readonly #options: ApiOptions;
  readonly #transport: HttpTransport;
  #mix: ApiMix | undefined;
  #ledger: Ledger | undefined;
  #step = 0;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#transport = new HttpTransport(options, (tag, errorClass) => this.#done(tag, errorClass));
  }

  get openSockets(): number {
    return this.#transport.openSockets;
  }

  async prepare(_load: number, signal: AbortSignal): Promise<void> {
    this.#mix ??= await this.#options.openMix(signal);
  }

  begin(step: number, _load: number, ledger: Ledger): void {
    this.#step = step;
    this.#ledger = ledger;
  }

  send(slot: number, _intendedAtMs: number): void {
    if (this.#mix === undefined || this.#ledger === undefined) return;
    this.#ledger.sent(slot, this.#options.clock.now(), 0);
    this.#transport.send(this.#mix.next(this.#options.random), tagOf(this.#step, slot));
  }

  flush(): void {}

  #done(tag: number, errorClass: string | undefined): void {
    // An answer to a request of an older step was judged there.
    if (stepOf(tag) !== this.#step) return;
    const slot = slotOf(tag);
    if (errorClass === undefined) {
      this.#ledger?.acknowledged(slot);
      this.#ledger?.arrived(slot, this.#options.clock.now());
    } else this.#ledger?.failed(slot, errorClass);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}

const SLOTS_PER_STEP = 2 ** 30;
const tagOf = (step: number, slot: number): number => step * SLOTS_PER_STEP + slot;
const stepOf = (tag: number): number => Math.floor(tag / SLOTS_PER_STEP);
const slotOf = (tag: number): number => tag % SLOTS_PER_STEP;
