import { crc32, inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { zipFile } from "./zip.ts";

const NAME = "data_é.csv";
const CONTENT = Buffer.from("state,create_datetime\r\n".repeat(100));

test("the file is where its headers say, under its name", () => {
  const zip = zipFile(NAME, CONTENT);
  const end = zip.length - 22;
  expect(zip.readUInt32LE(end)).toBe(0x06054b50);
  const central = zip.readUInt32LE(end + 16);
  expect(zip.readUInt32LE(central)).toBe(0x02014b50);
  expect(zip.length).toBe(central + zip.readUInt32LE(end + 12) + 22);
  const packedSize = zip.readUInt32LE(central + 20);
  const nameSize = zip.readUInt16LE(central + 28);
  expect(zip.subarray(central + 46, central + 46 + nameSize).toString("utf8")).toBe(NAME);
  const data = zip.subarray(30 + nameSize, 30 + nameSize + packedSize);
  expect(inflateRawSync(data)).toEqual(CONTENT);
  expect(zip.readUInt32LE(central + 16)).toBe(crc32(CONTENT));
});
