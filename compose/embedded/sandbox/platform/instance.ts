import type { Clock } from "../clock.ts";
import type { Database } from "../state/database.ts";
import type { UnitRow } from "../state/rows.ts";

export type Command = "Update" | "EnvUpdate" | "SchemaUpdate" | "LogSync";

/** What every part of the platform works with. */
export interface Instance {
  readonly db: Database;
  readonly clock: Clock;
  readonly secretKey: string;
  /** First segment of every topic. */
  readonly domain: string;
  /** Known once both servers listen. */
  readonly address: () => { readonly url: string; readonly mqttPort: number };
  /** Publishes a command of the backend to a unit. */
  readonly sendCommand: (unit: UnitRow, command: Command) => void;
}
