import { describe, expect, test } from "vitest";
import { openCpuGroup } from "./cgroup-probe.ts";

const files = (texts: Readonly<Record<string, string>>) => (path: string) => texts[path];
const V2 = "/sys/fs/cgroup";
const V1 = "/sys/fs/cgroup/cpu,cpuacct";

describe("the CPU group", () => {
  test("has the tightest quota of all groups above it, version 2", () => {
    const group = openCpuGroup(
      files({
        "/proc/self/cgroup": "0::/app.slice/load.scope\n",
        [`${V2}/app.slice/cpu.max`]: "150000 100000\n",
        [`${V2}/app.slice/load.scope/cpu.max`]: "max 100000\n",
        [`${V2}/app.slice/cpu.stat`]: "usage_usec 9\nnr_throttled 2\nthrottled_usec 2500\n",
      }),
    );
    expect(group?.quotaCores).toBe(1.5);
    expect(group?.throttledMs()).toBe(2.5);
  });

  test("is read in version 1, where a container sees the host's path", () => {
    const group = openCpuGroup(
      files({
        "/proc/self/cgroup": "4:memory:/docker/1\n3:cpu,cpuacct:/docker/1\n1:cpuset:/\n",
        [`${V1}/cpu.cfs_quota_us`]: "50000\n",
        [`${V1}/cpu.cfs_period_us`]: "100000\n",
        [`${V1}/cpu.stat`]: "nr_periods 10\nnr_throttled 3\nthrottled_time 7000000\n",
      }),
    );
    expect(group?.quotaCores).toBe(0.5);
    expect(group?.throttledMs()).toBe(7);
  });

  test.each([
    ["version 2", { "/proc/self/cgroup": "0::/\n", [`${V2}/cpu.max`]: "max 100000\n" }],
    [
      "version 1",
      {
        "/proc/self/cgroup": "1:cpu:/\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      },
    ],
    ["a kernel without the controller", { "/proc/self/cgroup": "0::/\n" }],
  ])("is without limit where none is set: %s", (_name, texts) => {
    const group = openCpuGroup(files(texts));
    expect(group?.quotaCores).toBe(Infinity);
    expect(group?.throttledMs()).toBe(0);
  });

  test("does not exist where the system has no such groups", () => {
    expect(openCpuGroup(files({}))).toBeUndefined();
  });
});
