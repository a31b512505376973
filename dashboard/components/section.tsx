import type { ReactNode } from "react";

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** One line under the title. */
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a page that can be linked to. */
export function Section({ id, title, lead, children }: SectionProps) {
  return (
    <section className="section" id={id} aria-labelledby={`${id}-title`}>
      <header className="section-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {lead === undefined ? null : <p className="muted">{lead}</p>}
      </header>
      {children}
    </section>
  );
}
