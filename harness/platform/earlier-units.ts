import type { Unit, UnitSchema } from "./answers.ts";
import type { Growth, Wired } from "./fleet-units.ts";
import { isGone } from "./refusal.ts";
import { allPages } from "./session.ts";

/** Units that an earlier run made and this one uses again. */

type Looking = Pick<Growth, "session" | "manifest" | "names" | "repoUuid" | "log">;

/** Finds what is still there of an earlier run's Units, whether its answer was heard or not. */
export async function earlierUnits(looking: Looking): Promise<ReadonlyMap<string, Unit>> {
  const { session, manifest, names, repoUuid, log } = looking;
  const noted = manifest.outstanding().filter(({ kind }) => kind === "unit");
  if (noted.length === 0) return new Map();
  const units = await allPages(async (range) => {
    const query = { repo_uuid: repoUuid, search_string: names.prefix, ...range };
    return (await session.units.list({ ...query, is_include_output_unit_nodes: true })).units;
  });
  const found = new Map(units.map((unit) => [unit.name, unit]));
  const uuids = new Map(noted.map(({ name, uuid }) => [name, uuid]));
  for (const { name, uuid } of found.values()) {
    if (uuids.get(name) !== uuid) await manifest.made("unit", name, uuid);
  }
  const gone = noted.filter(({ name }) => !found.has(name)).length;
  log(
    `Taking over ${found.size} Units of run ${manifest.header.runId}` +
      (gone === 0 ? "" : `; ${gone} more are gone from the instance`),
  );
  return found;
}

/**
 * Removes edges from other Outputs than the partner's to a Unit's Inputs: what comes over them
 * would be counted as the fleet's own messages.
 * @returns how many there were
 */
export async function cutStrangers(
  { session, log }: Pick<Growth, "session" | "log">,
  { unit, inputs }: Wired,
  { schema, partner }: { readonly schema: UnitSchema; readonly partner: string | undefined },
): Promise<number> {
  let cut = 0;
  for (const input of inputs) {
    for (const topic of schema.input_topic[input.topic_name] ?? []) {
      const source = nodeOf(topic);
      if (source === undefined || source === input.uuid || source === partner) continue;
      await session.deleteEdge(source, input.uuid).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      });
      log(`Removed an edge to ${unit.name} that is not the fleet's`);
      cut++;
    }
  }
  return cut;
}

/** The node that a topic stands for: `domain/uuid` or `domain/uuid/pepeunit`. */
const nodeOf = (topic: string): string | undefined => topic.split("/")[1];
