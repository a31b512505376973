import { type ConnectOpts, Socket, type SocketConstructorOpts } from "node:net";
import type { Link, LinkAddress, LinkEvents } from "./link.ts";
import type { Workspace } from "./workspace.ts";

/** A TCP socket that reads into the workspace's one buffer. */
export class TcpSocket extends Socket implements Link {
  readonly headroom = 0;
  private readonly events: LinkEvents;

  constructor(address: LinkAddress, workspace: Workspace, events: LinkEvents) {
    super(socketOptions(workspace.readBuffer, events));
    this.events = events;
    const { host, port, localAddress } = address;
    this.connect(localAddress === undefined ? { host, port } : { host, port, localAddress });
  }

  send(bytes: Buffer, start: number, end: number): boolean {
    this.write(bytes.subarray(start, end));
    // Nothing left here means the kernel has its copy.
    return this.writableLength === 0;
  }

  /** In place of five listeners, which would cost each of ten thousand sessions half a kilobyte. */
  override emit(event: string | symbol, ...details: unknown[]): boolean {
    switch (event) {
      case "connect":
        this.events.onReady();
        return true;
      case "drain":
        this.events.onDrain();
        return true;
      case "error":
        this.events.onError(details[0] as Error);
        return true;
      case "end":
        // The socket listens to this one itself, to close its own side.
        super.emit(event);
        this.events.onEnd();
        return true;
      case "close":
        this.events.onEnd();
        return true;
      default:
        return super.emit(event, ...details);
    }
  }
}

/** What the constructor of `net.Socket` takes beyond what its type says. */
interface SocketOptions extends SocketConstructorOpts, Pick<ConnectOpts, "onread"> {
  readonly noDelay: boolean;
  readonly writableHighWaterMark: number;
}

function socketOptions(buffer: Buffer, events: LinkEvents): SocketOptions {
  const callback = (bytesRead: number): boolean => {
    events.onRead(buffer, 0, bytesRead);
    events.onReadDone();
    return true;
  };
  // With a mark of 1 byte `writableNeedDrain` says at once whether the kernel took it all.
  return { noDelay: true, onread: { buffer, callback }, writableHighWaterMark: 1 };
}
