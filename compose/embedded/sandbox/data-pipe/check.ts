import { parse } from "yaml";
import { Refusal } from "../platform/refusal.ts";
import { PipeConfig } from "./config.ts";

const STAGES = {
  active_period: "ActivePeriod",
  filters: "Filters",
  transformations: "Transformations",
  processing_policy: "ProcessingPolicy",
} as const;

/** One thing that is wrong with a pipe's settings, and in which part of them. */
export interface PipeProblem {
  readonly stage: (typeof STAGES)[keyof typeof STAGES];
  readonly message: string;
}

/** The settings in a YAML text, or what is wrong with them. */
export function readPipe(
  yaml: string,
): { readonly config: PipeConfig } | { readonly problems: readonly PipeProblem[] } {
  const parsed = PipeConfig.safeParse(parseYaml(yaml));
  if (parsed.success) return { config: parsed.data };
  return {
    problems: parsed.error.issues.flatMap(({ path, message }) => toProblems(path, message)),
  };
}

function toProblems(path: readonly PropertyKey[], message: string): PipeProblem[] {
  const [section, ...field] = path;
  const stage = Object.entries(STAGES).find(([name]) => name === section)?.[1];
  const text = [...field, message].map(String).join(": ");
  // What is no mapping at all lacks every part that is required.
  const stages =
    stage === undefined
      ? [STAGES.active_period, STAGES.filters, STAGES.processing_policy]
      : [stage];
  return stages.map((each) => ({ stage: each, message: text }));
}

function parseYaml(text: string): unknown {
  if (text.trim() === "") throw new Refusal("dataPipe", "DataPipe is None");
  try {
    return parse(text);
  } catch {
    throw new Refusal("dataPipe", "This is not YAML");
  }
}
