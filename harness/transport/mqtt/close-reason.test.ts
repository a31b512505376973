import { expect, test } from "vitest";
import { type CloseReason, describeCloseReason } from "./close-reason.ts";

test.each<[CloseReason, string]>([
  [{ kind: "refused", code: 5 }, "the broker refused the connection with code 5 (not authorized)"],
  [
    { kind: "refused", code: 0x97, explanation: "too many" },
    "the broker refused the connection with code 0x97 (quota exceeded): too many",
  ],
  [{ kind: "refused", code: 77 }, "the broker refused the connection with code 77"],
  [
    { kind: "upgrade", answer: "HTTP/1.1 404 Not Found" },
    "the server did not open a WebSocket: HTTP/1.1 404 Not Found",
  ],
  [{ kind: "timeout", afterMs: 100 }, "the broker gave no CONNACK within 100 ms"],
  [{ kind: "socket", errno: "ECONNRESET" }, "the connection failed with ECONNRESET"],
  [{ kind: "server" }, "the broker closed the connection"],
  [{ kind: "server", code: 142 }, "the broker disconnected with code 0x8e (session taken over)"],
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
