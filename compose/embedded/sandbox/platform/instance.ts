import type { Clock } from "../clock.ts";
import type { Records } from "../records/records.ts";
import type { Database } from "../state/database.ts";
import type { NodeRow, UnitRow } from "../state/rows.ts";

export type Command = "Update" | "EnvUpdate" | "SchemaUpdate" | "LogSync";

/** Feature flags of the backend, by what they switch on. */
export interface Features {
  readonly dataPipe: boolean;
  /** Every new node with the suffix gets a pipe that keeps its last value. */
  readonly defaultLastValue: boolean;
  readonly prometheus: boolean;
}

/** What every part of the platform works with. */
export interface Instance {
  readonly db: Database;
  readonly clock: Clock;
  /** What Units stored and logged. */
  readonly records: Records;
  readonly features: Features;
  readonly secretKey: string;
  /** First segment of every topic. */
  readonly domain: string;
  /** Known once both servers listen. */
  readonly address: () => { readonly url: string; readonly mqttPort: number };
  /** Publishes a command of the backend to a unit. */
  readonly sendCommand: (unit: UnitRow, command: Command) => void;
  /** Publishes a value of the backend on a node's topic, at QoS 0. */
  readonly publishState: (node: NodeRow, state: string) => void;
  /** Says on the config stream that a node's pipe changed. */
  readonly announcePipe: () => void;
}
