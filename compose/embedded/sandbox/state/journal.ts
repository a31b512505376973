import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { z } from "zod";
import { EmbeddedError } from "../../error.ts";
import { type Change, TABLES, type TableName } from "./rows.ts";

/** Where committed transactions go. */
export interface Journal {
  append(changes: readonly Change[]): void;
  close(): void;
}

/** For an instance that forgets. */
export const memoryJournal: Journal = { append: () => {}, close: () => {} };

const TableNames = z.enum(Object.keys(TABLES) as [TableName, ...TableName[]]); // TABLES is never empty
const Step = z.object({
  table: TableNames,
  drop: z.string().optional(),
  put: z.unknown().optional(),
});
const Line = z.array(Step);

function toChange({ table, drop, put }: z.infer<typeof Step>): Change {
  if (drop !== undefined) return { table, drop };
  return { table, put: TABLES[table].parse(put) } as Change; // parsed by the schema of its table
}

/**
 * The transactions in a journal file, one JSON line each. A last line without its end was torn by
 * a kill and was never acknowledged: it is left out. Any other bad line is an error.
 */
export function readJournal(path: string): Change[][] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop();
  return lines.map((line, at) => {
    try {
      return Line.parse(JSON.parse(line)).map(toChange);
    } catch (cause) {
      throw new EmbeddedError("SANDBOX_START_FAILED", `${path}:${at + 1} is not a transaction`, {
        hint: "Remove the data directory to start with an empty sandbox.",
        cause,
      });
    }
  });
}

/** Replaces the journal by one transaction per table content, so that it stays short. */
export function compactJournal(path: string, state: Iterable<Change>): void {
  const draft = `${path}.new`;
  const file = openSync(draft, "w", 0o600);
  for (const change of state) writeSync(file, `${JSON.stringify([change])}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
}

/** Appends to a journal file; a change is with the operating system before its call returns. */
export function openJournal(path: string): Journal {
  const file = openSync(path, "a", 0o600);
  return {
    append: (changes) => {
      writeSync(file, `${JSON.stringify(changes)}\n`);
    },
    close: () => closeSync(file),
  };
}
