import { fileURLToPath } from "node:url";
import { emqttBench } from "./emqtt-bench.ts";
import { k6, wrk } from "./http-peers.ts";
import { HEAP } from "../../load/worker-thread.ts";
import type { Job } from "./job.ts";
import { typescript } from "./command.ts";
import { type Peer, peerSource, type Workshop } from "./peers.ts";
import { findProgram, firstLineOf } from "./programs.ts";
import type { ClientName, Facts } from "./schema.ts";
import type { Work, WorkKind } from "./works.ts";
import { printedFacts } from "./printed-facts.ts";
import pinned from "../../../package.json" with { type: "json" };

/** A generator that is here, or why it is not. */
export type Client = Here | { readonly skipped: string; readonly hint?: string | undefined };

interface Here {
  readonly run: (job: Job) => Promise<Facts>;
  /** Sockets and pipes it opens for each connection. */
  readonly filesPerConnection: number;
  readonly version?: string;
}

const MQTT: readonly WorkKind[] = ["qos0", "qos1", "open", "e2e", "idle"];
const KINDS: Readonly<Record<ClientName, readonly WorkKind[]>> = {
  loadstone: [...MQTT, "http", "meter"],
  "loadstone-collect": ["qos1"],
  "loadstone-transport": ["qos0", "qos1", "idle"],
  "mqtt.js": MQTT,
  paho: MQTT,
  libmosquitto: MQTT,
  "emqtt-bench": ["qos0", "qos1", "e2e", "idle"],
  "raw-c": MQTT,
  autocannon: ["http"],
  wrk: ["http"],
  k6: ["http"],
};

/** Whether the client has this work to compare at all. */
export function takesPart(client: ClientName, { name, kind }: Work): boolean {
  if (!KINDS[client].includes(kind)) return false;
  // Acknowledgements of a window of one cannot be collected.
  if (client === "loadstone-collect") return name === "qos1-window20";
  // It says only once a second how many have connected, and it cannot batch.
  if (client === "emqtt-bench") return name !== "connect-10000" && name !== "qos0-batch64";
  return true;
}

export async function openClient(name: ClientName, workshop: Workshop): Promise<Client> {
  switch (name) {
    case "loadstone":
      return ours("loadstone.ts");
    case "loadstone-collect":
      return ours("loadstone.ts", "collectUs=500");
    case "loadstone-transport":
      return ours("transport.ts");
    case "mqtt.js":
      return { ...inNode("mqtt-js.ts"), version: pinned.dependencies.mqtt };
    case "autocannon":
      return { ...inNode("http-autocannon.ts"), version: pinned.devDependencies.autocannon };
    case "raw-c":
      return compiled(await workshop.build("raw"), 1);
    case "libmosquitto":
      return libmosquitto(workshop);
    case "paho":
      return paho();
    case "emqtt-bench":
      return installed(
        "emqtt_bench",
        "emqtt-bench has no package; put emqtt_bench on PATH",
        emqttBench,
      );
    case "wrk":
      return installed("wrk", "apt-get install wrk", wrk);
    case "k6":
      return installed("k6", "put k6 on PATH (https://k6.io)", (program) =>
        k6(program, workshop.folder),
      );
    default:
      return name satisfies never;
  }
}

/** The program's sending threads have as little room for new objects; a semi-space is a third. */
const YOUNG = `--max-semi-space-size=${HEAP.maxYoungGenerationSizeMb / 3}`;

const ours = (file: string, ...more: readonly string[]): Here => inNode(file, [YOUNG], more);

function inNode(file: string, flags: readonly string[] = [], more: readonly string[] = []): Here {
  const path = fileURLToPath(new URL(`generators/${file}`, import.meta.url));
  return {
    run: (job) => printedFacts([...typescript(path, ...flags), ...more], job),
    filesPerConnection: 1,
  };
}

const compiled = (peer: Peer, filesPerConnection: number): Client =>
  "path" in peer ? { run: (job) => printedFacts([peer.path], job), filesPerConnection } : peer;

async function libmosquitto(workshop: Workshop): Promise<Client> {
  const hint = "apt-get install libmosquitto-dev";
  // It keeps a pair of sockets beside each connection to wake itself with.
  return compiled(await workshop.build("libmosquitto", ["mosquitto"], hint), 3);
}

/** Debian's package is for Debian's Python, whatever else PATH holds. */
async function paho(): Promise<Client> {
  const ask = "import paho.mqtt; print('paho ' + paho.mqtt.__version__)";
  for (const python of ["/usr/bin/python3", await findProgram("python3")]) {
    if (python === undefined) continue;
    const said = await firstLineOf(python, "-c", ask);
    if (!said.startsWith("paho ")) continue;
    const command = [python, peerSource("paho_client.py")];
    const version = said.slice("paho ".length);
    return { run: (job) => printedFacts(command, job), filesPerConnection: 3, version };
  }
  return { skipped: "paho is not installed", hint: "apt-get install python3-paho-mqtt" };
}

async function installed(
  program: string,
  hint: string,
  run: (path: string) => (job: Job) => Promise<Facts>,
): Promise<Client> {
  const path = await findProgram(program);
  if (path === undefined) return { skipped: `${program} is not on PATH`, hint };
  return { run: run(path), filesPerConnection: 1 };
}
