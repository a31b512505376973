import { describe, expect, test } from "vitest";
import { skippingClock } from "../test/skipping-clock.ts";
import { Presence, surviveRestart } from "./presence.ts";

const meets = (presence: Presence, times: number, contact: "no-connection" | "silent") => {
  for (let i = 0; i < times; i++) presence.note(contact, "refused");
};

describe("a target's presence", () => {
  test("is broken after twenty failed connections in a row without an answer between", () => {
    const presence = new Presence();
    meets(presence, 19, "no-connection");
    presence.note("answered", "http-503");
    meets(presence, 19, "no-connection");
    expect([presence.broken, presence.doubtful]).toEqual([null, false]);
    meets(presence, 5, "silent");
    meets(presence, 1, "no-connection");
    expect(presence.broken).toBe("20 connections in a row failed (refused)");
    expect(presence.doubtful).toBe(true);
  });

  test("is doubtful when something failed and nothing answered", () => {
    const presence = new Presence();
    meets(presence, 30, "silent");
    expect(presence.doubtful).toBe(false);
    meets(presence, 1, "no-connection");
    expect([presence.broken, presence.doubtful]).toEqual([null, true]);
  });
});

describe("a target that went away", () => {
  test("and came back within ten seconds is asked again until it answers", async () => {
    const clock = skippingClock();
    const backAtMs = clock.now() + 8000;
    let asked = 0;
    await surviveRestart(
      () => {
        asked++;
        return clock.now() < backAtMs ? Promise.reject(new Error("away")) : Promise.resolve();
      },
      clock,
      new AbortController().signal,
    );
    expect(asked).toBe(17);
  });

  test("and stays away ends the run with what the check said", async () => {
    const clock = skippingClock();
    const startedAtMs = clock.now();
    const away = surviveRestart(
      () => Promise.reject(new Error("away")),
      clock,
      new AbortController().signal,
    );
    await expect(away).rejects.toThrow("away");
    expect(clock.now() - startedAtMs).toBe(10_000);
  });

  test("is not waited for once the run was stopped", async () => {
    const clock = skippingClock();
    const stop = new AbortController();
    const startedAtMs = clock.now();
    const checked = surviveRestart(
      () => {
        stop.abort(new Error("by hand"));
        return Promise.reject(new Error("away"));
      },
      clock,
      stop.signal,
    );
    await expect(checked).rejects.toThrow("away");
    expect(clock.now()).toBe(startedAtMs);
  });
});
