import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { readToken, signToken } from "./jwt.ts";

const KEY = "c2VjcmV0LXNlY3JldA==";
const NOW_MS = 1_700_000_000_000;

test("gives back what was signed", () => {
  const unit = { type: "Unit", uuid: "u" } as const;
  const user = { type: "User", uuid: "u", exp: NOW_MS / 1000 + 60 } as const;
  expect(readToken(signToken(unit, KEY), KEY, NOW_MS)).toEqual(unit);
  expect(readToken(signToken(user, KEY), KEY, NOW_MS)).toEqual(user);
});

test("signs with the text of the key, not with the bytes that it encodes", () => {
  const [header, payload, mac] = signToken({ type: "Backend", domain: "d" }, KEY).split(".");
  expect(mac).toBe(createHmac("sha256", KEY).update(`${header}.${payload}`).digest("base64url"));
});

test("a unit's token is the same every time", () => {
  const token = signToken({ uuid: "u", type: "Unit" }, KEY);
  expect(signToken({ uuid: "u", type: "Unit" }, KEY)).toBe(token);
});

test.each([
  ["another key", signToken({ type: "Unit", uuid: "u" }, "other")],
  ["no signature", `${signToken({ type: "Unit", uuid: "u" }, KEY).split(".", 2).join(".")}.`],
  ["unknown claims", signToken({ type: "Grafana", uuid: "u" } as never, KEY)],
  ["not a token", "hello"],
  ["nothing", ""],
])("%s is invalid", (_why, token) => {
  expect(readToken(token, KEY, NOW_MS)).toBe("invalid");
});

test("a user's token ends", () => {
  const token = signToken({ type: "User", uuid: "u", exp: NOW_MS / 1000 }, KEY);
  expect(readToken(token, KEY, NOW_MS - 1)).toMatchObject({ uuid: "u" });
  expect(readToken(token, KEY, NOW_MS)).toBe("expired");
});
