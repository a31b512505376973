import { LETTERS, type Report } from "#grader/contracts/report.ts";
import { LETTER_FLOORS_UNITS, radiusOf } from "#grader/contracts/scale.ts";
import { figure, interval } from "#reports/render/format.ts";
import { percentOf } from "./percent-of.ts";

/** The letters on a logarithmic line of Units, with the grade and its interval on it. */
export function GradeLadder({ grade }: { readonly grade: Report["grade"] }) {
  if (grade.units === null || grade.low === null) return null;
  const rungs = LETTERS.toReversed().map((letter, i, all) => {
    const next = all[i + 1];
    const from = radiusOf(LETTER_FLOORS_UNITS[letter]);
    return { letter, from, to: next === undefined ? 1 : radiusOf(LETTER_FLOORS_UNITS[next]) };
  });
  const from = radiusOf(grade.low);
  const to = grade.high === null ? 1 : radiusOf(grade.high);
  return (
    <svg
      className="ladder"
      role="img"
      width="100%"
      height="58"
      aria-label={`${figure(grade.units)} Units on the scale of letters, interval ${interval(grade.low, grade.high)}`}
    >
      {rungs.map(({ letter, from: left, to: right }) => (
        <g key={letter} data-reached={letter === grade.letter || undefined}>
          <rect x={percentOf(left)} y="22" width={percentOf(right - left)} height="14" />
          <text x={percentOf((left + right) / 2)} y="33" textAnchor="middle">
            {letter}
          </text>
          {left === 0 ? null : (
            <text className="floor" x={percentOf(left)} y="53" textAnchor="middle">
              {figure(LETTER_FLOORS_UNITS[letter])}
            </text>
          )}
        </g>
      ))}
      <line className="whisker" x1={percentOf(from)} x2={percentOf(to)} y1="11" y2="11" />
      <circle cx={percentOf(radiusOf(grade.units))} cy="11" r="5" />
    </svg>
  );
}
