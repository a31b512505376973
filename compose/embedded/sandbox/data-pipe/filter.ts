import type { PipeConfig } from "./config.ts";

/** What the service remembers of a node between messages; lost when it restarts. */
export interface PipeMemory {
  acceptedAtMs?: number;
  /** After the transformations: settings that change the text defeat the check for repetition. */
  lastValue?: string;
}

export type Filtered =
  | { readonly value: string }
  | { readonly dropped: "inactive" | "listed" | "threshold" | "rate" | "size" | "repeated" };

/** Passes one message through the filters and transformations in the order of the service. */
export function filterMessage(
  config: PipeConfig,
  memory: PipeMemory,
  payload: Buffer,
  wallMs: number,
): Filtered {
  const { filters } = config;
  const text = payload.toString("utf8");
  const number = parseFloatStrictly(text);
  if (!isActive(config.active_period, wallMs)) return { dropped: "inactive" };
  if (!passesList(filters, text, number)) return { dropped: "listed" };
  if (!passesThreshold(filters, number)) return { dropped: "threshold" };
  const sinceMs = wallMs - (memory.acceptedAtMs ?? Number.NEGATIVE_INFINITY);
  if (sinceMs < filters.max_rate * 1000) return { dropped: "rate" };
  if (filters.max_size > 0 && payload.length > filters.max_size) return { dropped: "size" };
  if (filters.last_unique_check && text === memory.lastValue) return { dropped: "repeated" };
  const value = transform(config, payload, text, number);
  memory.acceptedAtMs = wallMs;
  memory.lastValue = value;
  return { value };
}

/** A time without a zone, which the backend let pass, never makes a pipe active. */
const ZONED = /T\d{2}:\d{2}.*(Z|[+-]\d{2}:\d{2})$/;
const zonedMs = (text: string | null): number =>
  text !== null && ZONED.test(text) ? Date.parse(text) : Number.NaN;

function isActive({ type, start, end }: PipeConfig["active_period"], wallMs: number): boolean {
  const isAfter = type === "Permanent" || type === "ToDate" || wallMs >= zonedMs(start);
  const isBefore = type === "Permanent" || type === "FromDate" || wallMs <= zonedMs(end);
  return isAfter && isBefore;
}

/** The number that a text is as a whole, or NaN. */
const parseFloatStrictly = (text: string): number =>
  text === "" || /\s/.test(text) ? Number.NaN : Number(text);

function passesList(filters: PipeConfig["filters"], text: string, number: number): boolean {
  const { type_value_filtering: kind, filtering_values: values } = filters;
  if (kind === null || values === null) return true;
  const isIn =
    filters.type_input_value === "Number"
      ? values.some((value) => Number(value) === number)
      : values.includes(text);
  return isIn === (kind === "WhiteList");
}

function passesThreshold(filters: PipeConfig["filters"], number: number): boolean {
  const { type_value_threshold: kind, threshold_min: min, threshold_max: max } = filters;
  if (kind === null || Number.isNaN(number)) return true;
  if (kind !== "Max" && min !== null && number < min) return false;
  return kind === "Min" || max === null || number <= max;
}

const RATIO_DECIMALS = 6;

function transform(config: PipeConfig, payload: Buffer, text: string, number: number): string {
  const { multiplication_ratio: ratio, round_decimal_point: decimals } =
    config.transformations ?? {};
  if (config.transformations === null) return text;
  if (config.filters.type_input_value === "Text") {
    const { slice_start: from, slice_end: to } = config.transformations;
    if (from === null && to === null) return text;
    return payload.subarray(from ?? 0, to ?? payload.length).toString("utf8");
  }
  if (Number.isNaN(number)) return text;
  const multiplied = typeof ratio === "number" ? (number * ratio).toFixed(RATIO_DECIMALS) : text;
  return typeof decimals === "number" ? Number(multiplied).toFixed(decimals) : multiplied;
}
