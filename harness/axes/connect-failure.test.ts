import { describe, expect, test } from "vitest";
import { MqttClosedError, MqttConnectError } from "../transport/mqtt/errors.ts";
import { classOfConnectFailure, describeConnectFailure } from "./connect-failure.ts";

describe("a connect that did not come off", () => {
  test.each([
    [new MqttConnectError({ kind: "refused", code: 3 }), "connack-3", /connection limit/],
    [new MqttConnectError({ kind: "socket", errno: "ECONNREFUSED" }), "refused", /somaxconn/],
    [new MqttConnectError({ kind: "socket", errno: "ETIMEDOUT" }), "syn-timeout", /tcp_max_syn/],
    [new MqttConnectError({ kind: "timeout", afterMs: 9 }), "no-connack-in-time", /connect-rate/],
    [new MqttClosedError({ kind: "server" }), "closed-by-broker", /max_connections/],
    [new MqttConnectError({ kind: "socket", errno: "EPROTO" }), "eproto", /^eproto$/],
    [new Error("odd"), "odd", /^odd$/],
  ])("%s is of class %s, with what to do where that is known", (error, expected, fix) => {
    expect(classOfConnectFailure(error)).toBe(expected);
    expect(describeConnectFailure(expected)).toMatch(fix);
  });
});
