import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { LoadstoneError } from "../errors.ts";
import type { Seen } from "./recorder.ts";

/**
 * Logs of other programs: `mosquitto_sub -F '%U %t %l %q'` (`%I` in place of `%U`, and ` %r` at the
 * end, are understood), or CSV with a header that names time, topic and length.
 */

/** Time, topic (which may hold spaces), bytes, QoS, and whether it was retained. */
const SUB_LINE = /^(\S+) (.+?) (\d+) ([012])(?: ([01]))?$/;

export function parseSubLine(line: string): Seen | undefined {
  const [, time = "", topic = "", bytes, qos, retained] = SUB_LINE.exec(line) ?? [];
  const atMs = timeMs(time);
  if (topic === "" || atMs === undefined) return undefined;
  return {
    atMs,
    topic,
    bytes: Number(bytes),
    qos: Number(qos),
    retained: retained === "1",
    repeated: false,
  };
}

/** Seconds since 1970 with a fraction, or ISO 8601 as `%I` prints it, zone without a colon. */
function timeMs(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const parsed = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** Names of columns, ours first, then as `tshark -T fields -E header=y` writes them. */
const COLUMNS = {
  time: ["time", "timeSec", "frame.time_epoch"],
  timeMs: ["timeMs", "atMs"],
  topic: ["topic", "mqtt.topic"],
  bytes: ["bytes", "payloadBytes", "length"],
  /** Everything after the fixed header: topic, packet id and payload. */
  packetBytes: ["mqtt.len"],
  qos: ["qos", "mqtt.qos"],
  retained: ["retain", "retained", "mqtt.retain"],
} as const;
type Column = keyof typeof COLUMNS;

/** A reader of rows under this header; undefined when it names too little. */
export function csvReader(header: string): ((line: string) => Seen | undefined) | undefined {
  const names = splitCsv(header);
  const place = (column: Column) =>
    names.findIndex((name) => (COLUMNS[column] as readonly string[]).includes(name));
  const hasTime = place("time") >= 0 || place("timeMs") >= 0;
  const hasSize = place("bytes") >= 0 || place("packetBytes") >= 0;
  if (!hasTime || !hasSize || place("topic") < 0) return undefined;
  return (line) => {
    const cells = splitCsv(line);
    const cell = (column: Column) => cells[place(column)] ?? "";
    return rowOf(cell);
  };
}

function rowOf(cell: (column: Column) => string): Seen | undefined {
  const topic = cell("topic");
  const qos = Number(cell("qos"));
  const atMs = cell("timeMs") === "" ? Number(cell("time") || NaN) * 1000 : Number(cell("timeMs"));
  const packetId = qos > 0 ? 2 : 0;
  const inPacket = Number(cell("packetBytes") || NaN) - 2 - Buffer.byteLength(topic) - packetId;
  const bytes = cell("bytes") === "" ? inPacket : Number(cell("bytes"));
  const isWhole = topic !== "" && Number.isFinite(atMs) && Number.isInteger(bytes) && bytes >= 0;
  if (!isWhole || ![0, 1, 2].includes(qos)) return undefined;
  const retained = ["1", "true", "True"].includes(cell("retained"));
  return { atMs, topic, bytes, qos, retained, repeated: false };
}

/** Cells of a line; quotes hold commas, and a doubled quote is one. */
function splitCsv(line: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain = ""] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
  }
  return cells;
}

export interface ImportCounts {
  lines: number;
  skipped: number;
}

/** Messages of a log, in the order of its lines. */
export async function* readLog(path: string, counts: ImportCounts): AsyncGenerator<Seen> {
  const input = createReadStream(path);
  let parse: ((line: string) => Seen | undefined) | undefined;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (line === "") continue;
      if (parse === undefined) {
        parse = csvReader(line) ?? parseSubLine;
        if (parse !== parseSubLine) continue;
      }
      counts.lines += 1;
      const seen = parse(line);
      if (seen === undefined) counts.skipped += 1;
      else yield seen;
    }
  } catch (cause) {
    throw new LoadstoneError("CONFIG_INVALID", `${path} cannot be read`, { cause });
  }
  if (counts.lines > counts.skipped) return;
  throw new LoadstoneError("CONFIG_INVALID", `${path} holds no message that could be read`, {
    hint: "write it with mosquitto_sub -F '%U %t %l %q', or as CSV with the header time,topic,bytes,qos",
  });
}
