import { StoreError } from "#harness/store/error.ts";
import type { StoreHealth, StoreWriter } from "#harness/store/store.ts";
import type { RunNews } from "./progress.ts";

type Told = Extract<RunNews, { kind: "message" }>;

/** Says when the store cannot take rows, once for each way it cannot, and what is left at the end. */
export class StoreWatch {
  readonly #store: StoreWriter;
  readonly #onNews: (news: Told) => void;
  readonly #said = new Set<string>();

  constructor(store: StoreWriter, onNews: (news: Told) => void) {
    this.#store = store;
    this.#onNews = onNews;
  }

  look(): void {
    const health = this.#store.health();
    if (!health.connected) {
      this.#say("away", `ClickHouse is away; rows are kept on disk (${health.lastError ?? ""})`);
    } else if (this.#said.delete("away")) {
      this.#onNews({ kind: "message", text: "ClickHouse is back" });
    }
    const trouble = rowsInTrouble(health);
    if (trouble !== undefined) this.#say(trouble, trouble);
  }

  /** Waits until every row is in ClickHouse or safe on disk; says what is not, or not yet. */
  async atEnd(): Promise<string | undefined> {
    try {
      await this.#store.flush();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return `${error.code}: ${error.message} ${error.hint}`;
    }
    const health = this.#store.health();
    const trouble = rowsInTrouble(health);
    if (trouble !== undefined) return trouble;
    if (health.spooledRows > 0) {
      const text = `${health.spooledRows} rows wait on disk for ClickHouse; the next run sends them`;
      this.#onNews({ kind: "message", text });
    }
    return undefined;
  }

  #say(key: string, text: string): void {
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#onNews({ kind: "message", text });
  }
}

/** Rows that ClickHouse will never have. */
function rowsInTrouble({ droppedRows, rejectedRows, lastError }: StoreHealth): string | undefined {
  if (droppedRows > 0) return `${droppedRows} rows were lost: ${lastError ?? "no room for them"}`;
  if (rejectedRows > 0) return `${rejectedRows} rows were refused: ${lastError ?? "see the spool"}`;
  return undefined;
}
