import { openMinuteInserts } from "#harness/store/minute-inserts.ts";
import { systemClock } from "../../load/clock.ts";
import { NO_TOPOLOGY } from "../topic-place.ts";
import { Journal } from "./journal.ts";
import { runMeter } from "./run-meter.ts";

/**
 * A process that meters a broker until it is killed, and prints a line when it listens and one for
 * each time it stored. Given a number it dies at the worst moment: when so many lines are safe on
 * disk and the last is not acknowledged. Started by meter.brokers.test.ts.
 */
const [port = "", folder = "", url = "", username = "", database = "", lines = "0"] =
  process.argv.slice(2);
let linesLeft = Number(lines);
type Append = (this: Journal, ...given: Parameters<Journal["append"]>) => Promise<void>;
const journals: { append: Append } = Journal.prototype;
const { append } = journals;
journals.append = async function appendAndDie(...given) {
  await append.apply(this, given);
  linesLeft -= 1;
  if (linesLeft === 0) process.kill(process.pid, "SIGKILL");
};
const password = process.env["STORE_PASSWORD"] ?? "";
const session = {
  protocol: 4,
  host: "127.0.0.1",
  port: Number(port),
  keepAliveSec: 60,
  maxInflight: 1,
  connectTimeoutMs: 5000,
} as const;
const say = (text: string) => process.stdout.write(`${text}\n`);
await runMeter(
  {
    target: {
      name: "test",
      session,
      filters: ["fleet/#"],
      topology: NO_TOPOLOGY,
      ownUnits: new Set(),
    },
    folder,
    clientId: "meter",
    inserts: openMinuteInserts({ url, username, password, database }),
    storeEveryMs: 50,
    clock: systemClock,
    random: () => 0.5,
    say,
    onCounts: (counts) => say(`stored ${JSON.stringify(counts)}`),
  },
  new AbortController().signal,
);
