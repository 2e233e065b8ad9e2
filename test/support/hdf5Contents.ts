/** @file Everything an HDF5 file holds, for comparison. */
import { Dataset, File, Group, ready, type Attribute } from 'h5wasm';

let opened = 0;

/** Path of every dataset and attribute → type, shape and content as text. */
export async function hdf5Contents(bytes: Uint8Array): Promise<Map<string, string>> {
  const library = await ready;
  const path = `/contents${String(opened++)}`;
  library.FS.writeFile(path, Uint8Array.from(bytes));
  const file = new File(path, 'r');
  const contents = new Map<string, string>();
  try {
    for (const name of ['', ...file.paths()]) {
      const item = name === '' ? file : file.get(name);
      if (!(item instanceof Group) && !(item instanceof Dataset)) continue;
      for (const [key, attribute] of Object.entries(item.attrs))
        contents.set(`${name}@${key}`, attributeText(attribute));
      if (!(item instanceof Dataset)) continue;
      const { shape, size, type, total_size: count } = item.metadata;
      const pointer = library._malloc(Math.max(1, size * count));
      library.get_dataset_data(file.file_id, `/${name}`, null, null, null, BigInt(pointer));
      const data = Buffer.from(library.HEAPU8.slice(pointer, pointer + size * count)).toString('hex');
      library._free(pointer);
      contents.set(name, JSON.stringify({ shape, size, type, filters: item.filters, data }));
    }
  } finally {
    file.close();
    library.FS.unlink(path);
  }
  return contents;
}

function attributeText(attribute: Attribute): string {
  return JSON.stringify([attribute.dtype, attribute.shape, attribute.json_value]);
}
