import { LETTERS, type Letter } from "../contracts/report.ts";
import { LETTER_FLOORS_UNITS } from "../contracts/scale.ts";

/** The letter of a number of reference Units. */
export function letterOf(units: number): Letter {
  return LETTERS.find((letter) => units >= LETTER_FLOORS_UNITS[letter]) ?? "F";
}

/** The worse of two letters. */
export function worse(a: Letter, b: Letter): Letter {
  return LETTERS.indexOf(a) > LETTERS.indexOf(b) ? a : b;
}

/** Reference Units from which the next better letter begins; infinite above S. */
export function ceilingOf(letter: Letter): number {
  const better = LETTERS[LETTERS.indexOf(letter) - 1];
  return better === undefined ? Number.POSITIVE_INFINITY : LETTER_FLOORS_UNITS[better];
}

/** What a new grading says, in reference Units. */
export interface LetterEvidence {
  readonly units: number;
  /** Best estimate behind `units`, which is a lower bound of it. */
  readonly value: number;
  readonly low: number;
  /** Null when nothing broke: no upper end is known. */
  readonly high: number | null;
}

/**
 * The letter after a re-grading: the old one until the 95 % interval lies wholly outside its band.
 *
 * Upwards the whole lower arm of the interval must clear the threshold from `units`, not from
 * `value`: both gradings publish a lower bound, so they wobble together, and asking only
 * `low ≥ threshold` flips 1.8 % of unchanged targets (SD 5 %) instead of 0.2 %.
 */
export function settleLetter(evidence: LetterEvidence, previous: Letter | undefined): Letter {
  const { units, value, low, high } = evidence;
  const letter = letterOf(units);
  if (previous === undefined || letter === previous) return letter;
  const lowerArm = value > 0 ? low / value : 1;
  if (units * lowerArm >= ceilingOf(previous)) return letter;
  if (high !== null && high < LETTER_FLOORS_UNITS[previous]) return letter;
  return previous;
}
