import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { EXIT_WITH_PARENT, serviceOf } from "./processes.ts";

const node = (script: string, ...flags: string[]): ChildProcess =>
  spawn(process.execPath, [...flags, "--eval", script], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });

const SERVE = `require("node:http").createServer().listen(0, "127.0.0.1", () => console.log("up"))`;

test("a program that is not ours ends with us", async () => {
  const child = node(SERVE, "--import", EXIT_WITH_PARENT);
  await serviceOf(child, () => {}).firstLine;
  child.disconnect();
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("a service that ends early says how, and its last words", async () => {
  const service = serviceOf(node(`console.error("no disk"); process.exit(3)`), () => {});
  await expect(service.firstLine).rejects.toThrow("ended with exit code 3: no disk");
  expect(await service.ended).toEqual({ how: "exit code 3", errors: ["no disk"] });
  await service[Symbol.asyncDispose]();
});

test("a service that cannot be started is over, and closing it does not wait", async () => {
  const child = spawn("/nowhere/at-all", { stdio: ["ignore", "pipe", "pipe"] });
  const service = serviceOf(child, () => {});
  expect((await service.ended).how).toContain("ENOENT");
  await service[Symbol.asyncDispose]();
});

test("the first line, which may hold a password, is never logged", async () => {
  const logged: string[] = [];
  const child = node(`console.log("secret"); console.log("served")`);
  const service = serviceOf(child, (line) => logged.push(line));
  expect(await service.firstLine).toBe("secret");
  await service.ended;
  expect(logged).toEqual(["served"]);
});
