import type { ReactNode } from "react";

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  readonly hint?: ReactNode;
}

/** Names and values, as tiles in a row that wraps. */
export function Facts({
  facts,
  dense,
}: {
  readonly facts: readonly Fact[];
  readonly dense?: boolean;
}) {
  return (
    <dl className={dense === true ? "facts facts-dense" : "facts"}>
      {facts.map(({ name, value, hint }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {hint === undefined ? null : <dd className="hint">{hint}</dd>}
        </div>
      ))}
    </dl>
  );
}
