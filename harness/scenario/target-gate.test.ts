import { describe, expect, it } from "vitest";
import { type Address, checkTarget, type GateOptions, isPrivateAddress } from "./target-gate.ts";

const address = (text: string): Address => ({ address: text, family: text.includes(":") ? 6 : 4 });

const gate = (addresses: readonly string[], options: Partial<GateOptions> = {}): GateOptions => ({
  lookup: async () => addresses.map(address),
  yes: false,
  ...options,
});

/** Names must not be looked up where an address was given. */
const noLookup: GateOptions = {
  lookup: () => expect.fail("looked up"),
  yes: false,
};

describe("an address", () => {
  it.each([
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.1.1",
    "::1",
    "fc00::1",
    "fdff::1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "::ffff:10.1.2.3",
    "::ffff:c0a8:0101",
  ])("%s is private", (text) => {
    expect(isPrivateAddress(text)).toBe(true);
  });

  it.each([
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "169.253.255.255",
    "100.64.0.1",
    "0.0.0.0",
    "::",
    "2001:db8::1",
    "fec0::1",
    "fbff::1",
    "::ffff:8.8.8.8",
    "64:ff9b::10.0.0.1",
    "example.com",
    "",
  ])("%s is not private", (text) => {
    expect(isPrivateAddress(text)).toBe(false);
  });
});

describe("a private target", () => {
  it.each([
    ["http://127.0.0.1", "instance", "http://127.0.0.1", "127.0.0.1", 80],
    ["http://127.0.0.1:8080/", "instance", "http://127.0.0.1:8080", "127.0.0.1", 8080],
    ["https://10.1.2.3/pepeunit", "instance", "https://10.1.2.3", "10.1.2.3", 443],
    ["http://0x7f.1", "instance", "http://127.0.0.1", "127.0.0.1", 80],
    ["http://[::1]:9", "instance", "http://[::1]:9", "::1", 9],
    ["mqtt://192.168.1.5", "broker", "mqtt://192.168.1.5", "192.168.1.5", 1883],
    ["mqtts://192.168.1.5", "broker", "mqtts://192.168.1.5", "192.168.1.5", 8883],
    ["ws://127.0.0.1:8083/mqtt", "broker", "ws://127.0.0.1:8083/mqtt", "127.0.0.1", 8083],
    ["wss://10.0.0.1/", "broker", "wss://10.0.0.1", "10.0.0.1", 443],
    ["mqtt://0x7f.1:80", "broker", "mqtt://0x7f.1:80", "127.0.0.1", 80],
    ["mqtt://[fe80::1]", "broker", "mqtt://[fe80::1]", "fe80::1", 1883],
  ])("%s passes without a look-up", async (text, kind, url, pinned, port) => {
    const target = await checkTarget(text, noLookup);
    expect(target).toMatchObject({ kind, url, address: pinned, port, isPrivate: true });
  });

  it("by name is pinned to the first address found", async () => {
    const target = await checkTarget("http://Garage.local", gate(["192.168.1.7", "fd00::7"]));
    expect(target).toMatchObject({ hostname: "garage.local", address: "192.168.1.7", family: 4 });
  });
});

const isAdmin = async () => true;
const neverAsked = () => expect.fail("asked the target");

describe("a public target", () => {
  it("is refused by default, without being asked anything", async () => {
    await expect(
      checkTarget("http://8.8.8.8", { ...noLookup, isAdmin: neverAsked }),
    ).rejects.toMatchObject({ code: "TARGET_NOT_ALLOWED", hint: expect.stringContaining("--yes") });
  });

  it("is refused to a login that is no Admin's", async () => {
    const options = { ...noLookup, yes: true, isAdmin: async () => false };
    await expect(checkTarget("http://8.8.8.8", options)).rejects.toMatchObject({
      code: "TARGET_NOT_ALLOWED",
    });
  });

  it("passes for its Admin's word, who proves it at the pinned address", async () => {
    const seen: string[] = [];
    const target = await checkTarget(
      "https://iot.example.com",
      gate(["93.184.216.34"], {
        yes: true,
        isAdmin: async (pinned) => seen.push(pinned.address) > 0,
      }),
    );
    expect(target).toMatchObject({ isPrivate: false, address: "93.184.216.34" });
    expect(seen).toEqual(["93.184.216.34"]);
  });

  it("that is a broker is never loaded: nothing proves whose it is", async () => {
    await expect(
      checkTarget("mqtt://8.8.8.8", { ...noLookup, yes: true, isAdmin }),
    ).rejects.toMatchObject({ code: "TARGET_NOT_ALLOWED" });
  });

  it.each([[["10.0.0.1", "8.8.8.8"]], [["8.8.8.8", "10.0.0.1"]], [["::1", "2001:db8::1"]]])(
    "hidden among private addresses is refused even to an Admin: %j",
    async (found) => {
      await expect(
        checkTarget("http://mixed.example", gate(found, { yes: true, isAdmin })),
      ).rejects.toMatchObject({ code: "TARGET_NOT_ALLOWED" });
    },
  );
});

describe("an address of a target", () => {
  it.each([
    "",
    "garage",
    "10.0.0.1:80",
    "ftp://10.0.0.1",
    "javascript:alert(1)",
    "http://",
    "mqtt:x",
  ])("%j is not one", async (text) => {
    await expect(checkTarget(text, noLookup)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it.each(["http://10.0.0.1/app", "http://10.0.0.1?x=1", "mqtt://10.0.0.1/pepeunit"])(
    "%s goes on too long",
    async (text) => {
      await expect(checkTarget(text, noLookup)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    },
  );

  it.each([
    "http://admin:s3cret@10.0.0.1",
    "mqtt://s3cret@10.0.0.1",
    "https://admin:s3cret@10.0.0.1:bad",
    "gopher://admin:s3cret@10.0.0.1",
  ])("with credentials is refused without repeating them: %s", async (text) => {
    const error: unknown = await checkTarget(text, noLookup).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "CONFIG_INVALID" });
    expect(String(error)).not.toContain("s3cret");
  });

  it.each([
    ["fails", () => Promise.reject(new Error("ENOTFOUND"))],
    ["finds nothing", () => Promise.resolve([])],
  ])("whose look-up %s is unreachable", async (_how, lookup) => {
    await expect(checkTarget("http://nowhere", { lookup, yes: false })).rejects.toMatchObject({
      code: "TARGET_UNREACHABLE",
    });
  });
});
