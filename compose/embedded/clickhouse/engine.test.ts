import { expect, test, vi } from "vitest";
import { openEngine } from "./engine.ts";

vi.mock("chdb", () => {
  throw new Error("no native binding for linux-musl");
});

test("a machine without chDB is told what it needs and the way out", async () => {
  await expect(openEngine("/nowhere")).rejects.toMatchObject({
    code: "EMBEDDED_CLICKHOUSE_MISSING",
    message: expect.stringContaining("chDB cannot be loaded"),
    hint: expect.stringMatching(/glibc Linux or macOS.*--clickhouse URL/),
  });
});
