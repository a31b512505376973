import type { Tone } from "../lib/standing.ts";
import { Icon } from "./icon.tsx";

/** A word in its tone, with the icon of the tone. */
export function Badge({ tone, word }: { readonly tone: Tone; readonly word: string }) {
  return (
    <span className="badge" data-tone={tone}>
      <Icon tone={tone} />
      {word}
    </span>
  );
}
