import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/engine/support/errors';
import { built } from '../../support/build';
import { temporaryFolder } from '../../support/temporaryFolder';
import { LONG, SMALL, start, task, untilGone, untilKept, useEngine } from './engineUnderTest';

useEngine();

describe('the end', () => {
  it('comes when nothing was asked for a while; the next request starts a new process', async () => {
    const { client } = start({ idleAfter: 100 });
    await client.inspect({ model: SMALL });
    const pid = client.pid!;
    await untilGone(pid);
    await client.inspect({ model: SMALL });
    expect(client.pid).not.toBe(pid);
  });

  it('keeps what a running scan has finished', async () => {
    const { client } = start();
    const scan = await task(LONG);
    const result = client.scan(scan).catch((error: unknown) => error);
    await untilKept(scan.checkpoints);
    const pid = client.pid!;
    await client.dispose();
    expect(await result).toBeInstanceOf(CancelledError);
    await untilGone(pid);
    expect(await fs.readdir(scan.checkpoints)).toHaveLength(1);
    await expect(client.inspect({ model: SMALL })).rejects.toThrow(CancelledError);
  });

  it('comes with the end of the host', async () => {
    const host = path.join(await temporaryFolder(), 'host.mjs');
    await fs.writeFile(
      host,
      `import { fork } from 'node:child_process';
       process.send(fork(process.argv[2], { execArgv: [] }).pid);
       setInterval(() => {}, 1000);`,
    );
    const child = fork(host, [built('engine.mjs')], { execArgv: [] });
    const [pid] = (await once(child, 'message')) as [number];
    child.kill('SIGKILL');
    await untilGone(pid);
  });
});
