/** @file Where packages come from that are not bundled. */
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Imports a package by name; replaced in tests. */
export type LoadPackage = (name: string) => Promise<unknown>;

/** From the folder's own `node_modules`; absent: as any package. */
export function loadFrom(folder: string | undefined): LoadPackage {
  if (folder === undefined) return (name) => import(name);
  const require = createRequire(path.join(folder, 'package.json'));
  return (name) => import(pathToFileURL(require.resolve(name)).href);
}
