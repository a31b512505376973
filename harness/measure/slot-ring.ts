/** No slot: the end of a stream's chain. */
export const NO_SLOT = -1;

/** Where a message stands. */
export const SLOT = {
  due: 0,
  sent: 1,
  /** Its stream moved on past it before its deadline. */
  overtaken: 2,
  done: 3,
  lost: 4,
  failed: 5,
  unsent: 6,
} as const;
export type SlotState = (typeof SLOT)[keyof typeof SLOT];

/** Low bits of a state byte; the rest are flags. */
const STATE_BITS = 0b111;
/** Known to have missed its deadline. */
const BAD = 0b1000;
/** Sent without an envelope: its arrival is known by counts alone. */
const COUNTED = 0b1_0000;

const LEAST = 64;

/**
 * The open slots of a ledger: from the oldest not yet folded to the newest. Slot `s` lies at
 * `s & mask`; who asks for a slot knows that it is open.
 */
export class SlotRing {
  mask = LEAST - 1;
  intendedAt = new Float64Array(LEAST);
  sentAt = new Float64Array(LEAST);
  /** Stream it was sent on. */
  stream = new Int32Array(LEAST);
  /** Next younger slot of the same stream. */
  younger = new Int32Array(LEAST);
  #state = new Uint8Array(LEAST);

  get capacity(): number {
    return this.mask + 1;
  }

  stateOf(slot: number): SlotState {
    return ((this.#state[slot & this.mask] ?? 0) & STATE_BITS) as SlotState;
  }

  setState(slot: number, to: SlotState): void {
    const at = slot & this.mask;
    this.#state[at] = ((this.#state[at] ?? 0) & ~STATE_BITS) | to;
  }

  open(slot: number, intendedAtMs: number): void {
    this.#state[slot & this.mask] = SLOT.due;
    this.intendedAt[slot & this.mask] = intendedAtMs;
  }

  send(slot: number, atMs: number, stream: number, counted: boolean): void {
    const at = slot & this.mask;
    this.#state[at] = counted ? SLOT.sent | COUNTED : SLOT.sent;
    this.sentAt[at] = atMs;
    this.stream[at] = stream;
  }

  isCounted(slot: number): boolean {
    return ((this.#state[slot & this.mask] ?? 0) & COUNTED) !== 0;
  }

  isBad(slot: number): boolean {
    return ((this.#state[slot & this.mask] ?? 0) & BAD) !== 0;
  }

  setBad(slot: number): void {
    const at = slot & this.mask;
    this.#state[at] = (this.#state[at] ?? 0) | BAD;
  }

  /** Makes room for so many open slots; those in `[from, to)` are kept. */
  reserve(slots: number, from: number, to: number): void {
    if (slots <= this.capacity) return;
    const capacity = 2 ** Math.ceil(Math.log2(slots));
    const before = this.mask;
    this.mask = capacity - 1;
    const move = <T extends Uint8Array | Float64Array | Int32Array>(old: T, grown: T): T => {
      for (let slot = from; slot < to; slot++) grown[slot & this.mask] = old[slot & before] ?? 0;
      return grown;
    };
    this.#state = move(this.#state, new Uint8Array(capacity));
    this.intendedAt = move(this.intendedAt, new Float64Array(capacity));
    this.sentAt = move(this.sentAt, new Float64Array(capacity));
    this.stream = move(this.stream, new Int32Array(capacity));
    this.younger = move(this.younger, new Int32Array(capacity));
  }
}
