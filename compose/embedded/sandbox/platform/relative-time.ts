const TEXT = /^(\d+)([smhdMy])$/;
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The time that a text like "15m" or "1M" ago was; throws on any other text, as the platform does. */
export function relativeTime(text: string, nowMs: number): number {
  const [, count = "", unit = ""] = TEXT.exec(text) ?? [];
  if (unit === "") throw new Error(`no relative time: ${text}`);
  if (unit === "M" || unit === "y") {
    const date = new Date(nowMs);
    date.setUTCMonth(date.getUTCMonth() - Number(count) * (unit === "y" ? 12 : 1));
    return date.getTime();
  }
  return nowMs - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]; // TEXT has no other
}
