/** @file Names of the weight files of a repaired model. */

/**
 * Name of the file that takes the place of `name` when the model file `before` is saved as `after`: the new model's name in
 * front, so that both models can stand in one folder; the same name where the model's stays.
 */
export function shardName(before: string, after: string, name: string): string {
  const plain = name.replace(/^\.\//, '');
  return before === after ? plain : `${after.replace(/\.json$/i, '')}.${plain.replaceAll('/', '-')}`;
}

/** The model file with the new names in its manifest; every other byte stays. */
export function renameInManifest(
  json: Uint8Array,
  before: string,
  after: string,
  names: readonly string[],
): Uint8Array {
  if (before === after) return json;
  const text = new TextDecoder().decode(json);
  const start = text.lastIndexOf('"weightsManifest"');
  const renamed = text.slice(start).replace(/"(?:[^"\\]|\\.)*"/g, (token) => {
    const name = String(JSON.parse(token));
    return names.includes(name) ? JSON.stringify(shardName(before, after, name)) : token;
  });
  return new TextEncoder().encode(text.slice(0, start) + renamed);
}
