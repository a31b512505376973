import { withoutTokens } from "../platform/refusal.ts";

/** The instance does something else than the contract says. */
export class Difference extends Error {
  override readonly name = "Difference";
}

type Test = (value: unknown) => boolean;

const MAX_SHOWN = 240;

/**
 * Throws what is different. In `wanted` a pattern stands for a text, a function for a test; an
 * object names the fields that matter, a list is meant whole.
 */
export function same(what: string, seen: unknown, wanted: unknown): void {
  const found = firstDifference(seen, wanted, what);
  if (found !== undefined) throw new Difference(found);
}

/** Throws when it is not so. */
export function holds(isSo: boolean, what: string): void {
  if (!isSo) throw new Difference(what);
}

function firstDifference(seen: unknown, wanted: unknown, at: string): string | undefined {
  const differs = () => `${at}: wanted ${shown(wanted)}, saw ${shown(seen)}`;
  if (wanted instanceof RegExp) {
    return typeof seen === "string" && wanted.test(seen) ? undefined : differs();
  }
  if (typeof wanted === "function") return (wanted as Test)(seen) ? undefined : differs();
  if (typeof wanted !== "object" || wanted === null) return seen === wanted ? undefined : differs();
  if (typeof seen !== "object" || seen === null) return differs();
  if (Array.isArray(wanted) && (!Array.isArray(seen) || seen.length !== wanted.length)) {
    return differs();
  }
  for (const [key, value] of Object.entries(wanted)) {
    const found = firstDifference(Reflect.get(seen, key), value, `${at}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function shown(value: unknown): string {
  if (value instanceof RegExp) return String(value);
  if (typeof value === "function") return value.name === "" ? "something else" : value.name;
  const text = withoutTokens(JSON.stringify(value, readable) ?? "nothing");
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

const readable = (_key: string, value: unknown): unknown =>
  value instanceof RegExp || typeof value === "function" ? shown(value) : value;

export const aUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** ISO 8601 without an offset: UTC, with microseconds or without. */
export const aNaiveDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?$/;
export const aWholeNumber = (value: unknown): boolean => Number.isInteger(value);
export const aText = (value: unknown): boolean => typeof value === "string";
export const aBoolean = (value: unknown): boolean => typeof value === "boolean";
export const aDateOrNull = (value: unknown): boolean =>
  value === null || (typeof value === "string" && aNaiveDate.test(value));
/** The field is there, whatever it holds. */
export const present = (value: unknown): boolean => value !== undefined;
