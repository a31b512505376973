import { randomUUID } from "node:crypto";
import type { Backend } from "./backend/service.ts";
import type { RelayBroker } from "./broker/broker.ts";
import { createAuthority } from "./broker/authority.ts";
import { type Consumer, createConsumer } from "./broker/consumer.ts";
import type { Hook } from "./broker/hook.ts";
import type { Station } from "./capacity/station.ts";
import type { Clock } from "./clock.ts";
import type { DataPipe } from "./data-pipe/service.ts";
import { signToken } from "./platform/jwt.ts";
import type { Random } from "./random.ts";

export interface DataPipeConsumerOptions {
  readonly broker: RelayBroker;
  readonly hook: Hook;
  readonly clock: Clock;
  readonly station: Station;
  readonly random: Random;
  readonly dataPipe: DataPipe;
  readonly domain: string;
  /** PU_DP_SECRET_KEY; anything but the backend's key gets its subscription denied. */
  readonly secretKey: string;
  readonly maxMailbox: number;
  readonly log: (line: string) => void;
}

export interface BackendConsumerOptions
  extends Pick<DataPipeConsumerOptions, "broker" | "clock" | "station" | "maxMailbox" | "log"> {
  readonly backend: Backend;
  readonly domain: string;
}

/** Six seconds to connect again, two more to subscribe. */
const BACKEND_RECONNECT_MS = 8000;

/** The backend's connection; its right to the base topics is kept with the broker. */
export function connectBackend(options: BackendConsumerOptions): Consumer {
  const { broker, clock, station, backend, domain, maxMailbox, log } = options;
  const consumer = createConsumer({
    clientId: randomUUID(),
    filter: `${domain}/+/+/+/pepeunit`,
    clock,
    station,
    maxMailbox,
    log,
    openAuthority: () => ({ mayUse: () => true }),
    reconnectMs: () => BACKEND_RECONNECT_MS,
    costOf: (topic) => backend.costOf(topic),
    handle(topic, payload) {
      backend.handle(topic, payload);
      return true;
    },
  });
  broker.addConsumer(consumer);
  return consumer;
}

const RECONNECT_MS = { from: 2000, to: 10_000 } as const;

/** The DataPipe's connection: its client id is the instance's domain, its rights come from the hook. */
export function connectDataPipe(options: DataPipeConsumerOptions): Consumer {
  const { broker, hook, clock, station, dataPipe, domain, maxMailbox, random, log } = options;
  const token = signToken({ type: "Backend", domain }, options.secretKey);
  const consumer = createConsumer({
    clientId: domain,
    filter: `${domain}/+/pepeunit`,
    clock,
    station,
    maxMailbox,
    log,
    openAuthority: () => createAuthority(token, hook),
    reconnectMs: () => RECONNECT_MS.from + random() * (RECONNECT_MS.to - RECONNECT_MS.from),
    handle: (topic, payload) => dataPipe.handle(topic, payload),
  });
  broker.addConsumer(consumer);
  return consumer;
}
