import { Report, REPORT_SCHEMA } from "#grader/contracts/report.ts";
import { z } from "zod";
import { MEANINGS } from "./meanings.ts";

type Node = z.core.JSONSchema.BaseSchema;

/** The published JSON Schema of a report: the contract, with what each property means. */
export function reportSchema(): Node {
  const { $schema, ...schema } = z.toJSONSchema(Report, { target: "draft-2020-12" });
  return {
    ...($schema === undefined ? {} : { $schema }),
    $id: `urn:${REPORT_SCHEMA.replaceAll("/", ":")}`,
    title: "Loadstone report",
    ...described(schema, ""),
  };
}

/** The key of `MEANINGS` that tells of a property. */
export function meaningKey(path: string): string {
  return path in MEANINGS ? path : path.slice(path.lastIndexOf(".") + 1);
}

/** The schema with a description on every property below it. */
function described(node: Node, path: string): Node {
  const { properties, items, anyOf, ...rest } = node;
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: describedProperties(properties, path) }),
    ...(isNode(items) ? { items: described(items, `${path}[]`) } : {}),
    ...(anyOf === undefined
      ? {}
      : { anyOf: anyOf.map((choice) => (isNode(choice) ? described(choice, path) : choice)) }),
  };
}

function describedProperties(
  properties: NonNullable<Node["properties"]>,
  parent: string,
): NonNullable<Node["properties"]> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, node]) => {
      const path = parent === "" ? name : `${parent}.${name}`;
      const description = MEANINGS[meaningKey(path)];
      const found = isNode(node) ? described(node, path) : node;
      return [
        name,
        description === undefined || !isNode(found) ? found : { description, ...found },
      ];
    }),
  );
}

function isNode(node: unknown): node is Node {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}
