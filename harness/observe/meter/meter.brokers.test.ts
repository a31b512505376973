import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { openEmbeddedClickHouse } from "#compose/embedded/clickhouse/supervise.ts";
import { openStoreReader } from "#harness/store/clickhouse-reader.ts";
import { temporaryFolder } from "#harness/store/test-server.suite.ts";
import { startMosquitto } from "../../transport/mqtt/mosquitto.suite.ts";
import { type MqttSession, openSession } from "../../transport/mqtt/session.ts";
import { Workspace } from "../../transport/mqtt/workspace.ts";

const UNITS = 100;
const EACH = 60;
const KILLS = 4;
const LINES_TO_DIE = 4;
const CHILD = join(import.meta.dirname, "metering-child.suite.ts");

/** A Unit that publishes at QoS 1, one message after the other; resolves once all are taken. */
async function publishAll(
  port: number,
  unit: number,
  workspace: Workspace,
  gate: (sent: number) => Promise<void>,
): Promise<void> {
  const waiting: (() => void)[] = [];
  const session: MqttSession = await openSession(
    {
      protocol: 4,
      host: "127.0.0.1",
      port,
      clientId: `unit-${unit}`,
      keepAliveSec: 60,
      cleanSession: true,
      maxInflight: 4,
      connectTimeoutMs: 10_000,
      workspace,
    },
    { message: () => undefined, acknowledged: () => waiting.pop()?.(), closed: () => undefined },
  );
  const template = session.template(`fleet/unit-${unit}/temp`, 1, 4);
  for (let sent = 0; sent < EACH; sent++) {
    await gate(sent);
    const acked = new Promise<void>((resolve) => waiting.push(resolve));
    session.publish(template, sent);
    session.flush();
    await acked;
  }
  await session.end();
}

function newStage() {
  const begins: (() => void)[] = [];
  const begun = new Promise<void>((resolve) => begins.push(resolve));
  return { begun, begin: () => begins[0]?.() };
}

function startMeter(args: readonly string[], password: string) {
  const env = { ...process.env, STORE_PASSWORD: password };
  const child = spawn(process.execPath, ["--import", "tsx", CHILD, ...args], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, lines: createInterface({ input: child.stdout }) };
}

async function lineOf(lines: ReturnType<typeof startMeter>["lines"], pattern: RegExp) {
  for (;;) {
    const [line] = (await once(lines, "line")) as [string];
    if (pattern.test(line)) return line;
  }
}

test(`a meter killed ${KILLS} times among ${UNITS} publishing Units counts each message once`, async () => {
  await using folder = await temporaryFolder();
  const server = await openEmbeddedClickHouse({ dataDir: join(folder.path, "clickhouse") });
  onTestFinished(() => server.close());
  const broker = await startMosquitto(async () => [
    "allow_anonymous true",
    "max_queued_messages 0",
    "max_inflight_messages 200",
  ]);
  onTestFinished(() => broker.stop());
  const { url, username, password } = server;
  const journal = join(folder.path, "meter");
  const args = [String(broker.port), journal, url, username, "metered"];

  const stages = Array.from({ length: KILLS }, () => newStage());
  const workspace = new Workspace();
  const publishing = Promise.all(
    Array.from({ length: UNITS }, (_, unit) =>
      publishAll(broker.port, unit, workspace, async (sent) => {
        // Some is sent while each of them meters, and some while none does.
        await stages[Math.floor((sent * KILLS) / EACH)]?.begun;
      }),
    ),
  );
  for (const [kill, stage] of stages.entries()) {
    // By itself with a line on disk and not acknowledged, or from outside whenever it is.
    const dies = kill % 2 === 0;
    const doomed = startMeter([...args, dies ? String(LINES_TO_DIE) : "0"], password);
    const exit = once(doomed.child, "exit");
    // What waits for it may kill it before it says that it listens.
    await Promise.race([lineOf(doomed.lines, /^metering/), exit]);
    stage.begin();
    if (!dies) {
      await lineOf(doomed.lines, /"messages":[1-9]/);
      doomed.child.kill("SIGKILL");
    }
    await exit;
  }
  const meter = startMeter(args, password);
  await publishing;

  await using reader = openStoreReader({ url, username, password, database: "metered" });
  const total = async () => {
    const usages = await reader.readUnitUsage("test", Date.now());
    return usages.reduce((sum, { hour }) => sum + hour.messages, 0);
  };
  while ((await total()) < UNITS * EACH) await lineOf(meter.lines, /^stored/);
  // Had anything been counted twice, it would come too.
  await lineOf(meter.lines, /^stored/);
  await lineOf(meter.lines, /^stored/);
  const usages = await reader.readUnitUsage("test", Date.now());
  expect(usages).toHaveLength(UNITS);
  for (const { hour, month } of usages) {
    expect([hour.messages, month.messages]).toEqual([EACH, EACH]);
  }
  expect((await reader.readRepoUsage("test", Date.now()))[0]).toMatchObject({ units: UNITS });
});
