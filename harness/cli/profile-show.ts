import { AXES, AXIS_IDS } from "#grader/contracts/axis.ts";
import { declaredCost } from "#grader/cost/declared.ts";
import { referenceUnits } from "#grader/cost/vector.ts";
import { ABSENT, bytes, figure } from "#reports/render/format.ts";
import { evenSpaces, harmless, type Paint, paintOf, wrap } from "#reports/render/paint.ts";
import { table } from "#reports/render/table.ts";
import { section } from "#reports/render/terminal/section.ts";
import { EXIT } from "../errors.ts";
import { limitWarnings } from "../scenario/profile-limits.ts";
import { listProfileIds, loadProfile } from "../scenario/profile-load.ts";
import { listMixIds, loadMix } from "../scenario/profile-mix.ts";
import type { Profile, Topic } from "../scenario/profile-schema.ts";
import { spanText } from "../scenario/profile-text.ts";
import type { World } from "../world.ts";
import { sizeOf } from "./grade.ts";
import { placeOf } from "./profile-check.ts";
import { sizesText, whenText } from "./profile-words.ts";

/** `loadstone profile show`: one profile for people, or all that are shipped. */
export async function profileShow(
  world: World,
  name: string | undefined,
  flags: { readonly json?: unknown },
): Promise<number> {
  if (name === undefined) {
    world.out(flags.json === true ? await libraryJson() : await libraryText(world));
    return EXIT.ok;
  }
  const profile = await loadProfile(placeOf(world, name));
  if (flags.json === true) world.out(`${JSON.stringify(profile, null, 2)}\n`);
  else world.out(profileText(profile, sizeOf(world)));
  return EXIT.ok;
}

async function shipped() {
  const profiles = await Promise.all((await listProfileIds()).map(loadProfile));
  const mixes = await Promise.all((await listMixIds()).map(loadMix));
  return { profiles, mixes };
}

const libraryJson = async (): Promise<string> => `${JSON.stringify(await shipped(), null, 2)}\n`;

async function libraryText(world: World): Promise<string> {
  const { profiles, mixes } = await shipped();
  const { color, width } = sizeOf(world);
  const paint = paintOf(color);
  const rows = (all: readonly { id: string; about: string }[]) =>
    table(
      [{ title: "id" }, { title: "what it is" }],
      all.map(({ id, about }) => [id, about]),
      paint,
      width,
    );
  const lines = [...rows(profiles), "", ...rows(mixes)];
  return `${evenSpaces(lines.join("\n"))}\n`;
}

function profileText(profile: Profile, size: { color: boolean; width: number }): string {
  const paint = paintOf(size.color);
  const width = Math.max(40, size.width) - 2;
  const lines = [
    paint.bold(profile.id),
    ...wrap(harmless(profile.about), width),
    ...section("TOPICS", topicLines(profile, paint, width), paint),
    ...section("SESSION", sessionLines(profile), paint),
    ...section("ONE UNIT COSTS", costLines(profile, paint, width), paint),
    ...section("FROM", sourceLines(profile, width), paint),
  ];
  return `${evenSpaces(lines.join("\n"))}\n`;
}

function topicLines({ topics }: Profile, paint: Paint, width: number): string[] {
  return table(
    [
      { title: "role" },
      { title: "topic" },
      { title: "when" },
      { title: "payload", align: "right" },
      { title: "QoS", align: "right", drop: 2 },
      { title: "to", align: "right", drop: 1 },
      { title: "stored", drop: 3 },
    ],
    topics.map((topic) => [
      topic.role,
      harmless(topic.name),
      whenOf(topic),
      topic.bytes === undefined ? ABSENT : sizesText(topic.bytes),
      String(topic.qos),
      topic.role === "output" ? figure(topic.fanOut) : ABSENT,
      storedText(topic),
    ]),
    paint,
    width,
  );
}

function whenOf({ when, perConnect, dayShape }: Topic): string {
  const parts = [
    ...(when === undefined ? [] : [whenText(when)]),
    ...(perConnect === 0 ? [] : [`${figure(perConnect)} at connect`]),
    ...(dayShape === undefined ? [] : ["by the hour of the day"]),
  ];
  return parts.length === 0 ? ABSENT : parts.join(", ");
}

function storedText(topic: Topic): string {
  if (topic.role === "state" || topic.role === "log") return ABSENT;
  const { stored } = topic;
  if (typeof stored === "string") return stored;
  const rate = stored.maxRate === 0 ? "" : ` each ${spanText(stored.maxRate)}`;
  return `${stored.policy}${rate}`;
}

function sessionLines({ session, commands, api, client }: Profile): string[] {
  const { keepAlive, connectedRatio, reconnect } = session;
  const lasts =
    reconnect === undefined
      ? "hardly ever lost"
      : `lasts ${spanText(reconnect.every)}${reconnect.aligned ? ", lost by all at once" : ""}`;
  return [
    `${client}, keepalive ${spanText(keepAlive)}, connected ${figure(connectedRatio * 100)} %, ${lasts}`,
    `commands: ${commands.length === 0 ? "none" : commands.map(({ name }) => name).join(", ")}`,
    ...api.map(({ call, every }) => `API: ${harmless(call)}, every ${spanText(every)}`),
  ];
}

function costLines(profile: Profile, paint: Paint, width: number): string[] {
  const cost = declaredCost(profile);
  const { axis, units } = referenceUnits(cost.mean);
  return [
    ...table(
      [
        { title: "axis" },
        { title: "mean", align: "right" },
        { title: "95 % of minutes below", align: "right" },
        { title: "" },
      ],
      AXIS_IDS.map((id) => [
        AXES[id].title,
        figure(cost.mean[id]),
        figure(cost.p95[id]),
        AXES[id].unit,
      ]),
      paint,
      width,
    ),
    `counts as ${figure(units)} reference Units, most on ${AXES[axis].title}; sends ${bytes(cost.bytesPerSec)}/s`,
    ...limitWarnings(profile).flatMap((text) =>
      wrap(`${paint.warn("!")} ${harmless(text)}`, width),
    ),
  ];
}

function sourceLines({ source }: Profile, width: number): string[] {
  const { kind, from, assumed = [] } = source;
  return [
    ...wrap(`${kind}: ${harmless(from)}`, width),
    ...assumed.flatMap((text) =>
      wrap(harmless(text), width - 11).map(
        (line, i) => `${i === 0 ? "· assumed:" : "          "} ${line}`,
      ),
    ),
  ];
}
