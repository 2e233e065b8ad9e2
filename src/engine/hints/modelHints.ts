/** @file What a model's own file and those beside it say about its classes and about the pixels that it wants. */
import type { ModelFile } from '../formats/format';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Files } from '../support/files';
import { parseJson } from '../support/parseJson';
import { declaredPreprocessing } from './declaredPreprocessing';
import { NAMES_IN_JSON, NAMES_IN_TEXT } from './nameFiles';
import { namesInJson } from './namesInJson';
import { namesInEntry, namesInLines } from './namesInText';

export interface ModelHints {
  /** As many as the model has classes, in its order. */
  readonly classNames?: readonly string[];
  /** Tried before the usual ones. */
  readonly preprocessing?: Preprocessing;
  /** Where the names come from, and which were left out; plain sentences. */
  readonly notes: readonly string[];
}

/** The last one tells of pixels alone. */
const JSON_FILES = [...NAMES_IN_JSON, 'preprocessor_config.json'];

/** Entries of an ONNX file's metadata; Ultralytics writes `names`. TensorFlow Lite has text files instead. */
const ENTRIES = ['names', 'class_names', 'classes', 'labels', 'id2label'];

/** Names of 100,000 classes are about 2 MB. */
const MAX_BYTES = 4 << 20;

/** Names longer than this are none. */
const MAX_NAME = 500;

interface FoundNames {
  readonly source: string;
  readonly names: readonly string[];
}

/** Files that cannot be understood say nothing; they may belong to anything. Nothing outside the model's folder is read. */
export async function readHints(
  files: Files,
  { path, metadata }: ModelFile,
  { classes, channels }: { readonly classes: number; readonly channels: number },
): Promise<ModelHints> {
  const folder = files.parent(path);
  const found = ENTRIES.flatMap((entry): FoundNames[] => {
    const names = namesInEntry(metadata?.get(entry) ?? '');
    return names === undefined ? [] : [{ source: `the metadata of ${files.baseName(path)}`, names }];
  });
  for (const [file, text] of metadata ?? []) {
    const names = file.endsWith('.txt') ? namesInLines(text) : undefined;
    if (names !== undefined) found.push({ source: `${file} in ${files.baseName(path)}`, names });
  }
  let preprocessing: Preprocessing | undefined;
  for (const file of JSON_FILES) {
    const content = parseJson((await textBeside(files, folder, file)) ?? '');
    const names = namesInJson(content);
    if (names !== undefined) found.push({ source: file, names });
    preprocessing = declaredPreprocessing(file, content, channels) ?? preprocessing;
  }
  for (const file of NAMES_IN_TEXT) {
    const text = await textBeside(files, folder, file);
    const names = text === undefined ? undefined : namesInLines(text);
    if (names !== undefined) found.push({ source: file, names });
  }
  const usable = found.filter(({ names }) => names.every((name) => name.length > 0 && name.length <= MAX_NAME));
  const chosen = usable.find(({ names }) => names.length === classes);
  const notes =
    chosen === undefined
      ? usable.map(
          ({ source, names }) =>
            `There are ${names.length} class names in ${source}, the model has ${classes} classes; they were left out.`,
        )
      : [`The class names are those in ${chosen.source}.`];
  return {
    ...(chosen !== undefined && { classNames: chosen.names }),
    ...(preprocessing !== undefined && { preprocessing }),
    notes,
  };
}

async function textBeside(files: Files, folder: string, name: string): Promise<string | undefined> {
  const path = await files.inside(folder, name);
  const info = path === undefined ? undefined : await files.info(path);
  if (path === undefined || info?.kind !== 'file' || info.size > MAX_BYTES) return undefined;
  return new TextDecoder().decode(await files.read(path));
}
