/** @file Where the suite is and what it tests. */
import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { VARIABLES } from '../events';

const EXTENSION_ID = 'neural-cleanse.neural-cleanse';

function variable(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}

export const environment = {
  project: variable(VARIABLES.project),
  results: variable(VARIABLES.results),
};

export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(EXTENSION_ID);
  assert.ok(found, `${EXTENSION_ID} is not installed`);
  return found;
}
