import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from "graphql";

/** Whether a request asks for `field` of the items in the list `of`. */
export function asksFor(info: GraphQLResolveInfo, of: string, field: string): boolean {
  const items = info.fieldNodes.flatMap((node) => fieldsBelow(node.selectionSet, info, of));
  return items.some((node) => fieldsBelow(node.selectionSet, info, field).length > 0);
}

function fieldsBelow(
  set: SelectionSetNode | undefined,
  info: GraphQLResolveInfo,
  name: string,
): FieldNode[] {
  return (set?.selections ?? []).flatMap((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        return selection.name.value === name ? [selection] : [];
      case Kind.INLINE_FRAGMENT:
        return fieldsBelow(selection.selectionSet, info, name);
      case Kind.FRAGMENT_SPREAD:
        return fieldsBelow(info.fragments[selection.name.value]?.selectionSet, info, name);
      default:
        return selection satisfies never;
    }
  });
}
