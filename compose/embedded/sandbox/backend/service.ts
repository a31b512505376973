import { randomUUID } from "node:crypto";
import { naiveIso, type Clock } from "../clock.ts";
import { unitTarget } from "../platform/target.ts";
import type { Records } from "../records/records.ts";
import type { Database } from "../state/database.ts";
import type { UnitRow, UnitState } from "../state/rows.ts";
import { type LogEntry, readJson, readLog, readState } from "./messages.ts";
import { createStateGate, STATE_INTERVAL_MS } from "./state-gate.ts";

export interface BackendOptions {
  readonly db: Database;
  readonly records: Records;
  readonly clock: Clock;
  /** What a log message costs, in state messages. */
  readonly logCost?: number;
  readonly log: (line: string) => void;
}

/** The backend's one consumer of base topics. */
export interface Backend {
  handle(topic: string, payload: Buffer): void;
  /** The work in a message, in state messages. */
  costOf(topic: string): number;
}

/** A new ClickHouse connection and an insert beside the two statements of a state: an assumption. */
const LOG_COST = 4;
/** A look into a dictionary. */
const DROPPED_COST = 0.02;
/** PU_UNIT_LOG_EXPIRATION. */
const LOG_KEPT_MS = 86_400_000;

interface BaseTopic {
  readonly unit: string;
  readonly kind: "state" | "log";
}

export function createBackend(options: BackendOptions): Backend {
  const { db, records, clock, log, logCost = LOG_COST } = options;
  const gate = createStateGate();

  const takeState = (uuid: string, payload: Buffer) => {
    const state = readState(readJson(payload));
    const unit = db.units.get(uuid);
    if (state === undefined || unit === undefined) return;
    gate.accept(uuid, clock.nowMs());
    db.note({ table: "units", put: withState(db, unit, state, clock.wallMs()) });
  };

  /** A repository that lost its version is the sender's misfortune, not the service's end. */
  const tryState = (uuid: string, payload: Buffer) => {
    try {
      takeState(uuid, payload);
    } catch (error) {
      log(`a state is lost: ${String(error)}`);
    }
  };

  const takeLog = async (uuid: string, payload: Buffer) => {
    const entries = readLog(readJson(payload), clock.wallMs());
    if (entries === undefined || !db.units.get(uuid)) return;
    await records.insert(
      "unit_logs",
      entries.map((entry) => toLogRow(uuid, entry)),
    );
    const unit = db.units.get(uuid);
    if (unit === undefined) return; // deleted meanwhile
    const last_update_datetime = naiveIso(clock.wallMs());
    db.note({ table: "units", put: { ...unit, last_update_datetime } });
  };

  return {
    handle(topic, payload) {
      const { unit, kind } = readTopic(topic) ?? {};
      if (unit === undefined) return;
      if (kind === "state") {
        if (gate.isOpen(unit, clock.nowMs())) tryState(unit, payload);
        return;
      }
      takeLog(unit, payload).catch((error: unknown) => log(`a log is lost: ${String(error)}`));
    },
    costOf(topic) {
      const { unit, kind } = readTopic(topic) ?? {};
      if (unit === undefined) return DROPPED_COST;
      if (kind === "log") return logCost;
      return gate.isOpen(unit, clock.nowMs()) ? 1 : DROPPED_COST;
    },
  };
}

/** The backend also hears its own commands, and ignores them. */
function readTopic(topic: string): BaseTopic | undefined {
  const [, direction, unit = "", kind] = topic.split("/");
  if (direction !== "output_base_topic") return undefined;
  return kind === "state" || kind === "log" ? { unit, kind } : undefined;
}

/** The unit after an accepted state, which may end a firmware update that was asked for. */
function withState(db: Database, unit: UnitRow, state: UnitState, wallMs: number): UnitRow {
  const updated: UnitRow = {
    ...unit,
    unit_state: state,
    current_commit_version: state.pu_commit_version,
    last_update_datetime: naiveIso(wallMs),
  };
  if (unit.firmware_update_status !== "RequestSent") return updated;
  if (unitTarget(db, unit).commit === state.pu_commit_version) {
    return { ...updated, firmware_update_status: "Success", firmware_update_error: null };
  }
  const askedAtMs = Date.parse(`${unit.last_firmware_update_datetime ?? ""}Z`);
  if (wallMs - askedAtMs <= 2 * STATE_INTERVAL_MS) return updated;
  const firmware_update_error = "The unit reports another version than it was asked to run";
  return { ...updated, firmware_update_status: "Error", firmware_update_error };
}

const toLogRow = (unit: string, { level, text, createdAtMs }: LogEntry) => ({
  uuid: randomUUID(),
  level,
  unit_uuid: unit,
  text,
  create_datetime: createdAtMs,
  expiration_datetime: Math.floor((createdAtMs + LOG_KEPT_MS) / 1000) * 1000,
});
