/** @file Names of the weight files of a repaired model, so that they stand beside the original's without replacing them. */

/** Old name → new name: the new model's name in front; the same names for the same model name. */
export function renamedShards(before: string, after: string, names: readonly string[]): Map<string, string> {
  const stem = after.replace(/\.json$/i, '');
  const rename = (name: string): string => (before === after ? name : `${stem}.${name.replaceAll('/', '-')}`);
  return new Map(names.map((name) => [name, rename(name)]));
}

/** The model file with the new names in its manifest; every other byte stays. */
export function renameInManifest(json: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  if ([...names].every(([before, after]) => before === after)) return json;
  const text = new TextDecoder().decode(json);
  const start = text.lastIndexOf('"weightsManifest"');
  const renamed = text.slice(start).replace(/"(?:[^"\\]|\\.)*"/g, (token) => {
    const after = names.get(String(JSON.parse(token)));
    return after === undefined ? token : JSON.stringify(after);
  });
  return new TextEncoder().encode(text.slice(0, start) + renamed);
}
