/** @file Class names in the JSON files that lie beside models, whatever wrote them. */

/** Members under which files keep their class names: Teachable Machine, Hugging Face, timm, Ultralytics, people. */
const MEMBERS = ['labels', 'id2label', 'label_names', 'class_names', 'classNames', 'classes', 'names'];

/**
 * The names in the order of their numbers: a list, an object from number to name (Hugging Face's `id2label`; Keras's list of ImageNet has `[id, name]` for a
 * name), one from name to number (Keras's `class_indices`), or one of these as a member with a usual name. `undefined` where there are none, or
 * numbers are missing.
 */
export function namesInJson(content: unknown): readonly string[] | undefined {
  const own = namesIn(content);
  if (own !== undefined || !isObject(content)) return own;
  for (const member of MEMBERS) {
    const names = namesIn(content[member]);
    if (names !== undefined) return names;
  }
  return undefined;
}

function namesIn(value: unknown): readonly string[] | undefined {
  if (Array.isArray(value)) return complete(value.map(nameOf));
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  const numbered = entries.every(([key]) => isNumber(key))
    ? entries.map(([key, name]) => [Number(key), nameOf(name)] as const)
    : entries.map(([name, number]) => [typeof number === 'number' ? number : NaN, name] as const);
  const names = new Array<string | undefined>(entries.length).fill(undefined);
  for (const [number, name] of numbered) {
    // Also refuses what is negative, broken or too large, and so sets nothing outside the array.
    if (!(number in names)) return undefined;
    names[number] = name;
  }
  return complete(names);
}

function nameOf(value: unknown): string | undefined {
  const name: unknown = Array.isArray(value) && value.length === 2 ? value[1] : value;
  return typeof name === 'string' ? name : undefined;
}

function complete(names: readonly (string | undefined)[]): readonly string[] | undefined {
  return names.length > 0 && names.every((name) => name !== undefined) ? names : undefined;
}

function isNumber(key: string): boolean {
  return /^\d{1,7}$/.test(key);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
