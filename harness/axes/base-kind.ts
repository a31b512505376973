import type { WrittenKind, WrittenWork } from "./written-kind.ts";

/** Of eleven messages ten are states and one is a log entry. */
const STATES = 10;
const PERIOD = STATES + 1;
const SERIAL_DIGITS = 16;

/** Even streams are states, odd ones logs: Unit `i` has streams `2i` and `2i + 1`. */
export const isLogStream = (stream: number): boolean => stream % 2 === 1;

/** What a Unit tells an instance of itself. */
export function baseKind({ units, qos, payloadBytes }: WrittenWork): WrittenKind {
  return {
    qos,
    streams: 2 * units,
    streamAt(turn) {
      const period = Math.floor(turn / PERIOD);
      const place = turn % PERIOD;
      // Each kind goes through the Units by itself: a state of one Unit comes as seldom as can be.
      return place < STATES ? 2 * ((period * STATES + place) % units) : 2 * (period % units) + 1;
    },
    unitOf: (stream) => Math.floor(stream / 2),
    topicOf: (unit, stream) => (isLogStream(stream) ? unit.logTopic : unit.stateTopic),
    payloadBytes: () => payloadBytes,
    write(payload, stream, serial) {
      const digits = String(serial).padStart(SERIAL_DIGITS, "0");
      const [head, tail] = isLogStream(stream)
        ? ['{"level":"Info","text":"', '"}']
        : ['{"millis":1,"pu_commit_version":"', '"}'];
      payload.fill(0x20);
      payload.write(`${head}${digits}${tail}`);
    },
    keepsLast: () => false,
  };
}
