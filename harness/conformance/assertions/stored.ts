import type { Bench } from "../bench.ts";
import { aWholeNumber, same } from "../same.ts";
import { NODES, upload } from "./pipes.ts";

/** Switches a node's pipe on with these settings. */
export async function setPipe(bench: Bench, node: string, yaml: string): Promise<void> {
  const body = { is_data_pipe_active: true };
  same("switched on", await bench.call("PATCH", `${NODES}/${node}`, { body }), { status: 200 });
  const answer = await upload(bench, `/set_data_pipe_config?uuid=${node}`, yaml);
  same("set_data_pipe_config", answer, { status: 204 });
}

export interface Stored {
  readonly count: number;
  readonly pipe_data: readonly { readonly state: unknown }[];
}

export async function stored(bench: Bench, node: string, more: string): Promise<Stored> {
  const path = `${NODES}/get_data_pipe_data/?uuid=${node}&order_by_create_date=asc&${more}`;
  const answer = await bench.call("GET", path);
  same(`GET ${path}`, answer, { status: 200, body: { count: aWholeNumber } });
  return answer.body as Stored;
}

export const textsOf = ({ pipe_data: rows }: Stored): string =>
  rows.map(({ state }) => state).join(" ");

/** What `publishStored` says until it is heard; every time another text, for pipes that compare. */
export const HERE = /^here\d+$/;
const HERES = /(here\d+ ?)+/g;

/** The texts that are stored, without those that only waited for the pipe's settings. */
export const ownTextsOf = (page: Stored): string => textsOf(page).replaceAll(HERES, "");

/**
 * Publishes until the service, which takes a while to read new settings, stores it; then the texts,
 * and gives what is stored once the last of them is.
 */
export async function publishStored(
  bench: Bench,
  node: string,
  type: string,
  texts: readonly string[],
  /** As it is stored, where the pipe changes it. */
  last = texts.at(-1),
): Promise<Stored> {
  const client = await bench.connect(bench.unit(2).token);
  const topic = bench.topic(node);
  const read = () => stored(bench, node, `type=${type}`);
  let tries = 0;
  await bench.until(
    "a stored message",
    async () => {
      await client.publish(topic, `here${tries++}`);
      return read();
    },
    ({ count }: Stored) => count > 0,
    25_000,
  );
  if (last === undefined) return read();
  for (const text of texts) await client.publish(topic, text);
  await bench.until("the last message", read, (page: Stored) => ownTextsOf(page).endsWith(last));
  return read();
}
