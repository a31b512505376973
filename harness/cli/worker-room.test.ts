import { describe, expect, test } from "vitest";
import { readSettings } from "../config.ts";
import { workerRoom } from "./worker-room.ts";

const world = { cwd: "/nowhere", env: {} };

describe("the room for worker threads", () => {
  test.each([
    [{}, true],
    [{ broker: "mqtt://127.0.0.1:1883" }, true],
    [{ broker: "mqtt://[::1]:1883" }, true],
    [{ instance: "http://localhost:8080" }, true],
    [{ broker: "mqtt://192.0.2.7:1883" }, false],
    [{ instance: "https://units.example" }, false],
  ])("with %j has the target on this machine: %s", async (flags, isTargetHere) => {
    const settings = await readSettings(world, flags);
    expect(workerRoom(settings, 4)).toEqual({ asked: "auto", cores: 4, isTargetHere });
  });

  test("is asked for by flag, else by environment", async () => {
    const env = { LOADSTONE_WORKERS: "3" };
    const asked = async (flags: Record<string, unknown>) =>
      workerRoom(await readSettings({ ...world, env }, flags)).asked;
    expect(await asked({})).toBe(3);
    expect(await asked({ workers: "auto" })).toBe("auto");
    await expect(asked({ workers: "0" })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(asked({ workers: "many" })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
