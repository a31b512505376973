import { describe, expect, it } from "vitest";
import { parseCredentials, parseRequest } from "./request.ts";

const request = (query: string, headers = {}) => parseRequest(new URLSearchParams(query), headers);

describe("parseRequest", () => {
  it("takes what the HTTP interface knows for itself and the rest for settings", () => {
    const { sql, queryId, database, settings } = request(
      "query=SELECT+1&query_id=q1&database=d&max_threads=2&param_a=x%27y&wait_end_of_query=1",
    );
    expect({ sql, queryId, database }).toEqual({ sql: "SELECT 1", queryId: "q1", database: "d" });
    expect([...settings]).toEqual([
      ["max_threads", "2"],
      ["param_a", "x'y"],
    ]);
  });

  it("drops names that could not be a setting", () => {
    expect([...request("a%20%3D%201%2C%20b=2").settings]).toEqual([]);
  });

  it("gives each query an id when the client has none", () => {
    expect(request("").queryId).not.toBe(request("").queryId);
  });

  it.each([
    ["", {}, "TabSeparated"],
    ["default_format=JSON", {}, "JSON"],
    ["", { "x-clickhouse-format": "CSV" }, "CSV"],
  ])("finds the format in %j and %j", (query, headers, format) => {
    expect(request(query, headers).format).toBe(format);
  });

  it("compresses only when asked for in both places", () => {
    const headers = { "accept-encoding": "gzip" };
    expect(request("enable_http_compression=1", headers).acceptsGzip).toBe(true);
    expect(request("enable_http_compression=1").acceptsGzip).toBe(false);
    expect(request("", headers).acceptsGzip).toBe(false);
  });

  it("keeps a named session for as long as it says, within an hour", () => {
    expect(request("").session).toBeUndefined();
    expect(request("session_id=s").session).toEqual({
      id: "s",
      timeoutMs: 60_000,
      mustExist: false,
    });
    expect(request("session_id=s&session_timeout=99999&session_check=1").session).toEqual({
      id: "s",
      timeoutMs: 3_600_000,
      mustExist: true,
    });
  });
});

describe("parseCredentials", () => {
  const basic = `Basic ${Buffer.from("me:a:b").toString("base64")}`;

  it.each([
    ["user=u&password=p", { authorization: basic }, { user: "u", password: "p" }],
    ["", { "x-clickhouse-user": "u", "x-clickhouse-key": "k" }, { user: "u", password: "k" }],
    ["", { authorization: basic }, { user: "me", password: "a:b" }],
    ["", {}, { user: "default", password: "" }],
  ])("reads them from %j and %j", (query, headers, expected) => {
    expect(parseCredentials(new URLSearchParams(query), headers)).toEqual(expected);
  });
});
