import { describe, expect, it } from "vitest";
import { manyRows, type ServerUnderTest, textOf } from "./server-under-test.suite.ts";

/** What a client may ask, and in which form it gets its answer. */
export function describeQueries(server: ServerUnderTest): void {
  describe("queries", () => {
    it("answers a ping, with and without a query", async () => {
      expect(await server.client.ping()).toEqual({ success: true });
      expect(await server.client.ping({ select: true })).toEqual({ success: true });
    });

    it("refuses a wrong password", async () => {
      const intruder = server.connect({ password: "wrong" });
      await expect(server.rows("SELECT 1", intruder)).rejects.toMatchObject({ code: "516" });
    });

    it("gives metadata and statistics with JSON", async () => {
      const answer = await (await server.client.query({ query: "SELECT 1 AS x" })).json();
      expect(answer).toMatchObject({ data: [{ x: 1 }], rows: 1 });
      expect(Object.keys(answer)).toEqual(expect.arrayContaining(["meta", "statistics"]));
    });

    it.each([
      ["CSV", '1,"a"\n'],
      ["CSVWithNames", '"n","s"\n1,"a"\n'],
      ["TabSeparated", "1\ta\n"],
      ["JSONCompactEachRow", '[1, "a"]\n'],
    ] as const)("speaks %s", async (format, text) => {
      const answer = await server.client.query({ query: "SELECT 1 AS n, 'a' AS s", format });
      expect(await answer.text()).toBe(text);
    });

    it("reports progress between rows", async () => {
      const query = "SELECT number FROM numbers(3)";
      const answer = await server.client.query({ query, format: "JSONEachRowWithProgress" });
      expect(await answer.text()).toMatch(/"row".*"progress"/s);
    });

    it("speaks of tables and plans in any format", async () => {
      expect(await server.rows("SHOW TABLES LIKE 'm'")).toEqual([{ name: "m" }]);
      expect(await server.rows("EXISTS TABLE m")).toEqual([{ result: 1 }]);
      expect(await server.rows("DESCRIBE TABLE m")).toHaveLength(4);
      expect(await server.rows("EXPLAIN SELECT 1")).not.toHaveLength(0);
    });

    it("lets the statement name its format", async () => {
      const { stream } = await server.client.exec({ query: "SELECT 1 FORMAT CSV -- as asked" });
      expect(await textOf(stream)).toBe("1\n");
    });

    it("takes a trailing semicolon or comment", async () => {
      expect(await server.rows("SELECT 1 AS a -- why")).toEqual([{ a: 1 }]);
      expect(await server.rows("SELECT ';' AS a;")).toEqual([{ a: ";" }]);
    });

    it("takes settings for one query only", async () => {
      const query = "SELECT toString(getSetting('max_block_size')) AS b, toUInt64(1) AS x";
      const [plain] = await server.rows(query);
      const answer = await server.client.query({
        query,
        format: "JSONEachRow",
        clickhouse_settings: {
          max_block_size: "777",
          output_format_json_quote_64bit_integers: 1,
        },
      });
      expect(await answer.json()).toEqual([{ b: "777", x: "1" }]);
      expect(await server.rows(query)).toEqual([plain]);
    });

    it("answers at the end when asked to", async () => {
      const answer = await server.client.query({
        query: "SELECT 1 AS a",
        format: "JSONEachRow",
        clickhouse_settings: { wait_end_of_query: 1, send_progress_in_http_headers: 1 },
      });
      expect(await answer.json()).toEqual([{ a: 1 }]);
    });

    it("streams half a million rows", async () => {
      const query = "SELECT number, toString(number) AS s FROM numbers(500000)";
      const answer = await server.client.query({ query, format: "JSONEachRow" });
      let seen = 0;
      for await (const chunk of answer.stream()) seen += chunk.length;
      expect(seen).toBe(500_000);
    });

    it("answers many at once", async () => {
      const numbers = Array.from({ length: 40 }, (_, i) => i);
      const answers = numbers.map((i) => server.value(`SELECT ${i} + sleep(0.05)`));
      expect(await Promise.all(answers)).toEqual(numbers);
    });

    it("packs both ways with gzip", async () => {
      const packed = server.connect({ compression: { request: true, response: true } });
      await packed.insert({ table: "m", values: manyRows(1000), format: "JSONEachRow" });
      const json = await packed.query({ query: "SELECT * FROM m" });
      expect((await json.json()).rows).toBe(1000);
      const query = "SELECT number FROM numbers(300000)";
      const streamed = await packed.query({ query, format: "JSONEachRow" });
      expect(await streamed.json()).toHaveLength(300_000);
    });
  });
  describe("query parameters", () => {
    it("carries every type the client can write", async () => {
      const answer = await server.client.query({
        query: `SELECT {a:String} a, {b:Array(UInt8)} b, {s:Array(String)} s, {d:DateTime64(3)} d,
          {n:Nullable(UInt8)} n, {m:Map(String,String)} m, {f:Float64} f, {t:Bool} t,
          toString({big:UInt64}) big`,
        query_params: {
          a: "x'\\\n\t",
          b: [1, 2],
          s: ["q'", "z\\"],
          d: new Date(0),
          n: null,
          m: { k: "v'" },
          f: 1.5,
          t: true,
          big: 2n ** 60n,
        },
        format: "JSONEachRow",
      });
      expect(await answer.json()).toEqual([
        {
          a: "x'\\\n\t",
          b: [1, 2],
          s: ["q'", "z\\"],
          d: "1970-01-01 00:00:00.000",
          n: null,
          m: { k: "v'" },
          f: 1.5,
          t: true,
          big: "1152921504606846976",
        },
      ]);
    });

    it("takes a table's name as a parameter", async () => {
      await server.client.insert({ table: "m", values: [{ run: "a" }], format: "JSONEachRow" });
      const answer = await server.client.query({
        query: "SELECT run FROM {t:Identifier} WHERE run IN {runs:Array(String)}",
        query_params: { t: "m", runs: ["a", "b"] },
        format: "JSONEachRow",
      });
      expect(await answer.json()).toEqual([{ run: "a" }]);
    });

    it.each([
      ["in the URL", false],
      ["as a form", true],
    ])("takes long ones %s", async (_, use_multipart_params_auto) => {
      const answer = await server.client.query({
        query: "SELECT length({v:Array(String)}) AS n",
        query_params: { v: Array.from({ length: 5000 }, (_unused, i) => `item${i}`) },
        use_multipart_params_auto,
        format: "JSONEachRow",
      });
      expect(await answer.json()).toEqual([{ n: expect.toSatisfy((n) => Number(n) === 5000) }]);
    });
  });
}
