import { describe, expect, test } from "vitest";
import { openThreadProbe } from "./thread-probe.ts";

describe("the CPU of a thread", () => {
  test("is what the scheduler says it ran, and how long it waited", () => {
    const probe = openThreadProbe(() => "60354137 95721865 48\n");
    expect(probe.source).toBe("scheduler");
    expect(probe.cpuMs()).toBeCloseTo(60.354, 3);
    expect(probe.waitMs()).toBeCloseTo(95.722, 3);
  });

  test.each([
    ["does not keep them", "0 0 0\n"],
    ["has none", undefined],
  ])("comes from Node where the kernel %s, without a wait", (_name, text) => {
    const probe = openThreadProbe(() => text);
    expect(["thread", "bound"]).toContain(probe.source);
    expect(probe.waitMs()).toBeUndefined();
  });

  test("is at most what the whole process used, where nothing tells of threads", () => {
    const { threadCpuUsage } = process as { threadCpuUsage?: unknown };
    Object.assign(process, { threadCpuUsage: undefined });
    try {
      const probe = openThreadProbe(() => undefined);
      const before = process.cpuUsage();
      const began = probe.cpuMs();
      let sum = 0;
      for (let i = 0; i < 3e6; i++) sum += Math.sqrt(i);
      const used = probe.cpuMs() - began;
      const { user, system } = process.cpuUsage(before);
      expect(probe.source).toBe("bound");
      expect(sum).toBeGreaterThan(0);
      expect(used).toBeGreaterThan(0);
      expect(used).toBeLessThanOrEqual((user + system) / 1000 + 1);
    } finally {
      Object.assign(process, { threadCpuUsage });
    }
  });
});
