import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { WebSocketUpgrade } from "./websocket-upgrade.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function start() {
  const upgrade = new WebSocketUpgrade("broker.example", 8083, "/mqtt");
  const key = /Sec-WebSocket-Key: (.+)\r\n/.exec(upgrade.request.toString())?.[1] ?? "";
  return {
    upgrade,
    accept: createHash("sha1")
      .update(key + GUID)
      .digest("base64"),
  };
}

const good = (accept: string): Record<string, string> => ({
  Upgrade: "WebSocket",
  Connection: "keep-alive, Upgrade",
  "Sec-WebSocket-Accept": accept,
  "Sec-WebSocket-Protocol": "mqtt",
});

function answer(fields: Record<string, string>, status = "HTTP/1.1 101 Switching Protocols") {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([status, ...lines, "", ""].join("\r\n"), "latin1");
}

test("asks for MQTT at its path and names the host", () => {
  const text = start().upgrade.request.toString();
  expect(text).toMatch(/^GET \/mqtt HTTP\/1\.1\r\nHost: broker\.example:8083\r\n/);
  expect(text).toMatch(/Sec-WebSocket-Protocol: mqtt\r\n\r\n$/);
  expect(new WebSocketUpgrade("::1", 80, "/").request.toString()).toContain("Host: [::1]:80\r\n");
});

test("takes a good answer in any pieces and leaves what follows it", () => {
  for (const size of [1, 7, 1000]) {
    const { upgrade, accept } = start();
    const bytes = Buffer.concat([answer(good(accept)), Buffer.from([0x82, 0])]);
    let at = 0;
    let result: number | string | undefined;
    while (result === undefined) {
      result = upgrade.push(bytes, at, Math.min(at + size, bytes.length));
      at += typeof result === "number" ? result : size;
    }
    expect(bytes.subarray(at)).toEqual(Buffer.from([0x82, 0]));
  }
});

test.each<[string, (fields: Record<string, string>) => Buffer]>([
  ["HTTP/1.1 404 Not Found", (fields) => answer(fields, "HTTP/1.1 404 Not Found")],
  ["HTTP/1.0 101 Fine", (fields) => answer(fields, "HTTP/1.0 101 Fine")],
  ["no Upgrade: websocket", (fields) => answer({ ...fields, Upgrade: "h2c" })],
  ["no Connection: Upgrade", (fields) => answer({ ...fields, Connection: "upgraded" })],
  ["a wrong Sec-WebSocket-Accept", (f) => answer({ ...f, "Sec-WebSocket-Accept": "x" })],
  ["no Sec-WebSocket-Protocol: mqtt", (f) => answer({ ...f, "Sec-WebSocket-Protocol": "wamp" })],
  ["an extension nobody offered", (f) => answer({ ...f, "Sec-WebSocket-Extensions": "x" })],
  ["an HTTP answer with a broken field", (f) => answer({ ...f, "": "x" })],
  ["an HTTP answer without end", () => Buffer.alloc(20_000, 0x61)],
])("refuses with %j", (reason, make) => {
  const { upgrade, accept } = start();
  const bytes = make(good(accept));
  expect(upgrade.push(bytes, 0, bytes.length)).toBe(reason);
});
