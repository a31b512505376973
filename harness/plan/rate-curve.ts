/** A straight piece of a rate over time; it begins where the one before ended. */
export interface RatePiece {
  readonly lengthMs: number;
  readonly fromPerSec: number;
  readonly toPerSec: number;
}

interface PlacedPiece extends RatePiece {
  readonly startMs: number;
  /** Messages due before the piece. */
  readonly countBefore: number;
}

/**
 * A rate over time made of straight pieces, its integral and the inverse of that, both exact: what
 * is due by a time, and when the n-th message is due. After its end it repeats, or nothing is due.
 */
export class RateCurve {
  readonly lengthMs: number;
  /** Messages due over the whole length. */
  readonly total: number;
  readonly peakPerSec: number;
  readonly #pieces: readonly PlacedPiece[];
  readonly #repeat: boolean;

  constructor(pieces: readonly RatePiece[], repeat: boolean) {
    const placed: PlacedPiece[] = [];
    let startMs = 0;
    let countBefore = 0;
    for (const piece of pieces) {
      const count = ((piece.fromPerSec + piece.toPerSec) / 2) * (piece.lengthMs / 1000);
      placed.push({ ...piece, startMs, countBefore });
      startMs += piece.lengthMs;
      countBefore += count;
    }
    this.#pieces = placed;
    this.#repeat = repeat;
    this.lengthMs = startMs;
    this.total = countBefore;
    this.peakPerSec = Math.max(
      0,
      ...pieces.flatMap(({ fromPerSec, toPerSec }) => [fromPerSec, toPerSec]),
    );
  }

  /** Messages due in [0, atMs), a fraction for one half-way due. */
  countBefore(atMs: number): number {
    if (!this.#repeat && atMs >= this.lengthMs) return this.total;
    const rounds = this.#repeat ? Math.floor(atMs / this.lengthMs) : 0;
    const withinMs = atMs - rounds * this.lengthMs;
    const piece = this.#last((candidate) => candidate.startMs <= withinMs);
    if (piece === undefined) return 0;
    const sec = (withinMs - piece.startMs) / 1000;
    const risen = (slopeOf(piece) * sec) / 2;
    return rounds * this.total + piece.countBefore + (piece.fromPerSec + risen) * sec;
  }

  /** When the message with `count` others before it is due, milliseconds; Infinity when never. */
  timeOf(count: number): number {
    if (this.total === 0 || (!this.#repeat && count >= this.total)) return Infinity;
    const rounds = this.#repeat ? Math.floor(count / this.total) : 0;
    const within = count - rounds * this.total;
    const piece = this.#last((candidate) => candidate.countBefore <= within);
    if (piece === undefined) return Infinity;
    return rounds * this.lengthMs + piece.startMs + msInto(piece, within - piece.countBefore);
  }

  /** The last piece that fits; those that fit come first. */
  #last(fits: (piece: PlacedPiece) => boolean): PlacedPiece | undefined {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const piece = this.#pieces[middle];
      if (piece !== undefined && fits(piece)) low = middle + 1;
      else high = middle;
    }
    return this.#pieces[low - 1];
  }
}

/** Growth of the rate, per second each second. */
const slopeOf = ({ fromPerSec, toPerSec, lengthMs }: RatePiece): number =>
  lengthMs === 0 ? 0 : ((toPerSec - fromPerSec) * 1000) / lengthMs;

/** Solves `from·t + slope·t²/2 = count` in the form that loses no digits at either end. */
function msInto(piece: PlacedPiece, count: number): number {
  if (count <= 0) return 0;
  const { fromPerSec, toPerSec } = piece;
  if (fromPerSec === toPerSec) return (count * 1000) / fromPerSec;
  const root = Math.sqrt(Math.max(0, fromPerSec ** 2 + 2 * slopeOf(piece) * count));
  return Math.min(piece.lengthMs, (2000 * count) / (fromPerSec + root));
}
