import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type HttpRequest, RequestEncoder } from "./request.ts";

const encoder = new RequestEncoder("broker.example:8080");
const request = (change: Partial<HttpRequest>): HttpRequest => ({
  method: "GET",
  path: "/",
  headers: {},
  check: () => undefined,
  ...change,
});

describe("a request in HTTP/1.1", () => {
  test("names its host and its headers, and has no body unless given one", () => {
    const text = encoder.encode(request({ path: "/a?b=c", headers: { "x-auth-token": "t.0" } }));
    expect(text).toBe(
      "GET /a?b=c HTTP/1.1\r\nhost: broker.example:8080\r\nuser-agent: loadstone\r\n" +
        "x-auth-token: t.0\r\n\r\n",
    );
  });

  test("counts its body in bytes, not in characters", () => {
    const text = encoder.encode(request({ method: "POST", body: '{"name":"Ünïté"}' }));
    expect(text).toContain("\r\ncontent-length: 19\r\n\r\n{");
  });

  test("with an empty body still says so", () => {
    expect(encoder.encode(request({ method: "POST", body: "" }))).toMatch(
      /content-length: 0\r\n\r\n$/,
    );
  });

  test.each([
    ["a path with a blank", { path: "/a b" }],
    ["a path with a line end", { path: "/a\r\nhost: other" }],
    ["a path that does not start at the root", { path: "a" }],
    ["a header name with a colon", { headers: { "a:b": "c" } }],
    ["a header value with a line end", { headers: { a: "b\r\nc: d" } }],
    ["a header value beyond ASCII", { headers: { a: "é" } }],
    ["a length of its own", { headers: { "Content-Length": "3" } }],
  ])("refuses %s", (_what, change) => {
    expect(() => encoder.encode(request(change))).toThrow(RangeError);
  });

  test("keeps a header's value out of its complaint: it may be a token", () => {
    const secret = { "x-auth-token": "secret\n" };
    expect(() => encoder.encode(request({ headers: secret }))).toThrow(/^(?!.*secret)/);
  });

  test("whatever a header holds is one line of one request, or refused", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        let text: string;
        try {
          text = encoder.encode(request({ headers: { [name]: value } }));
        } catch {
          return;
        }
        expect(text.split("\r\n")).toHaveLength(6);
        expect(text.endsWith(`${name}: ${value}\r\n\r\n`)).toBe(true);
      }),
    );
  });
});
