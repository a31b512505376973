import { describe, expect, test } from "vitest";
import { MqttConnectError } from "../transport/mqtt/errors.ts";
import { socketFault } from "./socket-fault.ts";

const systemError = (code: string, syscall: string) =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall, address: "10.9.9.9" });

describe("an error of a socket", () => {
  test.each([
    ["EMFILE", "connect", "FILE_LIMIT_TOO_LOW"],
    ["ENFILE", "connect", "FILE_LIMIT_TOO_LOW"],
    ["EADDRNOTAVAIL", "connect", "PORTS_EXHAUSTED"],
    ["EADDRINUSE", "connect", "PORTS_EXHAUSTED"],
    ["EADDRNOTAVAIL", "bind", "CONFIG_INVALID"],
    ["ENOBUFS", "connect", "SOCKET_MEMORY_SHORT"],
    ["ECONNREFUSED", "connect", undefined],
    ["ECONNRESET", "read", undefined],
    ["ETIMEDOUT", "connect", undefined],
  ])("%s of %s is %s", (code, syscall, expected) => {
    const wrapped = new MqttConnectError(
      { kind: "socket", errno: code },
      { cause: systemError(code, syscall) },
    );
    expect(socketFault(wrapped)?.code).toBe(expected);
  });

  test("of this machine always says what to do", () => {
    for (const code of ["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOMEM"]) {
      expect(socketFault(systemError(code, "connect"))?.hint).toMatch(/.{20}/);
    }
  });

  test("that is none is nobody's fault", () => {
    expect([socketFault(undefined), socketFault(new Error("EMFILE"))]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
