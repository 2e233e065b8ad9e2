/** The factory of the HDF5 library: h5wasm itself makes one instance and keeps it, which cannot survive every file. */
declare module '*/h5wasm/dist/esm/hdf5_util.js' {
  export default function create(options: { noInitialRun: boolean }): Promise<Awaited<typeof import('h5wasm').ready>>;
}
