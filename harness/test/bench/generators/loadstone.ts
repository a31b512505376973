/**
 * Loadstone itself, the whole way of a message: driver, ledger of sequences, histograms, health,
 * intended, sent and done. Paced work runs in the engine's own step.
 */
import type { Facts } from "../schema.ts";
import { apiFlood } from "./api-flood.ts";
import { connectDriver, openFleet } from "./fleet.ts";
import { Flood } from "./flood.ts";
import {
  type Asked,
  idleFacts,
  macrotask,
  printFacts,
  untilDrained,
  WarmPart,
} from "./measured.ts";
import { meterFlood } from "./meter-flood.ts";
import { paced } from "./paced.ts";

const DEADLINE_MS = 500;

async function qos0(asked: Asked): Promise<Facts> {
  const { units, clock, driver } = await connectDriver(asked, false);
  const warm = asked.number("warm");
  const wanted = warm + asked.number("messages");
  const batch = asked.number("batch");
  const room = asked.number("connections") * batch;
  using flood = new Flood(driver, clock, DEADLINE_MS, wanted + room);
  const { totals } = flood.ledger;
  const part = new WarmPart(warm);
  while (totals.sent < wanted) {
    part.note(totals.sent);
    const before = totals.sent;
    const now = clock.now();
    for (let turn = 0; turn < units.connected; turn++) {
      if (units.unit(turn)?.session.writableBlocked === true) continue;
      for (let n = 0; n < batch; n++) flood.send(turn, now);
    }
    flood.endTick(now);
    await (totals.sent === before ? untilDrained() : macrotask());
  }
  return part.end(totals.sent);
}

async function qos1(asked: Asked): Promise<Facts> {
  const { units, clock, driver } = await connectDriver(asked, false);
  const warm = asked.number("warm");
  const wanted = warm + asked.number("messages");
  const inFlight = units.connected * asked.number("window");
  const turnOf = new Uint16Array(wanted + inFlight);
  using flood = new Flood(driver, clock, DEADLINE_MS, turnOf.length);
  const part = new WarmPart(warm);
  const send = (turn: number, now: number) => {
    turnOf[flood.send(turn, now)] = turn;
  };
  let acknowledged = 0;
  await new Promise<void>((resolve) => {
    let ticking = false;
    const tick = () => {
      ticking = false;
      flood.endTick(clock.now());
    };
    flood.ledger.onAcknowledged = (slot) => {
      part.note(acknowledged++);
      if (acknowledged === wanted) resolve();
      if (acknowledged >= wanted) return;
      send(turnOf[slot] ?? 0, clock.now());
      if (!ticking) setImmediate(tick);
      ticking = true;
    };
    const now = clock.now();
    for (let n = 0; n < inFlight; n++) send(n % units.connected, now);
    flood.endTick(now);
  });
  return part.end(acknowledged);
}

async function idle(asked: Asked): Promise<Facts> {
  const count = asked.number("connections");
  const fleet = openFleet(asked, false);
  // The first connection loads code that is no part of what one more costs.
  await fleet.connect(1);
  return idleFacts(count, asked.number("holdMs"), () => fleet.connect(count + 1));
}

await printFacts({
  qos0,
  qos1,
  open: (asked) => paced(asked, false),
  e2e: (asked) => paced(asked, true),
  idle,
  http: apiFlood,
  meter: meterFlood,
});
