import { z } from "zod";
import type { Dispatcher } from "undici";
import { LoadstoneError } from "../errors.ts";
import { type Clock, systemClock } from "../load/clock.ts";
import { openAgent, openHttp, type PinnedAddress } from "./http.ts";

/** One value of a scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** More than any of the platform's exporters has by far; what follows is not read. */
const MAX_SAMPLES = 50_000;
const MAX_CHARS = 16 * 1024 * 1024;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", '"': '"', "\\": "\\" };

/** Reads Prometheus' text format; comments and lines that are no samples are passed over. */
export function parseSamples(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.slice(0, MAX_CHARS).split("\n")) {
    if (samples.length >= MAX_SAMPLES) break;
    const [, name, labels = "", number = ""] = LINE.exec(line.trim()) ?? [];
    const value = valueOf(number);
    if (name === undefined || value === undefined) continue;
    samples.push({ name, labels: labelsOf(labels), value });
  }
  return samples;
}

function valueOf(text: string): number | undefined {
  if (/^\+?Inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-Inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  const value = Number(text);
  return text === "" || Number.isNaN(value) ? undefined : value;
}

const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(LABEL)].map(([, name = "", value = ""]) => [
      name,
      value.replaceAll(/\\(.)/g, (_all, escaped: string) => ESCAPES[escaped] ?? escaped),
    ]),
  );

/** The sum of the samples of a name whose labels include these; undefined where there is none. */
export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels);
  const found = samples.filter(
    (sample) =>
      sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

export interface ScrapeOptions {
  readonly address?: PinnedAddress | undefined;
  readonly dispatcher?: Dispatcher;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/** Where the platform's exporters answer, below their own origins. */
export const EXPORTERS = {
  backend: "/pepeunit/metrics",
  emqx: "/api/v5/prometheus/stats",
  logporter: "/metrics",
} as const;
export type Exporter = keyof typeof EXPORTERS;

/** Reads one exporter once. An answer that holds no sample at all is an error. */
export async function scrape(
  exporter: Exporter,
  origin: string,
  options: ScrapeOptions = {},
): Promise<Sample[]> {
  const { signal, clock = systemClock } = options;
  const http = openHttp(origin, options.dispatcher ?? openAgent(options.address), clock);
  const path = EXPORTERS[exporter];
  try {
    const text = await http.call({
      method: "GET",
      path,
      answer: z.string(),
      reads: "text",
      signal,
    });
    const samples = parseSamples(text);
    if (samples.length > 0) return samples;
  } finally {
    // A dispatcher that was handed in belongs to the caller.
    if (options.dispatcher === undefined) await http.close();
  }
  throw new LoadstoneError("TARGET_ANSWER_INVALID", `GET ${origin}${path}: holds no metrics`, {
    hint: "Check that this is the exporter's address, and that Prometheus metrics are switched on.",
  });
}
