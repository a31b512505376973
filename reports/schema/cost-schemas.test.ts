import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { costsSchema, estimateSchema } from "./cost-schemas.ts";

test.each([
  ["estimate-1.json", estimateSchema],
  ["costs-1.json", costsSchema],
])("%s is what the code says", async (name, schema) => {
  const text = await readFile(new URL(name, import.meta.url), "utf8");
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(schema())));
});
