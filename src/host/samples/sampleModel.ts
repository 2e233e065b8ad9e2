/** @file The infected sample model that comes with the extension, and its clean images. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { uriExists } from '../support/uriExists';

const FOLDER = 'media/sample';
const IMAGES = 'images';
const INFECTED = 'infected.onnx';
const MODELS = [INFECTED, 'clean.onnx'];

/**
 * The infected model and its images, copied out of the extension, whose folder is replaced by updates and often read-only:
 * the repaired model is saved beside the original.
 */
export async function copySample(
  context: Pick<vscode.ExtensionContext, 'extensionUri' | 'globalStorageUri'>,
): Promise<{ model: vscode.Uri; data: string }> {
  const target = vscode.Uri.joinPath(context.globalStorageUri, 'sample');
  const model = vscode.Uri.joinPath(target, INFECTED);
  const images = vscode.Uri.joinPath(target, IMAGES);
  for (const name of [INFECTED, IMAGES]) {
    const to = vscode.Uri.joinPath(target, name);
    if (await uriExists(to)) continue;
    // Under another name first, so that an interrupted copy does not pass for a whole one.
    const part = vscode.Uri.joinPath(target, `${name}.part`);
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, FOLDER, name), part, { overwrite: true });
    await vscode.workspace.fs.rename(part, to);
  }
  return { model, data: images.fsPath };
}

/** The bundled images, if `model` is a copy of one of the bundled models. */
export async function bundledImages(extension: vscode.Uri, model: string): Promise<string | undefined> {
  const name = path.basename(model);
  if (!MODELS.includes(name)) return undefined;
  const folder = vscode.Uri.joinPath(extension, FOLDER).fsPath;
  const [ours, theirs] = await Promise.all([sizeOf(path.join(folder, name)), sizeOf(model)]);
  return ours !== undefined && ours === theirs ? path.join(folder, IMAGES) : undefined;
}

/** The first image of a folder with one folder per class, as `data:` URI. */
export async function firstImage(images: string): Promise<string | undefined> {
  const [label = ''] = (await fs.readdir(images)).sort();
  const [name] = (await fs.readdir(path.join(images, label))).filter((each) => each.endsWith('.png')).sort();
  if (name === undefined) return undefined;
  return `data:image/png;base64,${await fs.readFile(path.join(images, label, name), 'base64')}`;
}

async function sizeOf(file: string): Promise<number | undefined> {
  return fs.stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
}
