import { LoadstoneError } from "../errors.ts";
import { type Clock, pause } from "../load/clock.ts";
import { describeConnectFailure } from "./connect-failure.ts";
import type { Crew } from "./crew.ts";

export interface ConnectCrewOptions {
  readonly crew: Crew;
  readonly clock: Clock;
  /** What is connected to, for messages. */
  readonly address: string;
  readonly onProgress?: ((message: string) => void) | undefined;
}

const CONNECT_TRIES = 3;
const BETWEEN_TRIES_MS = 1000;

/** Connects the first `count` Units, all of them, or says why that cannot be. */
export async function connectCrew(
  { crew, clock, address, onProgress }: ConnectCrewOptions,
  count: number,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const missing = await crew.missing(count, signal);
    if (missing === 0) return;
    onProgress?.(`connecting ${missing} Units`);
    const { failed, firstError } = await crew.connect(count, signal);
    if (failed === 0) return;
    if (attempt === CONNECT_TRIES) {
      throw cannotConnect(crew.connected, count, address, firstError);
    }
    await pause(clock, BETWEEN_TRIES_MS, signal);
  }
}

const cannotConnect = (
  connected: number,
  count: number,
  address: string,
  firstError = "closed at once",
) =>
  new LoadstoneError(
    connected === 0 ? "TARGET_UNREACHABLE" : "TARGET_REFUSES_UNITS",
    `${connected} of ${count} Units could connect to ${address}: ${describeConnectFailure(firstError)}`,
    {
      hint: "check that the broker runs, its connection limit and access rules, and LOADSTONE_MQTT_USERNAME and LOADSTONE_MQTT_PASSWORD if it wants a login",
    },
  );
