/** A value, or every reason why there is none. */
export type Parsed<T> = { readonly value: T } | { readonly problems: readonly string[] };

/** Reads "relay=900,api=120": positive numbers by name. */
export function parseRates<Name extends string>(
  flag: string,
  text: string,
  names: readonly Name[],
): Parsed<{ readonly [N in Name]?: number }> {
  const rates: { [N in Name]?: number } = {};
  const problems: string[] = [];
  for (const part of text.split(",").filter((piece) => piece !== "")) {
    const [given = "", rate = "", ...rest] = part.split("=");
    const name = names.find((each) => each === given);
    const perSec = Number(rate);
    if (name === undefined) {
      problems.push(`${flag}: "${given}" is none of ${names.join(", ")}`);
    } else if (name in rates) {
      problems.push(`${flag}: "${name}" is given twice`);
    } else if (rest.length > 0 || !(perSec > 0) || !Number.isFinite(perSec)) {
      problems.push(`${flag}: "${part}" needs a number above 0, as in ${name}=900`);
    } else {
      rates[name] = perSec;
    }
  }
  return problems.length > 0 ? { problems } : { value: rates };
}

/** Reads "a,b": some of the names. */
export function parseNames<Name extends string>(
  flag: string,
  text: string,
  names: readonly Name[],
): Parsed<readonly Name[]> {
  const given = text.split(",").filter((piece) => piece !== "");
  const known = given.flatMap((word) => names.find((each) => each === word) ?? []);
  const problems = given
    .filter((word) => !names.some((each) => each === word))
    .map((word) => `${flag}: "${word}" is none of ${names.join(", ")}`);
  return problems.length > 0 ? { problems } : { value: known };
}

export function parseNumber(flag: string, text: string, min: number, max: number): Parsed<number> {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= min && value <= max) return { value };
  return { problems: [`${flag}: "${text}" is not a number from ${min} to ${max}`] };
}

export function parseWhole(flag: string, text: string, max: number): Parsed<number> {
  const parsed = parseNumber(flag, text, 0, max);
  if ("problems" in parsed || Number.isInteger(parsed.value)) return parsed;
  return { problems: [`${flag}: "${text}" is not a whole number`] };
}

/** Reads a flag only when it is given. */
export const optional = <T>(
  text: string | undefined,
  read: (text: string) => Parsed<T>,
): Parsed<T | undefined> => (text === undefined ? { value: undefined } : read(text));
