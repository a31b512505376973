import type { WindowVerdict } from "#grader/contracts/trial.ts";
import type { Tone } from "../lib/standing.ts";
import { Badge } from "./badge.tsx";

export const WINDOW_TONES: Readonly<Record<WindowVerdict, Tone>> = {
  good: "good",
  bad: "bad",
  invalid: "warn",
};

export function WindowBadge({ verdict }: { readonly verdict: WindowVerdict }) {
  return <Badge tone={WINDOW_TONES[verdict]} word={verdict} />;
}
