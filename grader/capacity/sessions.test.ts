import * as fc from "fast-check";
import { expect, test } from "vitest";
import { combineSessions } from "./sessions.ts";

/** A session whose interval is ±1.96 standard errors of ln C90. */
const session = (lnValue: number, standardError: number, rated: number | null = null) => ({
  value: Math.exp(lnValue),
  low: Math.exp(lnValue - 1.96 * standardError),
  high: Math.exp(lnValue + 1.96 * standardError),
  rated,
});

// By hand. Both weigh 2500; Q = 2500·(0.05² + 0.05²) = 12.5; τ² = (12.5 − 1) ÷ 2500 = 0.0046;
// then both weigh 1 ÷ (0.0004 + 0.0046) = 200, SE = √(1 ÷ 400) = 0.05, reach 2.2·0.05 = 0.11.
test("two sessions ten percent apart give the mean and the spread between them", () => {
  const found = combineSessions([session(7, 0.02), session(7.1, 0.02)]);
  expect(Math.log(found.value)).toBeCloseTo(7.05, 10);
  expect(found.betweenSd).toBeCloseTo(Math.sqrt(0.0046), 10);
  expect(Math.log(found.low)).toBeCloseTo(6.94, 10);
  expect(Math.log(found.high)).toBeCloseTo(7.16, 10);
});

// By hand. Equal values: Q = 0, so τ keeps its floor of 0.04; SE = √((0.03² + 0.04²) ÷ 2) =
// 0.05 ÷ √2, reach 2.2 times that.
test("two sessions that agree are still allowed four percent between days", () => {
  const found = combineSessions([session(5, 0.03), session(5, 0.03)]);
  expect(found.betweenSd).toBeCloseTo(0.04, 12);
  expect(Math.log(found.high)).toBeCloseTo(5 + (2.2 * 0.05) / Math.SQRT2, 10);
});

// By hand. Q is below k − 1, so τ² = 0.0016: weights 1 ÷ (0.0009 + 0.0016) = 400
// and 1 ÷ (0.0084 + 0.0016) = 100; mean = (400·0 + 100·0.05) ÷ 500 = 0.01.
test("the closer session weighs more", () => {
  const found = combineSessions([session(0, 0.03), session(0.05, Math.sqrt(0.0084))]);
  expect(Math.log(found.value)).toBeCloseTo(0.01, 10);
  expect(Math.log(found.high / found.value)).toBeCloseTo(2.2 / Math.sqrt(500), 10);
});

// By hand: five times the same, SE = √(0.0025 ÷ 5), reach 2.1 times that.
test("from five sessions on the factor is smaller", () => {
  const found = combineSessions(Array.from({ length: 5 }, () => session(3, 0.03)));
  expect(Math.log(found.high)).toBeCloseTo(3 + 2.1 * Math.sqrt(0.0005), 10);
});

test("rated is what every session held, and unknown if one held nothing", () => {
  expect(combineSessions([session(7, 0.02, 1000), session(7, 0.02, 980)]).rated).toBe(980);
  expect(combineSessions([session(7, 0.02, 1000), session(7, 0.02, null)]).rated).toBeNull();
});

test("one session is refused: it has an interval of its own", () => {
  expect(() => combineSessions([session(7, 0.02)])).toThrow("nothing to be combined with");
});

const anySessions = fc.array(
  fc
    .record({
      lnValue: fc.double({ min: -5, max: 12, noNaN: true }),
      error: fc.double({ min: 0.001, max: 1, noNaN: true }),
    })
    .map(({ lnValue, error }) => session(lnValue, error)),
  { minLength: 2, maxLength: 8 },
);

test("the answer lies among the sessions, whatever their order", () => {
  fc.assert(
    fc.property(anySessions, (sessions) => {
      const { value, low, high } = combineSessions(sessions);
      const values = sessions.map((each) => each.value);
      expect(value).toBeGreaterThanOrEqual(Math.min(...values) * (1 - 1e-9));
      expect(value).toBeLessThanOrEqual(Math.max(...values) * (1 + 1e-9));
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
      expect(combineSessions(sessions.toReversed()).value / value).toBeCloseTo(1, 9);
    }),
  );
});
