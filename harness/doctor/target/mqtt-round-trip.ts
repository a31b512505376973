import { pause } from "../../load/clock.ts";
import type { SessionListener } from "../../transport/mqtt/session.ts";
import { bad, type Check, type DoctorContext, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** The first may pay for an access check; the others tell what it is like afterwards. */
const MESSAGES = 3;
const BACK_WITHIN_MS = 5000;
const PAYLOAD_BYTES = 64;

/** One message through the broker and back, three times. */
export const mqttRoundTrip: Check = {
  id: "round-trip",
  title: "Message and back",
  about: "broker",
  needs: ["connect"],
  run: async (context) => {
    const tookMs = await sendAndHear(context);
    const needed = "every message back";
    if (tookMs === undefined) {
      const fix = "allow topics below loadstone/ for our login in the broker's access rules";
      return bad("fail", "a message did not come back", needed, fix);
    }
    const [first = 0, ...others] = tookMs;
    const best = Math.min(...others);
    return ok(`${best.toFixed(2)} ms, the first ${first.toFixed(2)} ms`, needed);
  },
};

/** Milliseconds of each message, or undefined when one was refused or never came. */
async function sendAndHear(context: DoctorContext): Promise<number[] | undefined> {
  const { clock, signal } = context.world;
  const target = targetOf(context);
  let heard: (() => void) | undefined;
  const listener: SessionListener = {
    message: () => heard?.(),
    acknowledged: () => {},
    closed: () => {},
  };
  const session = await target.openSession({}, listener);
  const topic = `loadstone/${target.runId}/doctor`;
  const codes = await session.subscribe([topic], 1);
  if (codes.some((code) => code >= 0x80)) return undefined;
  const template = session.template(topic, 1, PAYLOAD_BYTES);
  const tookMs: number[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    const startedAtMs = clock.now();
    const back = new Promise<true>((resolve) => {
      heard = () => resolve(true);
    });
    session.publish(template, i);
    session.flush();
    if ((await Promise.race([back, pause(clock, BACK_WITHIN_MS, signal)])) !== true)
      return undefined;
    tookMs.push(clock.now() - startedAtMs);
    // The acknowledgement may come after the message; the window of one must be free again.
    while (session.inFlight > 0 && clock.now() - startedAtMs < BACK_WITHIN_MS) {
      await pause(clock, 1, signal);
    }
  }
  return tookMs;
}
