// @ts-check
// The walls of the house, checked by `npm run lint`: no import circle, types counted too, and which way imports run.

/** The rooms of the engine in the order in which data flows through them: a room imports only from rooms above it. */
export const ENGINE = [
  'support',
  'report',
  'graph',
  'ops',
  'containers',
  'formats',
  'runtime',
  'samples',
  'hints',
  'classify',
  'neurons',
  'training',
  'detect',
  'scan',
  'identify',
  'attack',
  'filter',
  'repair',
  'output',
  'inspect',
];

/** What else a realm may import besides itself; packages are free unless named in `packages`. */
const REALMS = {
  engine: { realms: [], why: 'the engine computes everywhere: it knows no disk, no process, no editor and no page' },
  shared: { realms: ['engine'], why: 'what host and webviews agree on must run in both' },
  runner: { realms: ['engine'], why: 'the engine process serves editor and command line alike, so it knows neither' },
  cli: { realms: ['engine', 'runner'], why: 'the command line must work without an editor' },
  host: { realms: ['engine', 'runner', 'shared'], why: 'the editor talks to webviews by messages only' },
  webview: {
    realms: ['engine', 'shared'],
    why: 'a webview is a page: it reaches files and processes by messages only',
  },
};

const not = (/** @type {readonly string[]} */ names) => `^src/(?!(${names.join('|')})/)`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'files that import each other can only be understood together; put what both need below them',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...ENGINE.map((room, i) => ({
      name: `engine-${room}`,
      comment: `data flows from ${room} to the rooms below it in .dependency-cruiser.mjs, so ${room} must not know them; move what both need up`,
      severity: /** @type {const} */ ('error'),
      from: { path: `^src/engine/${room}/` },
      to: { path: `^src/engine/(?!(${ENGINE.slice(0, i + 1).join('|')})/)` },
    })),
    {
      name: 'engine-has-rooms-only',
      comment: 'every file of the engine stands in a room, so that its place says what it is for',
      severity: 'error',
      from: { path: '^src/engine/[^/]+\\.ts$' },
      to: {},
    },
    ...Object.entries(REALMS).map(([realm, { realms, why }]) => ({
      name: `realm-${realm}`,
      comment: why,
      severity: /** @type {const} */ ('error'),
      from: { path: `^src/${realm}/` },
      to: { path: not([realm, ...realms]) },
    })),
    {
      name: 'only-the-host-knows-vscode',
      comment: 'what imports vscode cannot be run or tested without an editor',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(host/|extension\\.ts$)' },
      to: { path: '^vscode$' },
    },
    {
      name: 'no-node-in-engine-and-pages',
      comment: 'engine, shared and webview also run where there is no Node',
      severity: 'error',
      from: { path: '^src/(engine|shared|webview)/' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['node_modules', '^esbuild\\.mjs$'] },
  },
};
