import { describe, expect, test } from "vitest";
import { ratiosOf } from "./bounds.ts";
import type { BenchResult, Row } from "./schema.ts";
import { printTable } from "./table.ts";

const environment: BenchResult["environment"] = {
  cores: 2,
  cpuModel: "a processor",
  kernel: "6.0",
  node: "20.19.0",
  sink: "c-epoll",
  versions: { mosquitto: "2.0.11" },
  pinned: { generator: 0, target: 1 },
  fileLimit: 20_000,
  loadAverage: 0,
  connections: 100,
  payloadBytes: 64,
  rounds: 3,
  quick: false,
  remarks: ["a remark"],
};
const place = { work: "qos0-single", target: "sink" } as const;
const measured = { ...place, rounds: 3, cpuRatio: 1 };
const rows: readonly Row[] = [
  { ...measured, client: "loadstone", cpuSecPerMillion: 6.1234 },
  { ...measured, client: "raw-c", cpuSecPerMillion: 4 },
  { ...place, client: "paho", skipped: "paho is not installed", hint: "apt-get install it" },
];
const printed = (quick = false) =>
  printTable({
    environment: { ...environment, quick },
    rows: [...rows],
    ratios: ratiosOf(rows, quick),
  }).split("\n");

describe("the table", () => {
  test("puts the ratios before the figures they come from", () => {
    const lines = printed();
    const ratio = lines.findIndex((line) => line.startsWith("missed "));
    const figure = lines.findIndex((line) => line.startsWith("qos0-single"));
    expect(ratio).toBeGreaterThan(0);
    expect(figure).toBeGreaterThan(ratio);
    expect(lines[ratio]).toMatch(/loadstone \/ raw-c\s+1\.53\s+≤ 1\.3\s+6\.12 µs\s+4 µs/);
  });

  test("counts the targets met without the stretch ones", () => {
    expect(printed().join("\n")).toContain("0 of 1 targets met");
  });

  test("says how to get a client that is missing, and what to know before reading", () => {
    const text = printed().join("\n");
    expect(text).toContain("without paho: paho is not installed; apt-get install it");
    expect(text).toContain("· a remark");
  });

  test("judges nothing after a quick run", () => {
    const text = printed(true).join("\n");
    expect(text).toContain("a quick run judges none");
    expect(text).not.toMatch(/\bmissed\b/);
  });
});
