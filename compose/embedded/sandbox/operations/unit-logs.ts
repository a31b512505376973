import { z } from "zod";
import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { LOG_LEVELS } from "../records/rows.ts";
import { checkPaging, listQuery, type Page } from "./listing.ts";
import { shown, type ShownRecord } from "./pipe-data.ts";
import { ownUnit } from "./unit-device.ts";
import { queryInt, queryList } from "./validation.ts";

export const ListLogs = z.object({
  uuid: z.guid(),
  level: queryList(z.enum(LOG_LEVELS)).optional(),
  order_by_create_date: listQuery.order_by_create_date,
  offset: queryInt.optional(),
  limit: queryInt.optional(),
});

/** What a unit logged, for itself or its creator. */
export async function listLogs(
  instance: Instance,
  agent: Agent,
  query: z.infer<typeof ListLogs>,
): Promise<Page<ShownRecord>> {
  checkPaging(query);
  const { uuid: owner, level: levels, order_by_create_date: order, offset, limit } = query;
  ownUnit(instance, agent, owner);
  const asked = { owner, levels, order, offset, limit };
  const { count, rows } = await instance.records.read("unit_logs", asked);
  return { count, rows: rows.map(shown) };
}
