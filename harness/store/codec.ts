import { z } from "zod";
import {
  EventRow,
  GradeRow,
  ProfileRow,
  ResourceRow,
  RunRow,
  SecondRow,
  Trial,
  UnitMinuteRow,
} from "./rows.ts";
import type { RowsByTable, Table } from "./store.ts";

/**
 * Rows to and from columns. Columns carry the names of the row's fields. Parts that are never
 * aggregated are JSON text in one column; an absent part is the empty string.
 */
export interface Codec<Row> {
  readonly columns: readonly string[];
  /**
   * The row as one line of JSONEachRow; throws a ZodError when it breaks its schema. `ordinal`
   * rises with each row written, and orders what happened in the same millisecond.
   */
  encode(row: Row, ordinal: number): string;
  /** The row from a parsed line of JSONEachRow; throws a ZodError when it breaks its schema. */
  decode(raw: unknown): Row;
}

const Columns = z.record(z.string(), z.unknown());
type Columns = z.infer<typeof Columns>;

const JSON_TEXT = z.string().transform((text): unknown => JSON.parse(text));

/** The fields of a row schema, in its order. */
const fieldsOf = (schema: { unwrap(): { shape: object } }): string[] =>
  Object.keys(schema.unwrap().shape);

/** Packs the fields named into JSON text and leaves the others as they are. */
function packing<Row extends object>(
  schema: z.ZodType<Row> & { unwrap(): { shape: object } },
  packed: readonly string[] = [],
): Codec<Row> {
  const columns = fieldsOf(schema);
  return {
    columns,
    encode(row) {
      const values: Columns = Object.fromEntries(Object.entries(schema.parse(row)));
      for (const name of packed) {
        values[name] = values[name] === undefined ? "" : JSON.stringify(values[name]);
      }
      return JSON.stringify(values);
    },
    decode(raw) {
      const values = Columns.parse(raw);
      const row: Columns = {};
      for (const name of columns) {
        if (!packed.includes(name)) row[name] = values[name];
        else if (values[name] !== "") row[name] = JSON_TEXT.parse(values[name]);
      }
      return schema.parse(row);
    },
  };
}

/** Events of one millisecond keep the order they were written in. */
const eventCodec: Codec<EventRow> = {
  ...packing(EventRow),
  encode: (row, ordinal) => JSON.stringify({ ...EventRow.parse(row), ordinal }),
};

const SECOND_FIELDS = fieldsOf(SecondRow).filter((name) => name !== "latency");

/** A histogram is two array columns, so that SQL can merge it. */
const secondCodec: Codec<SecondRow> = {
  columns: [...SECOND_FIELDS, "latencyBuckets", "latencyCounts"],
  encode(row) {
    const { health, latency, ...counts } = SecondRow.parse(row);
    return JSON.stringify({
      ...counts,
      health: JSON.stringify(health),
      latencyBuckets: latency.buckets,
      latencyCounts: latency.counts,
    });
  },
  decode(raw) {
    const { health, latencyBuckets, latencyCounts, ...values } = Columns.parse(raw);
    return SecondRow.parse({
      ...values,
      health: JSON_TEXT.parse(health),
      latency: { buckets: latencyBuckets, counts: latencyCounts },
    });
  },
};

/** One codec a table. */
export const CODECS: { readonly [T in Table]: Codec<RowsByTable[T]> } = {
  runs: packing(RunRow),
  trials: packing(Trial, [
    "latencyMs",
    "serviceMs",
    "errorClasses",
    "health",
    "stepHarmSec",
    "generatorCeiling",
    "sampled",
    "parts",
  ]),
  seconds: secondCodec,
  events: eventCodec,
  resources: packing(ResourceRow),
  grades: packing(GradeRow, ["report"]),
  profiles: packing(ProfileRow),
  unit_minutes: packing(UnitMinuteRow),
};

/** True for the name of a table of this version; a spool may come from another. */
export const isTable = (name: string): name is Table => Object.hasOwn(CODECS, name);
