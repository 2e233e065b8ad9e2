/** @file Weights that stand in files beside the model ("external data" of ONNX). */
import { ModelFormatError } from '../../support/errors';
import type { Files } from '../../support/files';
import type { ExternalSource } from './proto/tensorProto';

/** The files of one model that hold external data; never outside the model's folder. */
export class ExternalData {
  readonly #opened = new Map<string, { path: string; size: number }>();

  constructor(
    private readonly files: Files,
    private readonly model: string,
  ) {}

  /** Paths of the files seen so far, by location as the model has it. */
  get paths(): ReadonlyMap<string, string> {
    return new Map([...this.#opened].map(([location, { path }]) => [location, path]));
  }

  /** The `byteLength` bytes of one weight. Throws {@link ModelFormatError} where they are not all there. */
  async read(source: ExternalSource, byteLength: number, weight: string): Promise<Uint8Array> {
    const place = `"${weight}"`;
    const { path, size } = await this.#open(source.location, place);
    if (source.length !== undefined && source.length !== byteLength) {
      throw new ModelFormatError('the length of a weight in another file does not fit its shape', {
        place,
        expected: bytes(byteLength),
        got: bytes(source.length),
      });
    }
    if (source.offset + byteLength > size) {
      throw new ModelFormatError(`the file "${source.location}" beside the model is too short`, {
        place,
        expected: `at least ${bytes(source.offset + byteLength)}`,
        got: bytes(size),
        hint: 'It may be an incomplete copy.',
      });
    }
    return this.files.read(path, source.offset, byteLength);
  }

  async #open(location: string, place: string): Promise<{ path: string; size: number }> {
    const known = this.#opened.get(location);
    if (known !== undefined) return known;
    const path = await this.files.inside(this.files.parent(this.model), location);
    if (path === undefined) {
      throw new ModelFormatError('a weight is said to be outside the folder of the model', {
        place,
        expected: 'a file beside the model',
        got: `"${location}"`,
      });
    }
    const info = await this.files.info(path);
    if (info?.kind !== 'file') {
      throw new ModelFormatError(`the file "${location}" with weights of the model is missing`, {
        place,
        hint: 'Keep it in the same folder as the model.',
      });
    }
    // Rewriting a file under two names, or the model through its own weights, would damage it.
    if (path === this.model || [...this.#opened.values()].some((opened) => opened.path === path)) {
      throw new ModelFormatError('the model refers to one file by different names', { place, got: `"${location}"` });
    }
    const opened = { path, size: info.size };
    this.#opened.set(location, opened);
    return opened;
  }
}

function bytes(count: number): string {
  return `${String(count)} bytes`;
}
