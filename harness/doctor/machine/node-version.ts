import { bad, type Check, ok } from "../check.ts";

const LEAST = [20, 19] as const;

export const nodeVersion: Check = {
  id: "node",
  title: "Node",
  about: "machine",
  run: () => judgeNode(process.versions.node),
};

export function judgeNode(version: string) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const needed = `${LEAST.join(".")} or newer`;
  const isEnough = major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
  if (isEnough) return ok(version, needed);
  return bad("fail", version, needed, "install a newer Node: https://nodejs.org/en/download");
}
