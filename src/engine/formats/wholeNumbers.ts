/** @file How whole numbers lie in files, little-endian. */

export interface WholeType {
  readonly bytes: number;
  /** int64 beyond 2^53 is rounded. */
  readonly read: (view: DataView, at: number) => number;
}

export const int8: WholeType = { bytes: 1, read: (view, at) => view.getInt8(at) };
/** Truth values, too. */
export const uint8: WholeType = { bytes: 1, read: (view, at) => view.getUint8(at) };
export const int16: WholeType = { bytes: 2, read: (view, at) => view.getInt16(at, true) };
export const int32: WholeType = { bytes: 4, read: (view, at) => view.getInt32(at, true) };
export const int64: WholeType = { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) };
