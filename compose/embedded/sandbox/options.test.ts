import { expect, test } from "vitest";
import { parseCapacity, parseFlags, parseLimits } from "./options.ts";

test("a capacity names its axes", () => {
  expect(parseCapacity("relay=900,api=120")).toEqual({ value: { relay: 900, api: 120 } });
  expect(parseCapacity("api=0.5")).toEqual({ value: { api: 0.5 } });
  expect(parseCapacity("")).toEqual({ value: {} });
});

test.each(["relay", "relay=", "relay=0", "relay=-1", "relay=x", "relay=1=2", "relay=Infinity"])(
  "%s is no capacity",
  (text) => {
    expect(parseCapacity(text)).toMatchObject({ problems: [expect.stringContaining(text)] });
  },
);

test("limits are the platform's, by their short names", () => {
  expect(parseLimits("connects=200")).toEqual({ value: { connectsPerSec: 200 } });
});

test("flags have defaults", () => {
  expect(parseFlags([])).toEqual({
    port: 0,
    mqttPort: 0,
    emqxPort: 0,
    capacity: {},
    limits: {},
    serviceFaults: {},
    dataPipe: {},
    features: { dataPipe: true, defaultLastValue: true, prometheus: true },
    faults: [],
    nginx: false,
    jobs: false,
    seed: 1,
  });
});

test("flags are read", () => {
  const flags = "--port 8080 --mqtt-port 1883 --capacity relay=900,api=120 --noise 3 --seed 7";
  expect(parseFlags([...flags.split(" "), "--data", "/tmp/x"])).toMatchObject({
    port: 8080,
    mqttPort: 1883,
    capacity: { relay: 900, api: 120 },
    noise: 3,
    seed: 7,
    dataDir: "/tmp/x",
  });
});

test("all that is wrong is said at once", () => {
  const flags = "--port 99999 --capacity relay=x,links=3,api=1,api=2 --noise 80 --seed 1.5";
  const read = () => parseFlags(flags.split(" "));
  expect(read).toThrow(expect.objectContaining({ code: "SANDBOX_CONFIG_INVALID" }));
  expect(read).toThrow(
    [
      '--port: "99999" is not a number from 0 to 65535',
      '--capacity: "relay=x" needs a number above 0, as in relay=900',
      '--capacity: "links" is none of link, relay, store, base, api',
      '--capacity: "api" is given twice',
      '--noise: "80" is not a number from 0 to 50',
      '--seed: "1.5" is not a whole number',
    ].join("\n"),
  );
});

test("an unknown flag is refused", () => {
  expect(() => parseFlags(["--colour", "red"])).toThrow(/--colour/);
});

test("a scenario, its axes and faults are read", () => {
  const flags =
    "--scenario I-hyst --on relay,store --joint 0.5 --cold 0.45 --pauses 25 --drift 8 --hysteresis 0.6";
  expect(parseFlags([...flags.split(" "), "--policer", "--dies-at-overload", "2"])).toMatchObject({
    scenario: "I-hyst",
    faultAxes: ["relay", "store"],
    jointRatio: 0.5,
    serviceFaults: {
      cold: { ratio: 0.45, warmTauMs: 15_000 },
      pauses: { everyMs: 25_000, fromMs: 150, toMs: 450 },
      drift: { ratio: 0.08, periodMs: 1_500_000 },
      hysteresis: { ratio: 0.6, onMs: 800, holdMs: 10_000 },
      gate: "policer",
      diesAtMs: 2000,
    },
  });
});

test("what the instance is and lacks is read", () => {
  const flags = "--off default-last-value --fault data-pipe-key --buffer-size 5000 --nginx --jobs";
  const clickhouse = "--clickhouse http://127.0.0.1:8123 --clickhouse-user me";
  expect(parseFlags([...flags.split(" "), ...clickhouse.split(" ")], "secret")).toMatchObject({
    features: { dataPipe: true, defaultLastValue: false },
    faults: ["data-pipe-key"],
    dataPipe: { bufferMaxSize: 5000 },
    nginx: true,
    jobs: true,
    clickhouse: { username: "me", password: "secret", database: "pepeunit" },
  });
});

test.each([
  ["--scenario=Z-none", '--scenario: "Z-none" is none of A-cliff, '],
  ["--on=link", '--on: "link" is none of relay, store, base, api'],
  ["--joint=2", '--joint: "2" is not a number from 0 to 1'],
  ["--cold=0", '--cold: "0" is not a number from 0.01 to 1'],
  ["--fault=rain", '--fault: "rain" is none of data-pipe-key'],
  ["--policer --shaper", "--policer and --shaper exclude each other"],
])("%s is refused", (flags, message) => {
  expect(() => parseFlags(flags.split(" "))).toThrow(message);
});
