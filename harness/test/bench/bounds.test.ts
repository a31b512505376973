import { describe, expect, test } from "vitest";
import { ratiosOf } from "./bounds.ts";
import type { MeasuredRow, Row } from "./schema.ts";

const row = (figures: Partial<MeasuredRow>): Row => ({
  work: "qos0-single",
  client: "loadstone",
  target: "sink",
  rounds: 3,
  cpuRatio: 1,
  ...figures,
});

const verdicts = (rows: readonly Row[], quick = false) =>
  ratiosOf(rows, quick).map(({ to, bound, meets }) => [to, bound, meets]);

describe("a target of ours", () => {
  test("is met or missed against the other client's row of the same run", () => {
    const rows = [
      row({ cpuSecPerMillion: 6 }),
      row({ client: "raw-c", cpuSecPerMillion: 5 }),
      row({ client: "mqtt.js", cpuSecPerMillion: 9 }),
    ];
    expect(verdicts(rows)).toEqual([
      ["raw-c", 1.3, true],
      ["mqtt.js", 0.6, false],
      ["emqtt-bench", 0.45, null],
      ["raw-c", 1.15, false],
    ]);
  });

  test("is decided for each target of the work apart", () => {
    const rows = [
      row({ cpuSecPerMillion: 6 }),
      row({ client: "raw-c", target: "mosquitto", cpuSecPerMillion: 5 }),
    ];
    expect(verdicts(rows)[0]).toEqual(["raw-c", 1.3, null]);
  });

  test("is undecided where the other client was skipped", () => {
    const skipped: Row = {
      work: "qos0-single",
      client: "raw-c",
      target: "sink",
      skipped: "there is no C compiler",
    };
    expect(verdicts([row({ cpuSecPerMillion: 6 }), skipped])[0]).toEqual(["raw-c", 1.3, null]);
  });

  test("may be a fixed limit, or one to reach rather than to stay below", () => {
    const idle = row({ work: "idle-10000", rssKbPerConnection: 5.2 });
    expect(ratiosOf([idle], false)[0]).toMatchObject({ to: "limit", ratio: 1, meets: true });
    const connects = [
      row({ work: "connect-10000", connectPerSec: 9000 }),
      row({ work: "connect-10000", client: "mqtt.js", connectPerSec: 4000 }),
    ];
    expect(ratiosOf(connects, false)[0]).toMatchObject({ ratio: 2.25, meets: true });
  });

  test("of CPU is undecided when a client fell behind the rate, because batches are cheap", () => {
    const e2e = { work: "e2e-20000", target: "mosquitto", heldRate: true } as const;
    const ours = row({ ...e2e, cpuSecPerMillion: 14 });
    const theirs = (heldRate: boolean) =>
      row({ ...e2e, client: "mqtt.js", cpuSecPerMillion: 13, heldRate });
    expect(verdicts([ours, theirs(false)])[0]).toEqual(["mqtt.js", 0.65, null]);
    expect(verdicts([ours, theirs(true)])[0]).toEqual(["mqtt.js", 0.65, false]);
  });

  test("is judged by no quick run", () => {
    const rows = [row({ cpuSecPerMillion: 6 }), row({ client: "raw-c", cpuSecPerMillion: 5 })];
    expect(ratiosOf(rows, true)[0]).toMatchObject({ ratio: 1.2, meets: null });
  });

  test("is silent where we have no row", () => {
    expect(ratiosOf([row({ client: "paho", cpuSecPerMillion: 9 })], false)).toEqual([]);
  });
});
