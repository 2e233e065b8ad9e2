/**
 * @file How fast the extension answers, and how little it holds up the editor; `npm run bench:editor` writes
 * bench/results/editor.md. Limits are for a machine that does nothing else.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { runHostSuite } from '../test/support/vscode/hostSuite';
import { RELEASES } from '../test/support/vscode/installCodeServer';
import { measurePerson } from './editor/person';
import { type Figure, figureTable } from './lib/figures';

const figures: Figure[] = [];
const take = (...more: Figure[]): void => {
  for (const figure of more) console.log(figureTable([figure]).split('\n').at(-1));
  figures.push(...more);
};

await runHostSuite(path.join(import.meta.dirname, 'editor', 'hostSuite.ts'), (event) => {
  if (event.kind === 'figure') take(event.figure as Figure);
  if (event.kind === 'fail') throw new Error(`${event.title}: ${event.error}`);
});
// A script of its own, because it is typed as code that knows pages.
const panel = execFileSync(process.execPath, ['--import', 'tsx', path.resolve('test', 'webview', 'speed.ts')]);
take(...(JSON.parse(panel.toString()) as Figure[]));
take(...(await measurePerson()));

writeFileSync(
  path.join(import.meta.dirname, 'results', 'editor.md'),
  `# How fast the editor answers

\`npm run bench:editor\`, two cores, VS Code ${RELEASES.newest.version.replace(/^4/, '1')} in code-server. Nothing here fails a test; limits are for a machine that does
nothing else, and the last column says how many times slower than idle it was.

${figureTable(figures)}
`,
);
