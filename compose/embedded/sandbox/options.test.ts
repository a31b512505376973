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
    capacity: {},
    limits: {},
    noise: 0,
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
  const flags = "--port 99999 --capacity relay=x,link=3,api=1,api=2 --noise 80 --seed 1.5";
  const read = () => parseFlags(flags.split(" "));
  expect(read).toThrow(expect.objectContaining({ code: "SANDBOX_CONFIG_INVALID" }));
  expect(read).toThrow(
    [
      '--port: "99999" is not a number from 0 to 65535',
      '--capacity: "relay=x" needs a number above 0, as in relay=900',
      '--capacity: "link" is none of relay, store, base, api',
      '--capacity: "api" is given twice',
      '--noise: "80" is not a number from 0 to 50',
      '--seed: "1.5" is not a whole number',
    ].join("\n"),
  );
});

test("an unknown flag is refused", () => {
  expect(() => parseFlags(["--colour", "red"])).toThrow(/--colour/);
});
