import { z } from "zod";
import type { UnitMinuteRow } from "#harness/store/rows.ts";

/**
 * Lines of a meter's journal. A line is whole or it is not there: what a crash tore was never
 * acknowledged, so the broker sends it again.
 */

/** First line of a segment: its name for good, and the messages in doubt when it began. */
export const SegmentHead = z.object({
  kind: z.literal("meter"),
  version: z.literal(1),
  /** Makes the token its rows are stored under. */
  id: z.string().min(8),
  doubt: z.array(z.tuple([z.int(), z.int()])),
});
export type SegmentHead = z.infer<typeof SegmentHead>;

/** Place of a topic, said once a segment before its number is used. */
const Place = z.tuple([z.int(), z.string(), z.string(), z.string()]);

/** What was counted since the line before, and the messages to acknowledge for it. */
export const BatchLine = z.object({
  places: z.array(Place).optional(),
  /** Place, minute since 1970, messages, bytes. */
  counts: z.array(z.tuple([z.int(), z.int(), z.int(), z.int()])),
  acks: z.array(z.tuple([z.int(), z.int()])).optional(),
  /** The broker kept no session: nothing before is in doubt. */
  fresh: z.literal(true).optional(),
});
export type BatchLine = z.infer<typeof BatchLine>;

export interface SegmentContent {
  readonly head: SegmentHead;
  readonly batches: readonly BatchLine[];
}

/** What is whole of a segment; undefined when not even its head is. */
export function parseSegment(text: string): SegmentContent | undefined {
  const [first = "", ...rest] = text.split("\n");
  const head = SegmentHead.safeParse(tryJson(first));
  if (!head.success) return undefined;
  const batches: BatchLine[] = [];
  for (const line of rest) {
    const batch = BatchLine.safeParse(tryJson(line));
    if (!batch.success) break;
    batches.push(batch.data);
  }
  return { head: head.data, batches };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MINUTE_MS = 60_000;

/** The rows of a segment, one a topic and minute, the same each time and in the same order. */
export function rowsOf({ batches }: SegmentContent, instance: string): UnitMinuteRow[] {
  const places = new Map<number, readonly [number, string, string, string]>();
  const rows = new Map<string, UnitMinuteRow>();
  for (const batch of batches) {
    for (const place of batch.places ?? []) places.set(place[0], place);
    for (const [number, minute, messages, bytes] of batch.counts) {
      const [, repo = "", unit = "", node = ""] = places.get(number) ?? [];
      const key = `${number} ${minute}`;
      const row = rows.get(key);
      rows.set(key, {
        instance,
        repo,
        unit,
        node,
        atMs: minute * MINUTE_MS,
        messages: (row?.messages ?? 0) + messages,
        bytes: (row?.bytes ?? 0) + bytes,
        stored: 0,
      });
    }
  }
  return [...rows.values()];
}

/** Messages in doubt at the end of a segment, oldest first. */
export function doubtOf({ head, batches }: SegmentContent): [number, number][] {
  let doubt = [...head.doubt];
  for (const { acks = [], fresh } of batches) {
    if (fresh === true) doubt = [];
    doubt.push(...acks);
  }
  return doubt;
}
