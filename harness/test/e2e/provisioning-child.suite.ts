import { z } from "zod";
import { openManifest } from "../../platform/manifest.ts";
import { openFleet } from "../../platform/provision.ts";
import { openPlatform } from "../../platform/rest.ts";

/** Makes a fleet as a run does, in two growths, and waits to be killed. */

const Job = z.object({
  url: z.string(),
  login: z.string(),
  password: z.string(),
  manifestDir: z.string(),
  runId: z.string(),
  repositoryUrl: z.string(),
  unitUsers: z.int(),
});
export type Job = z.infer<typeof Job>;

const job = Job.parse(JSON.parse(process.env["JOB"] ?? ""));
const { url, manifestDir, runId, repositoryUrl, unitUsers } = job;
const session = await openPlatform({ url }).login(job.login, job.password);
const manifest = await openManifest(manifestDir, { runId, url });
const log = () => undefined;
const fleet = await openFleet({ session, manifest, repositoryUrl, unitUsers, log });
await fleet.grow(4);
await fleet.grow(2);
process.stdout.write("grown\n");
process.stdin.resume();
