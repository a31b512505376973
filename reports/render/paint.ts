/** Gives a text its colour, or leaves it as it is. */
export type Tone = (text: string) => string;

/** Colours that may be asked for. Colour repeats what words and marks already say. */
export interface Paint {
  readonly bold: Tone;
  readonly dim: Tone;
  readonly good: Tone;
  readonly warn: Tone;
  readonly bad: Tone;
  readonly accent: Tone;
}

const same: Tone = (text) => text;
const PLAIN: Paint = { bold: same, dim: same, good: same, warn: same, bad: same, accent: same };

const sgr =
  (on: number, off: number): Tone =>
  (text) =>
    text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`;

const ANSI: Paint = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  good: sgr(32, 39),
  warn: sgr(33, 39),
  bad: sgr(31, 39),
  accent: sgr(36, 39),
};

export function paintOf(color: boolean): Paint {
  return color ? ANSI : PLAIN;
}

const ESCAPE = "\u001b";
const SGR = new RegExp(`${ESCAPE}\\[[0-9;]*m`, "g");

/** A text without its colours. */
export function uncolored(text: string): string {
  return text.replace(SGR, "");
}

/** Columns a text takes on a terminal, colours aside. Every character here is one column wide. */
export function columnsOf(text: string): number {
  return Array.from(uncolored(text)).length;
}

export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - columnsOf(text))) + text;
}

/** Text from outside without control characters: a target's name must not drive the terminal. */
export function harmless(text: string): string {
  // Control characters are what this is about.
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, " ");
}

/** Text broken at spaces into lines of at most `columns`; a longer word stands alone. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/ +/)) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/** Grouped digits with an ordinary space: a thin one breaks columns where it is pasted. */
export function evenSpaces(text: string): string {
  return text.replaceAll("\u202f", " ");
}
