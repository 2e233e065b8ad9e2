/** @file The processes of this machine, seen from outside. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Ids of the processes whose command line contains `part` and that `ancestor` has started, itself or through others. */
export function descendants(ancestor: number, part: string): number[] {
  const all = processes();
  const parents = new Map(all.map(({ id, parent }) => [id, parent]));
  const isBelow = (id: number | undefined): boolean =>
    id !== undefined && (id === ancestor || isBelow(parents.get(id)));
  return all.filter(({ parent, command }) => command.includes(part) && isBelow(parent)).map(({ id }) => id);
}

function processes(): { id: number; parent: number; command: string }[] {
  // Small Linux systems have no ps.
  if (existsSync('/proc/self/stat')) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const parent = / \w (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/\(.*\)/s, ''))?.[1];
          return [{ id: Number(name), parent: Number(parent), command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
        } catch {
          // It has just ended.
          return [];
        }
      });
  }
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, id, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return [{ id: Number(id), parent: Number(parent), command }];
  });
}
