import { z } from "zod";
import { AGGREGATIONS } from "../records/rows.ts";

/** The settings of a node's pipe, with the rules that the backend checks. */

const MAX_RATE_SEC = 86_400;
const MAX_SIZE_BYTES = 262_144;
const WINDOWS_SEC: readonly number[] = [
  60, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400,
];

const maybe = <T extends z.ZodType>(type: T) => type.nullable().default(null);
/** A zone may be missing: the backend takes such a time, and the pipe then never runs. */
const datetime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/);

const ActivePeriod = z
  .object({
    type: z.enum(["Permanent", "FromDate", "ToDate", "DateRange"]),
    start: maybe(datetime),
    end: maybe(datetime),
  })
  .superRefine(({ type, start, end }, issues) => {
    const lacksStart = start === null && (type === "FromDate" || type === "DateRange");
    const lacksEnd = end === null && (type === "ToDate" || type === "DateRange");
    if (lacksStart || lacksEnd) issues.addIssue(`${type} needs its start or end`);
    else if (type === "DateRange" && Date.parse(start ?? "") >= Date.parse(end ?? "")) {
      issues.addIssue("start must be less than end");
    }
  });

const Filters = z
  .object({
    type_input_value: z.enum(["Text", "Number"]),
    type_value_filtering: maybe(z.enum(["WhiteList", "BlackList"])),
    filtering_values: maybe(z.array(z.union([z.string(), z.number()]))),
    type_value_threshold: maybe(z.enum(["Min", "Max", "Range"])),
    threshold_min: maybe(z.int()),
    threshold_max: maybe(z.int()),
    max_rate: z.int().min(0).max(MAX_RATE_SEC),
    last_unique_check: z.boolean().default(false),
    max_size: z.int().min(0).max(MAX_SIZE_BYTES),
  })
  .superRefine((filters, issues) => {
    for (const problem of [listProblem(filters), thresholdProblem(filters)]) {
      if (problem !== undefined) issues.addIssue(problem);
    }
  });

interface ListFilter {
  readonly type_input_value: "Text" | "Number";
  readonly type_value_filtering: "WhiteList" | "BlackList" | null;
  readonly filtering_values: readonly (string | number)[] | null;
}

function listProblem(filters: ListFilter): string | undefined {
  const { type_input_value: type, filtering_values: values } = filters;
  if (filters.type_value_filtering === null) return undefined;
  if (values === null) return "filtering_values is required";
  const fits = (value: string | number) =>
    type === "Number" ? value !== "" && !Number.isNaN(Number(value)) : typeof value === "string";
  return values.every(fits) ? undefined : `filtering_values must all be of type ${type}`;
}

interface ThresholdFilter {
  readonly type_input_value: "Text" | "Number";
  readonly type_value_threshold: "Min" | "Max" | "Range" | null;
  readonly threshold_min: number | null;
  readonly threshold_max: number | null;
}

/** Looked at for numbers only; the service applies it to any text that is one. */
function thresholdProblem(filters: ThresholdFilter): string | undefined {
  const { type_value_threshold: type, threshold_min: min, threshold_max: max } = filters;
  if (filters.type_input_value !== "Number" || type === null) return undefined;
  if (type !== "Max" && min === null) return "threshold_min is required";
  if (type !== "Min" && max === null) return "threshold_max is required";
  if (type === "Range" && min !== null && max !== null && min >= max) {
    return "threshold_min must be less than threshold_max";
  }
  return undefined;
}

const Transformations = z.object({
  multiplication_ratio: maybe(z.number()),
  round_decimal_point: maybe(z.int().min(0).max(7)),
  slice_start: maybe(z.int()),
  slice_end: maybe(z.int()),
});

const ProcessingPolicy = z
  .object({
    policy_type: z.enum(["LastValue", "NRecords", "TimeWindow", "Aggregation"]),
    n_records_count: maybe(z.int().min(1).max(1024)),
    time_window_size: maybe(z.int().refine((size) => WINDOWS_SEC.includes(size))),
    aggregation_functions: maybe(z.enum(AGGREGATIONS)),
  })
  .superRefine((policy, issues) => {
    for (const name of REQUIRED[policy.policy_type]) {
      if (policy[name] === null) issues.addIssue(`${name} is required`);
    }
  });

const REQUIRED = {
  LastValue: [],
  NRecords: ["n_records_count"],
  TimeWindow: ["time_window_size"],
  Aggregation: ["time_window_size", "aggregation_functions"],
} as const;

export const PipeConfig = z.object({
  active_period: ActivePeriod,
  filters: Filters,
  transformations: maybe(Transformations),
  processing_policy: ProcessingPolicy,
});
export type PipeConfig = z.infer<typeof PipeConfig>;

/** What the instance gives to every new node by itself. */
export const DEFAULT_PIPE: PipeConfig = PipeConfig.parse({
  active_period: { type: "Permanent" },
  filters: { type_input_value: "Text", max_rate: 5, last_unique_check: false, max_size: 100 },
  processing_policy: { policy_type: "LastValue" },
});
