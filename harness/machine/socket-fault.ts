import { LoadstoneError } from "../errors.ts";

/**
 * What this machine itself lacks when a socket could not be opened, or undefined when the other
 * side or the way to it is to blame. Such an error stops a run: it says nothing of the target.
 */
export function socketFault(error: unknown): LoadstoneError | undefined {
  const found = systemErrorOf(error);
  if (found === undefined) return undefined;
  switch (found.code) {
    case "EMFILE":
      return new LoadstoneError(
        "FILE_LIMIT_TOO_LOW",
        "this process may not open any more sockets (EMFILE)",
        {
          cause: error,
          hint: "raise the limit with `ulimit -n 65536` in this shell, or ask for fewer Units",
        },
      );
    case "ENFILE":
      return new LoadstoneError(
        "FILE_LIMIT_TOO_LOW",
        "this machine may not open any more files (ENFILE)",
        {
          cause: error,
          hint: "raise it with `sudo sysctl fs.file-max=1000000`, or ask for fewer Units",
        },
      );
    case "EADDRNOTAVAIL":
      return found.syscall === "bind" ? foreignAddress(found, error) : portsExhausted(error);
    // The system found no free port for a given source address.
    case "EADDRINUSE":
      return portsExhausted(error);
    case "ENOBUFS":
    case "ENOMEM":
      return new LoadstoneError(
        "SOCKET_MEMORY_SHORT",
        `the system has no memory for another socket (${found.code})`,
        { cause: error, hint: "ask for fewer Units, or give this machine more memory" },
      );
    default:
      return undefined;
  }
}

interface SystemError {
  readonly code: string;
  readonly syscall: string | undefined;
  readonly address: string | undefined;
}

/** The operating system's error in a chain of causes. */
function systemErrorOf(error: unknown): SystemError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (!("syscall" in at) || !("code" in at) || typeof at.code !== "string") continue;
    const address = "address" in at && typeof at.address === "string" ? at.address : undefined;
    return { code: at.code, syscall: String(at.syscall), address };
  }
  return undefined;
}

const portsExhausted = (cause: unknown): LoadstoneError =>
  new LoadstoneError(
    "PORTS_EXHAUSTED",
    "this machine has no free port left for another connection to that address",
    {
      cause,
      hint: "spread over more addresses with --source-addresses, or widen the range with `sudo sysctl net.ipv4.ip_local_port_range='1024 65000'`; ports of closed connections come free after a minute",
    },
  );

const foreignAddress = ({ address }: SystemError, cause: unknown): LoadstoneError =>
  new LoadstoneError(
    "CONFIG_INVALID",
    `${address ?? "a source address"} is not an address of this machine`,
    { cause, hint: "`ip address` lists those that --source-addresses may name" },
  );
