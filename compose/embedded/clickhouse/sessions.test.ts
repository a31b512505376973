import { EventEmitter, once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Engine } from "./engine.ts";
import { Sessions } from "./sessions.ts";

const named = { id: "s", timeoutMs: 1000, mustExist: false };

describe("sessions", () => {
  const closed = vi.fn<() => void>();
  const openSession = vi.fn<() => { close: () => void }>(() => ({ close: closed }));
  let sessions: Sessions;
  beforeEach(() => {
    vi.useFakeTimers();
    // Sessions asks nothing else of the engine, and a real one would load chDB.
    sessions = new Sessions({ openSession } as unknown as Engine);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.clearAllMocks();
  });

  it("are fresh for each query that names none, and closed also when it fails", async () => {
    await sessions.use(undefined, async () => {});
    const failing = sessions.use(undefined, () => Promise.reject(new Error("boom")));
    await expect(failing).rejects.toThrow("boom");
    expect(openSession).toHaveBeenCalledTimes(2);
    expect(closed).toHaveBeenCalledTimes(2);
  });

  it("are kept by name until nobody used them for their time", async () => {
    await sessions.use(named, async () => {});
    vi.advanceTimersByTime(900);
    await sessions.use(named, async () => {});
    vi.advanceTimersByTime(900);
    expect(closed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(closed).toHaveBeenCalledTimes(1);
    expect(openSession).toHaveBeenCalledTimes(1);
  });

  it("run one query at a time", async () => {
    const slow = new EventEmitter();
    const first = sessions.use(named, async () => void (await once(slow, "done")));
    await expect(sessions.use(named, async () => {})).rejects.toThrow("SESSION_IS_LOCKED");
    slow.emit("done");
    await first;
    await expect(sessions.use(named, async () => {})).resolves.toBeUndefined();
  });

  it("are not opened when they must exist", async () => {
    const checked = sessions.use({ ...named, mustExist: true }, async () => {});
    await expect(checked).rejects.toThrow("SESSION_NOT_FOUND");
  });
});
