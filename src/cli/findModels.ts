/** @file The models that the arguments of a command stand for: files, folders with all below them, and patterns. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { glob } from 'tinyglobby';
import { UsageError } from '../engine/support/errors';
import { looksLikeModel, MODEL_GLOB } from '../runner/files/modelFiles';

/** Hold copies of what others published, or what git keeps. */
const IGNORED = ['**/node_modules/**', '**/.git/**'];

/**
 * Paths as they were given or below the folders given, each once, in order. Files are taken as they are, so that one that is no model is told; of folders and patterns
 * only what looks like a model. Links are not followed. Throws {@link UsageError} where nothing is left.
 */
export async function findModels(given: readonly string[]): Promise<string[]> {
  const models = new Map<string, string>();
  for (const one of given) {
    for (const model of await modelsBehind(one)) {
      const place = path.resolve(model);
      if (!models.has(place)) models.set(place, model);
    }
  }
  if (models.size === 0) {
    throw new UsageError('no model was found', {
      expected: 'ONNX, Keras or TensorFlow.js files',
      got: given.join(', '),
    });
  }
  return [...models.values()];
}

/** A line each, relative to the folder of the list; empty lines and those that begin with # do not count. */
export async function modelsInList(file: string): Promise<string[]> {
  const text = await fs.readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError('the list of models cannot be read', { file }, { cause });
  });
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => below(path.dirname(file), line));
}

async function modelsBehind(given: string): Promise<string[]> {
  const stat = await fs.stat(given).catch(() => undefined);
  if (stat?.isDirectory() === true) return lookingLikeModels(await matches(MODEL_GLOB, given), given);
  // What does not exist and is no pattern stays, and is told when its turn comes.
  return stat !== undefined || !/[*?{[]/.test(given) ? [given] : lookingLikeModels(await matches(given, '.'), '.');
}

function matches(pattern: string, folder: string): Promise<string[]> {
  return glob(pattern.split(path.sep).join('/'), {
    cwd: folder,
    absolute: path.isAbsolute(pattern),
    ignore: IGNORED,
    followSymbolicLinks: false,
    caseSensitiveMatch: false,
    expandDirectories: false,
  });
}

async function lookingLikeModels(found: readonly string[], folder: string): Promise<string[]> {
  const models: string[] = [];
  // One after the other: of thousands at once, those that could not be opened would silently be none.
  for (const file of found.map((name) => below(folder, name)).sort()) if (await looksLikeModel(file)) models.push(file);
  return models;
}

function below(folder: string, file: string): string {
  return path.isAbsolute(file) ? path.normalize(file) : path.join(folder, file);
}
