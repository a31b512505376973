import { expect, test } from "vitest";
import { csvReader, parseSubLine } from "./import-log.ts";

const at = { atMs: 1_532_427_600_123.456, qos: 1, retained: false, repeated: false };

test.each([
  ["1532427600.123456 a/b 5 1", { ...at, topic: "a/b", bytes: 5 }],
  ["1532427600.123456 a b/c d 0 1 1", { ...at, topic: "a b/c d", bytes: 0, retained: true }],
  ["2018-07-24T10:20:00+0000 a/b 5 0", { topic: "a/b", atMs: 1_532_427_600_000, qos: 0 }],
  ["2018-07-24T12:20:00+0200 a/b 5 0", { topic: "a/b", atMs: 1_532_427_600_000 }],
])("mosquitto_sub wrote: %s", (line, expected) => {
  expect(parseSubLine(line)).toMatchObject(expected);
});

test.each(["", "hello", "1532427600 a/b five 1", "yesterday a/b 5 1", "1532427600 a/b 5 3"])(
  "no message of mosquitto_sub: %j",
  (line) => {
    expect(parseSubLine(line)).toBeUndefined();
  },
);

test("CSV of ours and of tshark are read by the names in their header", () => {
  const ours = csvReader("time,topic,bytes,qos");
  expect(ours?.('1532427600.5,"a,b",12,0')).toMatchObject({
    atMs: 1_532_427_600_500,
    topic: "a,b",
    bytes: 12,
  });
  const shark = csvReader("frame.time_epoch,mqtt.topic,mqtt.len,mqtt.qos,mqtt.retain");
  // 2 bytes of length, 3 of topic, 2 of packet id before a payload of 5.
  expect(shark?.("10,a/b,12,1,0")).toMatchObject({ bytes: 5, qos: 1, retained: false });
  expect(shark?.("10,a/b,3,1,0")).toBeUndefined();
  expect(ours?.("x,a,1,0")).toBeUndefined();
  expect(csvReader("time,topic")).toBeUndefined();
});
