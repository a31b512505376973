import type { Report } from "#grader/contracts/report.ts";

type Letter = Report["grade"]["letter"];

/** Which of three tones a letter is shown in; the letter itself says the rest. */
function toneOf(letter: Letter): string {
  if (letter === null) return "idle";
  if (letter === "S" || letter === "A" || letter === "B") return "good";
  return letter === "C" || letter === "D" ? "warn" : "bad";
}

export function GradeTile({
  letter,
  small,
}: {
  readonly letter: Letter;
  readonly small?: boolean;
}) {
  return (
    <span className={small === true ? "tile tile-small" : "tile"} data-tone={toneOf(letter)}>
      <span className="sr-only">Grade </span>
      {letter ?? "–"}
    </span>
  );
}
