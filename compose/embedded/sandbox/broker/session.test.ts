import { expect, test, vi } from "vitest";
import type { Brake } from "./brake.ts";
import type { Hook } from "./hook.ts";
import { PLATFORM_LIMITS } from "./limits.ts";
import { createSession } from "./session.ts";

test("asks the hook once for an action and topic, whatever it answers", async () => {
  const hook = vi.fn<Hook>(async (_token, topic) => topic === "open");
  const brake = { hold: vi.fn<Brake["hold"]>() };
  const session = createSession({ token: "jwt", hook, brake, limits: PLATFORM_LIMITS });
  const first = session.mayUse("publish", "open", 0);
  const second = session.mayUse("publish", "open", 0);
  expect([await first, await second]).toEqual([true, true]);
  expect(await session.mayUse("publish", "shut", 0)).toBe(false);
  expect(session.mayUse("publish", "open", 0)).toBe(true);
  expect(session.mayUse("publish", "shut", 0)).toBe(false);
  expect(hook.mock.calls).toEqual([
    ["jwt", "open"],
    ["jwt", "shut"],
  ]);
  await session.mayUse("subscribe", "open", 0);
  expect(hook).toHaveBeenCalledTimes(3);
});

test("brakes a connection that sends faster than its rate", () => {
  const brake = { hold: vi.fn<Brake["hold"]>() };
  const session = createSession({
    token: "jwt",
    hook: vi.fn<Hook>(),
    brake,
    limits: PLATFORM_LIMITS,
  });
  for (let sent = 0; sent < 30; sent++) session.paceMessage(0, 20);
  expect(brake.hold).not.toHaveBeenCalled();
  session.paceMessage(0, 20);
  expect(brake.hold).toHaveBeenCalledWith(expect.closeTo(1000 / 30));
});

test("brakes a connection that sends more bytes than its rate", () => {
  const brake = { hold: vi.fn<Brake["hold"]>() };
  const session = createSession({
    token: "jwt",
    hook: vi.fn<Hook>(),
    brake,
    limits: PLATFORM_LIMITS,
  });
  for (let sent = 0; sent < 4; sent++) session.paceMessage(0, 256 * 1024);
  expect(brake.hold).not.toHaveBeenCalled();
  session.paceMessage(0, 128 * 1024);
  expect(brake.hold).toHaveBeenCalledWith(expect.closeTo(125));
});
