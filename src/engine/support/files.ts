/** @file The engine's only view of a file system; the process that hosts the engine supplies it. */

export interface FileInfo {
  readonly kind: 'file' | 'folder';
  /** Bytes; 0 for a folder. */
  readonly size: number;
}

/**
 * Read access to files. Paths are whatever the host uses; the engine never takes them apart itself,
 * because separators differ between systems.
 */
export interface Files {
  /** `undefined` when nothing is there. */
  info(path: string): Promise<FileInfo | undefined>;
  /** Names of the entries of a folder, sorted. */
  list(folder: string): Promise<string[]>;
  /** The bytes from `offset` (default 0), at most `length` (default: to the end). */
  read(path: string, offset?: number, length?: number): Promise<Uint8Array>;
  /**
   * Like `read`, at once, for libraries that call back for bytes (HDF5). Hosts that can only wait leave it out; such
   * files are then loaded whole.
   */
  readSync?(path: string, offset: number, length: number): Uint8Array;
  join(folder: string, ...names: string[]): string;
  /** The folder that holds `path`. */
  parent(path: string): string;
  /** Last part of the path. */
  baseName(path: string): string;
  /**
   * Path of a file named inside a model, such as an external-data location.
   * `undefined` unless it stays inside `folder`, also after links are resolved.
   */
  inside(folder: string, relative: string): Promise<string | undefined>;
}
