import { expect, test } from "vitest";
import { type CloseReason, describeCloseReason } from "./close-reason.ts";

test.each<[CloseReason, string]>([
  [{ kind: "refused", code: 5 }, "the broker refused the connection with code 5"],
  [{ kind: "timeout", afterMs: 100 }, "the broker gave no CONNACK within 100 ms"],
  [{ kind: "socket", errno: "ECONNRESET" }, "the connection failed with ECONNRESET"],
  [{ kind: "server" }, "the broker closed the connection"],
  [{ kind: "server", code: 142 }, "the broker disconnected with code 142"],
  [{ kind: "keepalive" }, "the broker stopped answering pings"],
  [
    { kind: "malformed", detail: "second CONNACK" },
    "the broker broke the protocol: second CONNACK",
  ],
  [{ kind: "aborted" }, "connecting was aborted"],
  [{ kind: "ended" }, "the session was ended"],
])("%j reads %j", (reason, phrase) => {
  expect(describeCloseReason(reason)).toBe(phrase);
});
