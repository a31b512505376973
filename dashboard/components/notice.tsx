import type { ReactNode } from "react";
import type { Tone } from "../lib/standing.ts";
import { Icon } from "./icon.tsx";

/** A line that must not be missed. */
export function Notice({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <div className="notice" data-tone={tone}>
      <Icon tone={tone} />
      <div>{children}</div>
    </div>
  );
}
