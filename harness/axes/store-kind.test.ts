import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readReading, storeKind, storePolicyOf } from "./store-kind.ts";
import { tagOf } from "./tag.ts";
import type { WrittenWork } from "./written-kind.ts";

const RUN_TAG = 0xfedc_ba98;

const work = (payloadBytes: number, units = 10): WrittenWork => ({
  axis: "store",
  units,
  arrivals: "constant",
  payloadBytes,
  qos: 1,
  runTag: RUN_TAG,
});

const written = (bytes: number, stream: number, serial: number): string => {
  const payload = Buffer.alloc(bytes);
  storeKind(work(bytes)).write(payload, stream, serial);
  return payload.toString();
};

const serials = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 21 }), fc.integer({ min: 0, max: 2 ** 30 - 1 }))
  .map(([step, slot]) => tagOf(step, slot));

test("a reading is a number of just so many bytes and gives back its serial", () => {
  const bytes = fc.integer({ min: 26, max: 40 });
  fc.assert(
    fc.property(bytes, serials, fc.nat(2000), (size, serial, stream) => {
      const text = written(size, stream, serial);
      expect(text).toHaveLength(size);
      expect(Math.floor(Number(text))).toBe(serial);
      expect(readReading(text, stream, RUN_TAG)).toEqual({ serial, isWhole: true });
    }),
  );
});

test("a reading of which a digit changed, or that is another node's or run's, is not whole", () => {
  const digit = fc.integer({ min: 1, max: 9 });
  const place = fc.integer({ min: 6, max: 31 }).filter((at) => at !== 22);
  fc.assert(
    fc.property(serials, fc.nat(2000), place, digit, (serial, stream, at, add) => {
      const text = written(32, stream, serial);
      const changed = (Number(text[at]) + add) % 10;
      const damaged = `${text.slice(0, at)}${changed}${text.slice(at + 1)}`;
      expect(readReading(damaged, stream, RUN_TAG)?.isWhole).toBe(false);
      expect(readReading(text, stream + 1, RUN_TAG)?.isWhole).toBe(false);
      expect(readReading(text, stream, RUN_TAG - 1)?.isWhole).toBe(false);
    }),
  );
});

test.each(["", "21.5", "LS1", "0000000000000001", "1e3"])("%j is no reading", (text) => {
  expect(readReading(text, 0, RUN_TAG)).toBeUndefined();
});

test("seven of ten nodes keep rows, three the last value alone", () => {
  const policies = Array.from({ length: 100 }, (_, unit) => storePolicyOf(unit));
  const count = (policy: string) => policies.filter((one) => one === policy).length;
  expect([count("TimeWindow"), count("NRecords"), count("LastValue")]).toEqual([40, 30, 30]);
});

test("a payload without room for a reading is refused", () => {
  expect(() => storeKind(work(25))).toThrow("26 bytes");
});
