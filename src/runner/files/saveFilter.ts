/** @file Writes a calibrated filter: as JSON, and as one ONNX file together with its model. */
import { encodeFilter } from '../../engine/filter/imageFilter';
import { openFilter } from '../../engine/filter/openFilter';
import { filterText } from '../../engine/filter/savedFilter';
import { atomicWriteAll } from './atomicWrite';
import { cannotWrite } from './cannotWrite';
import { nodeFiles } from './nodeFiles';
import { protectOriginals } from './protectOriginals';
import type { SaveFilterTask } from '../protocol/protocol';
import { sha256 } from './sha256';

/** Both files or, with {@link UsageError} saying why, none; files of the model itself are never replaced. */
export async function saveFilter({ model, architecture, filter, json, onnx }: SaveFilterTask): Promise<void> {
  const options = architecture === undefined ? {} : { architecture };
  const { originals, ...parts } = await openFilter(nodeFiles, model, filter, sha256, options);
  for (const target of [json, onnx]) await protectOriginals(target, originals);
  const files = [
    { target: json, content: filterText(filter) },
    { target: onnx, content: encodeFilter(parts) },
  ];
  await atomicWriteAll(files).catch((cause: unknown) => {
    throw cannotWrite('the filter', json, cause);
  });
}
