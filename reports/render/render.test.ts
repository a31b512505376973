import { describe, expect, test } from "vitest";
import { buildReport } from "#grader/report.ts";
import { SAMPLE, SAMPLE_BROKER } from "../sample/sample-run.ts";
import { renderMarkdown } from "./markdown.ts";
import { DARK } from "./palette.ts";
import { renderPentagon } from "./pentagon.ts";
import { FORMATS, isFormat, render } from "./render.ts";

const instanceReport = buildReport(SAMPLE);
const brokerReport = buildReport(SAMPLE_BROKER);

test("every format is known by name", () => {
  expect(FORMATS).toEqual(["json", "markdown", "text", "svg"]);
  expect(isFormat("svg")).toBe(true);
  expect(isFormat("toString")).toBe(false);
});

test.each([
  ["json", "instance.json"],
  ["markdown", "instance.md"],
  ["svg", "instance.svg"],
] as const)("%s reads as its golden", async (format, file) => {
  await expect(render(instanceReport, format)).toMatchFileSnapshot(`../golden/${file}`);
});

test("json keeps the contract's order whatever order the keys came in", () => {
  const scrambled = Object.fromEntries(
    Object.entries(instanceReport).toReversed(),
  ) as typeof instanceReport;
  expect(render(scrambled, "json")).toBe(render(instanceReport, "json"));
});

describe("markdown", () => {
  test("cannot be broken by what a target says of itself", () => {
    const { run } = brokerReport;
    const target = { ...run.target, name: "<img src=x> | [click](http://x)" };
    expect(renderMarkdown({ ...brokerReport, run: { ...run, target } })).toContain(
      "&lt;img src=x&gt; \\| \\[click\\](http://x)",
    );
  });
});

describe("the pentagon", () => {
  test("follows the reader's light or dark setting unless given colours", () => {
    expect(renderPentagon(instanceReport)).toContain("prefers-color-scheme:dark");
    const dark = renderPentagon(instanceReport, { palette: DARK });
    expect(dark).not.toContain("prefers-color-scheme");
    expect(dark).toContain(DARK.paper);
  });

  test("tells its figures to those who cannot see it", () => {
    const svg = renderPentagon(brokerReport);
    expect(svg).toMatch(/role="img" aria-labelledby="pentagon-title pentagon-desc"/);
    expect(svg).toContain("Link inconclusive; Relay ≥ 400 msg/s; Store not applicable");
  });

  test("marks a policy limit, a corner without evidence and the previous grade", () => {
    expect(renderPentagon(instanceReport)).toContain('circle class="policy"');
    const broker = renderPentagon(brokerReport, { previous: instanceReport.pentagon });
    expect(broker.match(/circle class="absent"/g)).toHaveLength(4);
    expect(broker).toContain('path class="previous"');
  });

  test("keeps ids and styles apart when a page holds several", () => {
    const svg = renderPentagon(instanceReport, { id: "garage" });
    expect(svg).toContain('id="garage-title"');
    expect(svg).not.toContain(".pentagon");
  });
});
