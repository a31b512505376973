import { ConnectedUnits } from "../../../axes/connected-units.ts";
import { RelayDriver } from "../../../axes/relay.ts";
import { partnerOf, type UnitIdentity, type UnitSource, WHOLE } from "../../../axes/unit-source.ts";
import { type Clock, systemClock } from "../../../load/clock.ts";
import { Workspace } from "../../../transport/mqtt/workspace.ts";
import type { Asked } from "./measured.ts";

/** Sessions of the engine's own Units, as a run of the program has them. */
export interface Fleet {
  readonly units: ConnectedUnits;
  readonly clock: Clock;
  /** Connects Units until there are `count`, so many at a time. */
  connect(count: number): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_SEC = 60;
const RUN_TAG = 1;
/** As fast as it goes: what limits is how many are under way. */
const CONNECTS_PER_SEC = 1_000_000;
const PARALLEL = 64;

export function openFleet(asked: Asked, listens: boolean): Fleet {
  const qos = asked.kind === "qos1" ? 1 : 0;
  const clock = systemClock;
  const collectMs = asked.number("collectUs") / 1000;
  const units = new ConnectedUnits({
    source: benchUnits(listens),
    clock,
    runTag: RUN_TAG,
    payloadBytes: asked.number("payload"),
    connect: {
      host: "127.0.0.1",
      port: asked.number("port"),
      tls: false,
      serverName: "127.0.0.1",
      keepAliveSec: KEEP_ALIVE_SEC,
      maxInflight: asked.number("window", 1),
      connectsPerSec: CONNECTS_PER_SEC,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      qos,
      workspace: new Workspace({ now: () => clock.now(), collectMs }),
    },
  });
  const parallel = asked.number("parallel", PARALLEL);
  return { units, clock, connect: (count) => connectAll(units, count, parallel) };
}

/** All Units connected, and the driver of the axis that sends from Unit to Unit. */
export async function connectDriver(
  asked: Asked,
  listens: boolean,
): Promise<Fleet & { readonly driver: RelayDriver }> {
  const fleet = openFleet(asked, listens);
  const count = asked.number("connections");
  await fleet.connect(count);
  const driver = new RelayDriver(fleet.units, WHOLE);
  fleet.units.listen(driver);
  driver.useFirst(count);
  return { ...fleet, driver };
}

async function connectAll(units: ConnectedUnits, count: number, parallel: number): Promise<void> {
  const { signal } = new AbortController();
  for (let next = units.connected; next < count; ) {
    next = Math.min(count, next + parallel);
    const outcomes = await units.connect(next, signal);
    const failure = outcomes.find(({ connected }) => !connected);
    if (failure !== undefined) throw new Error(`a Unit did not connect: ${failure.error}`);
  }
}

/** Names as short as the other clients' ones, so that frames are as long. */
function benchUnits(listens: boolean): UnitSource {
  const units: UnitIdentity[] = [];
  return {
    maxUnits: Infinity,
    ensure: (count) => {
      for (let index = units.length; index < count; index++) {
        units.push({
          index,
          clientId: `unit-${index}`,
          outputTopic: `bench/${index}`,
          listenTopics: listens ? [`bench/${partnerOf(index)}`] : [],
          commandTopics: [],
        });
      }
      return Promise.resolve(units.slice(0, count));
    },
  };
}
