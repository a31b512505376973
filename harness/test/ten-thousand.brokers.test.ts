import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { type Mosquitto, startMosquitto } from "../transport/mqtt/mosquitto.suite.ts";
import { dataDirectory, runToEnd } from "./e2e/program.ts";

/** `npm run soak` holds for five minutes; a check of every change has not got that long. */
const SECONDS = Number(process.env["LOADSTONE_SOAK_SECONDS"] ?? 30);
const UNITS = 10_000;
const PER_SEC = 5000;
/** What the process may grow by from its first window to any later one. */
const GROWTH_BYTES = 64 * 1024 ** 2;

/** Time for every message, however busy the machine: here it is asked whether they come at all. */
const PATIENT = "[{ axis: relay, deadlineMs: 20000, maxBadRatio: 0.01, maxLostRatio: 0.0001 }]\n";

let broker: Mosquitto | undefined;
afterEach(async () => {
  await broker?.stop();
});

async function hold(port: number): Promise<FixedRunReport> {
  await using data = await dataDirectory();
  const objectives = join(data.path, "objectives.yaml");
  await writeFile(objectives, PATIENT);
  const load = `--units ${UNITS} --load ${PER_SEC} --duration ${SECONDS}s --connect-rate 2000`;
  const args = ["run", "--broker", `mqtt://127.0.0.1:${port}`, ...load.split(" ")];
  const { code, stdout, stderr } = await runToEnd(
    [...args, "--objectives", objectives, "--json", "--quiet"],
    { LOADSTONE_DATA: data.path },
  );
  if (stdout === "") throw new Error(`no report (exit ${code}):\n${stderr}`);
  return FixedRunReport.parse(JSON.parse(stdout));
}

const megabytes = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(0)} MB`;

function print({ delivery, latencyMs, generator }: FixedRunReport): void {
  const { rssFirstBytes, rssLastBytes, rssMaxBytes, worst, cpuMeanRatio } = generator;
  console.log(
    [
      `${UNITS} Units, ${PER_SEC} a second, ${SECONDS} s:`,
      `${delivery.intended} due, ${delivery.delivered} delivered, ${delivery.lost} lost;`,
      `latency p50 ${latencyMs?.p50} p99 ${latencyMs?.p99} ms,`,
      `lateness p99 ${worst?.latenessP99Ms} ms, CPU ${cpuMeanRatio};`,
      `RSS ${[rssFirstBytes, rssLastBytes, rssMaxBytes].map(megabytes).join(", ")} (first, last, most)`,
    ].join(" "),
  );
}

test("ten thousand Units stay connected while five thousand messages a second all arrive", {
  timeout: (SECONDS + 240) * 1000,
}, async () => {
  broker = await startMosquitto(async () => [
    "allow_anonymous true",
    "max_connections -1",
    "max_queued_messages 0",
  ]);
  const report = await hold(broker.port);
  print(report);
  const { delivery, sessions, generator, load } = report;
  expect(load.units).toBe(UNITS);
  expect(sessions).toMatchObject({ closedByTarget: 0, reconnects: 0, away: 0, closes: {} });
  // The schedule is drawn at random: its mean is right to a few thousandths.
  expect(delivery.intended / (PER_SEC * SECONDS)).toBeCloseTo(1, 1);
  expect(delivery).toMatchObject({
    sent: delivery.intended,
    delivered: delivery.intended,
    lost: 0,
    errors: 0,
    unsent: 0,
    pending: 0,
    duplicated: 0,
    reordered: 0,
  });
  expect(generator.rssMaxBytes - generator.rssFirstBytes).toBeLessThan(GROWTH_BYTES);
});
