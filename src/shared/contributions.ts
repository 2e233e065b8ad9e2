/** @file Every id that package.json and the code must agree on; a test compares both. */

/** Publisher and name. */
export const EXTENSION_ID = 'neural-cleanse.neural-cleanse';

type Ids = Readonly<Record<string, `neuralCleanse.${string}`>>;

/** Commands, by what they do. */
export const COMMANDS = {
  scan: 'neuralCleanse.scan',
  scanWithOtherSamples: 'neuralCleanse.scanWithOtherSamples',
  scanWithoutSamples: 'neuralCleanse.scanWithoutSamples',
  scanSample: 'neuralCleanse.scanSample',
  resume: 'neuralCleanse.resume',
  stop: 'neuralCleanse.stop',
  stopAll: 'neuralCleanse.stopAll',
  showResult: 'neuralCleanse.showResult',
  compare: 'neuralCleanse.compare',
  openModel: 'neuralCleanse.openModel',
  repair: 'neuralCleanse.repair',
  identify: 'neuralCleanse.identify',
  saveFilter: 'neuralCleanse.saveFilter',
  exportReport: 'neuralCleanse.exportReport',
  removeResult: 'neuralCleanse.removeResult',
  showFlaggedOnly: 'neuralCleanse.showFlaggedOnly',
  showAllLabels: 'neuralCleanse.showAllLabels',
  showMoreLabels: 'neuralCleanse.showMoreLabels',
  showResults: 'neuralCleanse.showResults',
  showLog: 'neuralCleanse.showLog',
  doctor: 'neuralCleanse.doctor',
  openSettings: 'neuralCleanse.openSettings',
  openWalkthrough: 'neuralCleanse.openWalkthrough',
} as const satisfies Ids;

/** Settings, by what they are for. */
export const SETTINGS = {
  preset: 'neuralCleanse.preset',
  seeds: 'neuralCleanse.seeds',
  pThreshold: 'neuralCleanse.pThreshold',
  pairs: 'neuralCleanse.pairs',
  sampleLimit: 'neuralCleanse.samples.limit',
  rememberSamples: 'neuralCleanse.samples.remember',
  inCode: 'neuralCleanse.showInCode',
  runtime: 'neuralCleanse.runtime',
  executionProvider: 'neuralCleanse.executionProvider',
  threads: 'neuralCleanse.threads',
  tensorFlowPath: 'neuralCleanse.tensorFlowPath',
} as const satisfies Ids;

/** Views and view containers. VS Code allows no dot in the id of a container. */
export const VIEWS = {
  container: 'neural-cleanse',
  results: 'neuralCleanse.results',
} as const;

/** Context keys that the host sets and package.json asks for. */
export const CONTEXT_KEYS = {
  /** Paths that hold a model although their name does not say so: `model.json` files and folders. */
  models: 'neuralCleanse.models',
  /** Paths named like a model whose content is something else. */
  notModels: 'neuralCleanse.notModels',
  hasResults: 'neuralCleanse.hasResults',
  flaggedOnly: 'neuralCleanse.flaggedOnly',
  running: 'neuralCleanse.running',
} as const satisfies Ids;

/** Type of the read-only editor for model files. */
export const MODEL_EDITOR = 'neuralCleanse.modelEditor';

export const WALKTHROUGH = 'neuralCleanse.start';

/** Name of the output channel; it stands nowhere in package.json. */
export const OUTPUT_CHANNEL = 'Neural Cleanse';
