import { z } from "zod";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SPAN = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/** A span of time as people write it, `500ms`, `30s`, `5m` or `1h`; milliseconds inside. */
export const Span = z
  .string()
  .regex(SPAN, { error: "a time such as 500ms, 30s, 5m or 1h" })
  .transform((text) => {
    const [, figure = "0", unit = "ms"] = SPAN.exec(text) ?? [];
    return Number(figure) * (UNITS[unit] ?? 1);
  });
