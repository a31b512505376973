import { openStoreReader } from "#harness/store/clickhouse-reader.ts";
import { StoreError } from "#harness/store/error.ts";
import type { StoreReader } from "#harness/store/store.ts";
import { EnvProblem, readStoreAddress } from "./env.ts";

/** Why the store gave no answer. */
export type StoreTrouble = "not-configured" | "unreachable" | "refused";

/** What the store said, or why it said nothing: pages draw either. */
export type Asked<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "trouble"; readonly trouble: StoreTrouble };

/** One reader a process: Next gives pages no other place to keep a connection. */
let reader: StoreReader | undefined;

/** Asks the store once. Details of trouble go to the server's log, never to the browser. */
export async function askStore<T>(ask: (store: StoreReader) => Promise<T>): Promise<Asked<T>> {
  try {
    reader ??= openStoreReader(readStoreAddress(process.env));
    return { kind: "answer", value: await ask(reader) };
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === undefined) throw error;
    console.error(`store ${trouble}: ${error instanceof Error ? error.message : String(error)}`);
    return { kind: "trouble", trouble };
  }
}

/** Undefined for what is no trouble of the store but a bug. */
function troubleOf(error: unknown): StoreTrouble | undefined {
  if (error instanceof EnvProblem) return "not-configured";
  if (!(error instanceof StoreError)) return undefined;
  return error.code === "STORE_UNREACHABLE" ? "unreachable" : "refused";
}
