import { execFileSync } from 'node:child_process';

/** A network of its own, joined to this machine by one cable that can be pulled (Linux, root). */
export class NetworkNamespace {
  readonly name: string;
  /** Of whoever runs inside. */
  readonly address: string;
  readonly #cable: string;

  private constructor(name: string, cable: string, address: string) {
    this.name = name;
    this.#cable = cable;
    this.address = address;
  }

  /** Undefined where this machine or this user may not. */
  static create(): NetworkNamespace | undefined {
    const id = process.pid % 100_000;
    const [name, outside, inside] = [`lookout-${id}`, `lk${id}o`, `lk${id}i`];
    const net = `10.203.${id % 250}`;
    try {
      run('netns', 'add', name);
    } catch {
      return undefined;
    }
    try {
      run('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside);
      run('link', 'set', inside, 'netns', name);
      run('addr', 'add', `${net}.1/30`, 'dev', outside);
      run('link', 'set', outside, 'up');
      for (const [device, address] of [['lo'], [inside, `${net}.2/30`]] as const) {
        if (address) run('netns', 'exec', name, 'ip', 'addr', 'add', address, 'dev', device);
        run('netns', 'exec', name, 'ip', 'link', 'set', device, 'up');
      }
      return new NetworkNamespace(name, outside, `${net}.2`);
    } catch {
      run('netns', 'del', name);
      return undefined;
    }
  }

  /** Pulls the cable, or puts it in again. */
  cable(state: 'pulled' | 'in'): void {
    run('link', 'set', this.#cable, state === 'in' ? 'up' : 'down');
  }

  remove(): void {
    run('netns', 'del', this.name);
  }
}

function run(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'ignore' });
}
