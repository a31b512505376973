import { BACK_OFFS, backOffMs } from "../axes/back-off.ts";
import { LoadstoneError } from "../errors.ts";
import { type Clock, pause } from "../load/clock.ts";
import type { Random } from "../load/random.ts";
import { type CloseReason, describeCloseReason } from "../transport/mqtt/close-reason.ts";
import { MqttConnectError } from "../transport/mqtt/errors.ts";
import {
  type MqttSession,
  openSession,
  type SessionListener,
  type SessionOptions,
} from "../transport/mqtt/session.ts";
import type { Qos } from "../transport/mqtt/protocol.ts";

export interface WatchOptions {
  readonly session: SessionOptions;
  readonly filters: readonly string[];
  readonly qos: Qos;
  readonly clock: Clock;
  readonly random: Random;
  readonly message: SessionListener["message"];
  /** Every filter was answered; those in `refused` will deliver nothing. */
  readonly onOpen: (session: MqttSession, refused: readonly string[]) => void;
  readonly onClosed: (why: string) => void;
}

/** SUBSCRIBE packets stay well below a broker's packet limit. */
const FILTERS_A_PACKET = 100;
const REFUSED = 0x80;

/** Listens until `signal` fires, coming back as devices do whenever the broker goes away. */
export async function watch(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { clock, random } = options;
  let failures = 0;
  let wasOpen = false;
  while (!signal.aborted) {
    try {
      await listenOnce(options, signal);
      wasOpen = true;
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof MqttConnectError)) throw error;
      if (!wasOpen && failures === 0) throw cannotConnect(options, error);
      failures += 1;
    }
    const waitMs = backOffMs(BACK_OFFS.device, failures + 1, random);
    await pause(clock, waitMs, signal).catch(() => undefined);
  }
}

/** One connection, from CONNECT to its end. */
async function listenOnce(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const ends: ((reason: CloseReason) => void)[] = [];
  const closed = new Promise<CloseReason>((resolve) => ends.push(resolve));
  const session = await openSession(
    options.session,
    {
      message: options.message,
      acknowledged: () => undefined,
      closed: (_session, reason) => ends[0]?.(reason),
    },
    signal,
  );
  const stop = () => void session.end();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const refused = await subscribeAll(session, options);
    options.onOpen(session, refused);
  } catch (error) {
    // Closed while it subscribed: the loop comes back.
    if (!signal.aborted) session.destroy();
    if (error instanceof LoadstoneError) throw error;
  }
  const reason = await closed;
  signal.removeEventListener("abort", stop);
  options.onClosed(signal.aborted ? "ended" : describeCloseReason(reason));
}

async function subscribeAll(session: MqttSession, { filters, qos }: WatchOptions) {
  const refused: string[] = [];
  for (let at = 0; at < filters.length; at += FILTERS_A_PACKET) {
    const some = filters.slice(at, at + FILTERS_A_PACKET);
    const codes = await session.subscribe(some, qos);
    refused.push(...some.filter((_, i) => (codes[i] ?? REFUSED) >= REFUSED));
  }
  if (refused.length < filters.length) return refused;
  throw new LoadstoneError("LOGIN_REFUSED", `the broker refuses every topic (${refused[0]}, …)`, {
    hint: "a Unit's token may read single Public or Internal nodes; wildcards need the Backend's token",
  });
}

const cannotConnect = ({ session }: WatchOptions, cause: MqttConnectError) =>
  new LoadstoneError("TARGET_UNREACHABLE", `${session.host}:${session.port}: ${cause.message}`, {
    cause,
    hint: "check the broker's address and port, and the login it wants",
  });
