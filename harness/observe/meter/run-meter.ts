import type { MinuteInserts } from "#harness/store/minute-inserts.ts";
import { type Clock, pause } from "../../load/clock.ts";
import type { Random } from "../../load/random.ts";
import type { ObservedTarget } from "../observed-target.ts";
import { watch } from "../watch.ts";
import { Journal } from "./journal.ts";
import { Meter, type MeterCounts } from "./meter.ts";

export interface RunMeterOptions {
  readonly target: ObservedTarget;
  /** Where counts are safe before they are acknowledged; one meter a folder. */
  readonly folder: string;
  /** The same at each start: the broker keeps the session under it. */
  readonly clientId: string;
  readonly inserts: MinuteInserts;
  readonly storeEveryMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly say: (text: string) => void;
  readonly onCounts?: (counts: MeterCounts) => void;
}

/** Meters a target until `signal` fires: counts each message once, whatever dies in between. */
export async function runMeter(
  options: RunMeterOptions,
  signal: AbortSignal,
): Promise<MeterCounts> {
  const { target, clock, say } = options;
  const journal = await Journal.open(options.folder);
  const broken = new AbortController();
  const until = AbortSignal.any([signal, broken.signal]);
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => {
    failures.push(error);
    broken.abort();
  };
  const meter = new Meter({
    instance: target.name,
    topology: target.topology,
    journal,
    inserts: options.inserts,
    clock,
    say,
    onFailure,
  });
  // Segments of a process before are sealed: they need no message to be stored.
  const storing = storeOn(options, meter, until).catch(onFailure);
  await watch(
    {
      session: {
        ...target.session,
        clientId: options.clientId,
        cleanSession: false,
        acknowledgeByHand: true,
      },
      filters: target.filters,
      qos: 1,
      clock,
      random: options.random,
      message: (session, topic, buffer, start, end, facts) =>
        meter.message(session, topic, buffer, start, end, facts),
      onOpen: ({ sessionPresent }, refused) => {
        const kept = sessionPresent
          ? "the broker kept our session"
          : "a new session: what was said before is not counted";
        say(`metering ${target.name}; ${kept}`);
        if (refused.length > 0) say(`the broker refuses ${refused.length} topic filter(s)`);
      },
      onClosed: (why) => {
        if (!until.aborted) say(`${why}; coming back`);
      },
    },
    until,
  ).finally(() => broken.abort());
  await storing;
  if (failures.length > 0) throw failures[0];
  await meter.store();
  return meter.counts;
}

async function storeOn(
  { clock, storeEveryMs, onCounts }: RunMeterOptions,
  meter: Meter,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await meter.store();
    onCounts?.(meter.counts);
    await pause(clock, storeEveryMs, signal).catch(() => undefined);
  }
}
