import type { z } from "zod";

/** Where each setting was given, as the person who gave it wrote it: `--units`, LOADSTONE_DATA. */
export type Given = (setting: string) => string;

/** Problems of settings, a line each: where it was given, and what it may be. */
export const problemsOf = (error: z.ZodError, given: Given): string =>
  error.issues
    .map(({ path, message }) => {
      const [setting] = path;
      return setting === undefined ? message : `${given(String(setting))}: ${message}`;
    })
    .join("\n");

/** What a setting may be, where its schema does not say so itself; undefined leaves Zod's words. */
export function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  const { code } = issue;
  if (code === "too_big") return `at most ${issue.maximum}`;
  if (code === "too_small") {
    return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
  }
  if (code === "invalid_type")
    return issue.expected === "int" ? "a whole number" : withArticle(issue.expected);
  if (code === "invalid_value") return `one of ${issue.values.join(", ")}`;
  if (code === "unrecognized_keys") return `there is no setting ${issue.keys.join(", ")}`;
  return undefined;
}

const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;

/** `maxUnits` as a flag: `--max-units`. */
export const flagOf = (setting: string): string =>
  `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
