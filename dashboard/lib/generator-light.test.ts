import { expect, test } from "vitest";
import { generatorLight } from "./generator-light.ts";

const calm = { cpuRatio: 0.2, loopDelayMaxMs: 6, latenessP99Ms: 2, unsentRatio: 0 };

test("is good while every gauge is within its limit", () => {
  expect(generatorLight(calm, 250)).toMatchObject({ tone: "good", words: "generator healthy" });
});

test("names each gauge that is beyond", () => {
  const light = generatorLight({ ...calm, latenessP99Ms: 40, unsentRatio: 0.02 }, 250);
  expect(light.tone).toBe("warn");
  expect(light.words).toBe("generator strained: Lateness p99, Unsent");
});

test("allows more delay where the deadline is longer", () => {
  expect(generatorLight({ ...calm, latenessP99Ms: 40 }, 10_000).tone).toBe("good");
});

test("asks for nothing finer than the machine can do", () => {
  expect(generatorLight({ ...calm, latenessP99Ms: 24 }, 20).tone).toBe("good");
});

test("is not good when nothing was heard", () => {
  expect(generatorLight(null, 250).tone).toBe("idle");
});
