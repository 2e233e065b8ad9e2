/** @file Reads weights that PyTorch saved, and writes them back. */
import type { Files } from '../../support/files';
import type { Finding, ModelFile, ReadOptions } from '../format';
import { networkOf, partsOf } from '../torch/network';
import { replaceWeights } from '../torch/replaceWeights';
import { isLegacy, openLegacy } from './legacyFile';
import { foreignGlobals, stateDict } from './stateDict';
import { openZip } from './zipFile';

export async function readPyTorch(files: Files, path: string, { architecture }: ReadOptions): Promise<ModelFile> {
  const bytes = await files.read(path);
  const file = isLegacy(bytes) ? openLegacy(bytes) : openZip(bytes);
  const weights = stateDict(file.pickle.value, file.storages);
  const network = await networkOf(weights, files, path, architecture);
  return {
    ...{ format: 'pytorch', path, graph: network.graph },
    findings: [...network.findings, ...codeFindings(file.pickle.globals)],
    ...partsOf(path, network),
    weights: new Set(network.stored.keys()),
    write: (changes, baseName) =>
      Promise.resolve([{ name: baseName, bytes: file.rewrite(replaceWeights(network, weights, changes)) }]),
  };
}

/** Classes of PyTorch's own modules, as a whole pickled model names them; functions begin with a small letter. */
const MODULES =
  /^((torch\.nn|torchvision\.(models|ops)|timm\.(models|layers))\.([\w.]+\.)?_?[A-Z]\w*|(__builtin__|builtins)\.set)$/;
const MOST_NAMES = 10;

/** What whoever loads the file in Python should know. */
export function codeFindings(globals: ReadonlySet<string>): Finding[] {
  const foreign = foreignGlobals(globals);
  const [modules, others] = [true, false].map((own) => foreign.filter((name) => MODULES.test(name) === own));
  const findings: Finding[] = [];
  if (modules !== undefined && modules.length > 0) {
    findings.push({
      severity: 'note',
      message: 'The file holds a whole Python object, not weights alone; only its weights were read.',
    });
  }
  for (const name of others?.slice(0, MOST_NAMES) ?? []) {
    findings.push({
      severity: 'warning',
      place: name,
      message: `Loading this file in Python would call ${name}, which weights do not need; here nothing was run.`,
    });
  }
  return findings;
}
