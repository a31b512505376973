import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const PASSPHRASE = "a test's secret";
const KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2";

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A certificate authority of the test's own, and what it vouches for. */
export interface TestCertificates extends AsyncDisposable {
  readonly directory: string;
  readonly ca: Buffer;
  /** For the name `localhost`; files `server.pem` and `server.key` in `directory`. */
  readonly server: Certificate;
  /** For the client `unit`; its key is locked with `passphrase`. */
  readonly client: Certificate;
  readonly passphrase: string;
  /** Vouched for by nobody. */
  readonly stranger: Certificate;
}

/** Made with the `openssl` program, since Node cannot make certificates. */
export async function makeCertificates(): Promise<TestCertificates> {
  const directory = await mkdtemp(join(tmpdir(), "mqtt-certificates-"));
  const file = (name: string): string => join(directory, name);
  const openssl = (args: string, ...more: readonly string[]) =>
    promisify(execFile)("openssl", [...args.split(" "), ...more], { cwd: directory });
  const request = (name: string, subject: string, ...more: readonly string[]) =>
    openssl(`req ${KEY} -keyout ${name}.key -subj /CN=${subject}`, ...more);
  const signed = async (name: string, subject: string, ...keyOptions: readonly string[]) => {
    await request(name, subject, "-new", "-out", `${name}.csr`, ...keyOptions);
    await writeFile(file("names"), `subjectAltName=DNS:${subject}`);
    const by = "-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names";
    await openssl(`x509 -req -in ${name}.csr -out ${name}.pem ${by}`);
    return { cert: await readFile(file(`${name}.pem`)), key: await readFile(file(`${name}.key`)) };
  };
  const selfSigned = async (name: string, subject: string) => {
    await request(name, subject, "-x509", "-nodes", "-out", `${name}.pem`);
    return { cert: await readFile(file(`${name}.pem`)), key: await readFile(file(`${name}.key`)) };
  };
  const { cert: ca } = await selfSigned("ca", "authority");
  return {
    directory,
    ca,
    server: await signed("server", "localhost", "-nodes"),
    client: await signed("client", "unit", "-passout", `pass:${PASSPHRASE}`),
    passphrase: PASSPHRASE,
    stranger: await selfSigned("stranger", "unit"),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}
