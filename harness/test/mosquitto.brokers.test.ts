import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Report } from "#grader/contracts/report.ts";
import { freePort } from "../cli/dashboard.ts";
import { dataDirectory, runToEnd } from "./e2e/program.ts";

const running: { child: ChildProcess; folder: string }[] = [];
afterEach(async () => {
  for (const { child, folder } of running.splice(0)) {
    child.kill("SIGKILL");
    if (child.exitCode === null) await once(child, "exit");
    await rm(folder, { recursive: true, force: true });
  }
});

/** Debian's mosquitto on a free port, with the given lines in its configuration. */
async function startMosquitto(...lines: readonly string[]): Promise<string> {
  const port = await freePort({ host: "127.0.0.1", port: 0 });
  const folder = await mkdtemp(join(tmpdir(), "loadstone-mosquitto-"));
  const file = join(folder, "mosquitto.conf");
  const listener = [`listener ${port} 127.0.0.1`, "allow_anonymous true", ...lines];
  await writeFile(file, `${listener.join("\n")}\n`, { mode: 0o644 });
  const child = spawn("/usr/sbin/mosquitto", ["-c", file], { stdio: "ignore" });
  running.push({ child, folder });
  await listening(port);
  return `mqtt://127.0.0.1:${port}`;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (open) return;
  }
}

async function grade(url: string, ...flags: readonly string[]) {
  await using data = await dataDirectory();
  const args = ["grade", "--broker", url, "--depth", "glance", "--json", ...flags];
  const { code, stdout, stderr } = await runToEnd(args, { LOADSTONE_DATA: data.path });
  if (stdout === "") throw new Error(`no report (exit ${code}):\n${stderr}`);
  return { code, report: Report.parse(JSON.parse(stdout)) };
}

describe("a real mosquitto", () => {
  test("gets capacities of Link and Relay, every message accounted for", async () => {
    const broker = await startMosquitto();
    const { code, report } = await grade(broker, "--max-units", "100", "--no-joint");
    expect(code).toBe(0);
    const [link, relay] = report.axes;
    expect(link).toMatchObject({ id: "link", verdict: "censored", capacity: { value: 100 } });
    expect(relay?.capacity?.value).toBeGreaterThan(200);
    expect(["measured", "censored"]).toContain(relay?.verdict);
    expect(report.grade).toMatchObject({ scope: "broker", publishable: false });
    for (const r of report.reconciliation) {
      const ends = r.delivered + r.lost + r.errors + r.unsent + r.pending;
      expect(ends).toBe(r.intended);
    }
  });

  test.each([1, 2])(
    "that allows 31 connections refuses the next of %i threads' Units",
    async (n) => {
      const url = await startMosquitto("max_connections 31");
      const limits = ["--axes", "link", "--max-units", "100"];
      const { report } = await grade(url, ...limits, "--workers", String(n));
      expect(report.generator.workers).toBe(n);
      const link = report.axes[0];
      expect(link?.verdict).toBe("measured");
      // mosquitto 2.0.11 lets one more in than its setting says.
      expect(link?.capacity?.value).toBe(32);
      expect(link?.capacity?.high).toBe(40);
      expect(link?.reason).toMatch(/refused|dropped/);
    },
  );

  test("that wants a password refuses us with a coded error", async () => {
    const url = await startMosquitto("allow_anonymous false");
    await using data = await dataDirectory();
    const args = ["grade", "--broker", url, "--depth", "glance", "--axes", "relay", "--json"];
    const { code, stderr } = await runToEnd(args, { LOADSTONE_DATA: data.path });
    expect(code).toBe(121);
    expect(stderr).toContain("LOGIN_REFUSED");
    expect(stderr).toContain("LOADSTONE_MQTT_USERNAME");
  });
});
