import { connect, createServer, type Server, type Socket } from 'node:net';

/** A network between a client and a server on this machine, whose faults the test chooses. */
export class FaultyNetwork {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** How many have come so far. */
  connections = 0;
  /** `cut`: bytes vanish, nobody is told; `garbage`: every byte that the server sends is replaced. */
  state: 'fine' | 'cut' | 'garbage' = 'fine';

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(target: number): Promise<FaultyNetwork> {
    const server = createServer();
    const network = new FaultyNetwork(server);
    server.on('connection', (client) => {
      network.connections += 1;
      network.#join(client, connect(target, '127.0.0.1'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(client: Socket, server: Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes: Buffer) => {
        if (this.state === 'cut') return;
        if (this.state === 'garbage' && from === server)
          for (let at = 0; at < bytes.length; at += 1) bytes[at]! ^= 0x5a;
        to.write(bytes);
      });
    }
  }
}
