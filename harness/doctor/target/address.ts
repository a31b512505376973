import { type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** The name resolves, and the target may be loaded; what the gate says instead is the finding. */
const addressOf = (about: "broker" | "instance"): Check => ({
  id: "address",
  title: "Address",
  about,
  run: async (context) => {
    const { hostname, address, port, isPrivate } = await targetOf(context).pinned();
    const name = hostname === address ? address : `${hostname} is ${address}`;
    const where = isPrivate ? "private" : "public, and yours";
    return ok(`${name}, port ${port}: ${where}`, "an address that may be loaded");
  },
});

export const brokerAddress = addressOf("broker");
export const instanceAddress = addressOf("instance");
