/**
 * `npm run bench`: what a message costs, beside other generators doing the same work in the same
 * run. Each round of each client is a process of its own; this one only starts them and counts.
 */
import { EXIT, LoadstoneError } from "../../errors.ts";
import { ratiosOf } from "./bounds.ts";
import { type Client, openClient } from "./clients.ts";
import { type Flags, HELP, readFlags } from "./flags.ts";
import { environmentOf } from "./machine.ts";
import { Workshop } from "./peers.ts";
import { findProgram, firstLineOf, openPinning } from "./programs.ts";
import { type Bench, runWork } from "./run.ts";
import type { BenchResult, ClientName, Row, TargetName } from "./schema.ts";
import { printTable } from "./table.ts";
import { type BenchTarget, Mosquitto, Sink } from "./targets.ts";
import { workOf } from "./works.ts";

async function bench(flags: Flags): Promise<BenchResult> {
  using workshop = await Workshop.open();
  const pinning = await openPinning();
  const sink = await workshop.build("sink");
  const mosquitto = await findProgram("mosquitto");
  const clients = new Map<ClientName, Client>();
  for (const name of flags.clients) clients.set(name, await openClient(name, workshop));
  const startTarget = (name: TargetName): Promise<BenchTarget | undefined> => {
    if (name === "sink") return Sink.start(sink, pinning);
    if (mosquitto === undefined) return Promise.resolve(undefined);
    return Mosquitto.start(mosquitto, workshop.folder, pinning);
  };
  const versions = await versionsOf(clients, mosquitto);
  const madeOf = "path" in sink ? "c-epoll" : "node";
  const environment = await environmentOf(flags, pinning, madeOf, versions);
  const { rounds } = flags;
  const parts = { clients, pinning, rounds, startTarget, fileLimit: environment.fileLimit };
  const rows: Row[] = [];
  const soFar = () => ({ environment, rows, ratios: ratiosOf(rows, flags.quick) });
  // Whole works are worth printing; what was started is ended with us.
  const interrupted = () => {
    print(flags, soFar());
    process.exit(EXIT.interrupted);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupted);
  for await (const more of allWorks(flags, { ...parts, progress: say })) rows.push(...more);
  return soFar();
}

const print = (flags: Flags, result: BenchResult): void =>
  console.log(flags.json ? JSON.stringify(result) : printTable(result));

async function* allWorks(flags: Flags, parts: Bench): AsyncGenerator<readonly Row[]> {
  for (const name of flags.only) {
    const work = workOf(name, flags);
    for (const target of work.targets) {
      if (flags.targets.includes(target)) yield await runWork(parts, work, target);
    }
  }
}

async function versionsOf(
  clients: ReadonlyMap<ClientName, Client>,
  mosquitto: string | undefined,
): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const [name, client] of clients) {
    if ("version" in client && client.version !== undefined) versions[name] = client.version;
  }
  if (mosquitto !== undefined) {
    versions["mosquitto"] = (await firstLineOf(mosquitto, "-h")).replace(/^.*version /, "");
  }
  return versions;
}

/** For people, and so never on stdout beside JSON. */
const say = (line: string): void => console.error(line);

async function main(argv: readonly string[]): Promise<number> {
  try {
    const flags = readFlags(argv);
    if (flags.help) {
      console.log(HELP);
      return EXIT.ok;
    }
    print(flags, await bench(flags));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof LoadstoneError)) throw error;
    say(`${error.code}: ${error.message}${error.hint === undefined ? "" : `\n${error.hint}`}`);
    return EXIT.invalidConfig;
  }
}

process.exitCode = await main(process.argv.slice(2));
