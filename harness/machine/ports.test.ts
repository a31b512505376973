import { describe, expect, test } from "vitest";
import { countPorts, parsePortRange, portCount, readPortRange, unitsPerSource } from "./ports.ts";

describe("the ports of this machine", () => {
  test("are those the system gives out", () => {
    expect(parsePortRange("32768\t60999\n")).toEqual({ first: 32_768, last: 60_999 });
    expect(portCount({ first: 32_768, last: 60_999 })).toBe(28_232);
  });

  test.each(["", "a b", "60999 32768"])("are not %j", (text) => {
    expect(parsePortRange(text)).toBeUndefined();
  });

  test("can be read, or are taken for the usual ones", async () => {
    expect(portCount(await readPortRange())).toBeGreaterThan(1000);
  });

  test("are not all for the Units of one address, and never none", () => {
    expect(unitsPerSource({ first: 32_768, last: 60_999 })).toBe(26_820);
    expect(unitsPerSource({ first: 1024, last: 2023 })).toBe(500);
    expect(unitsPerSource({ first: 1024, last: 1033 })).toBe(1);
  });

  test("in use towards a target are told from those held back after closing", () => {
    const table = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt",
      "   0: 0100007F:C350 0100007F:075B 01 00000000:00000000 00:00000000 00000000",
      "   1: 0200007F:C351 0100007F:075B 06 00000000:00000000 03:000016F0 00000000",
      "   2: 0100007F:075B 0100007F:C350 01 00000000:00000000 00:00000000 00000000",
      "   3: 0100007F:C352 0100007F:0050 06 00000000:00000000 03:000016F0 00000000",
      "",
    ].join("\n");
    expect(countPorts(table, "127.0.0.1", 1883)).toEqual({ open: 1, timeWait: 1 });
    expect(countPorts(table, "::1", 1883)).toEqual({ open: 0, timeWait: 0 });
  });
});
