import { ApiDriver } from "../../../axes/api.ts";
import { systemClock } from "../../../load/clock.ts";
import { seededRandom } from "../../../load/random.ts";
import { HTTP_PATH, HTTP_TOKEN } from "../http-peers.ts";
import type { Facts } from "../schema.ts";
import { Flood } from "./flood.ts";
import { type Asked, WarmPart } from "./measured.ts";

const DEADLINE_MS = 500;
const TIMEOUT_MS = 10_000;
const SEED = 1;

const check = (status: number, body: string): string | undefined =>
  status === 200 && body.includes('"count"') ? undefined : "wrong-body";

/** As many requests out as there are connections, each answer followed by the next request. */
export async function apiFlood(asked: Asked): Promise<Facts> {
  const clock = systemClock;
  const connections = asked.number("connections");
  const warm = asked.number("warm");
  const wanted = warm + asked.number("messages");
  const headers = { "x-auth-token": HTTP_TOKEN };
  const driver = new ApiDriver({
    origin: `http://127.0.0.1:${asked.number("port")}`,
    address: { address: "127.0.0.1", family: 4 },
    clock,
    random: seededRandom(SEED),
    connections,
    timeoutMs: TIMEOUT_MS,
    openMix: () =>
      Promise.resolve({ next: () => ({ method: "GET", path: HTTP_PATH, headers, check }) }),
    checkAlive: () => Promise.resolve(),
  });
  await driver.prepare(0, new AbortController().signal);
  using flood = new Flood(driver, clock, DEADLINE_MS, wanted + connections);
  const part = new WarmPart(warm);
  let answered = 0;
  await new Promise<void>((resolve) => {
    let ticking = false;
    const tick = () => {
      ticking = false;
      flood.endTick(clock.now());
    };
    flood.ledger.onAcknowledged = () => {
      part.note(answered++);
      if (answered === wanted) resolve();
      if (answered >= wanted) return;
      flood.send(0, clock.now());
      if (!ticking) setImmediate(tick);
      ticking = true;
    };
    const now = clock.now();
    for (let n = 0; n < connections; n++) flood.send(n, now);
  });
  return part.end(answered);
}
