/** @file What a TensorFlow Lite file holds: tensors, some of them constant, and operators on them. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import type { Quantization } from '../quantization';
import type { Span } from '../wire';
import { Table } from './flatBuffer';
import { BUILTIN_OPERATOR, FIELDS, TENSOR_TYPE } from './schema';

export interface TfliteTensor {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  /** −1 where a size is open. */
  readonly dims: readonly number[];
  readonly quantization?: Quantization;
  /** Its bytes in the file, where it is constant. */
  readonly data?: Span;
}

export interface TfliteOperator {
  readonly op: string;
  /** −1 for absent ones. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Table | undefined;
}

export interface TfliteContents {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export function readContents(bytes: Uint8Array): TfliteContents {
  const model = Table.root(bytes);
  const [graph, ...others] = model.tables(FIELDS.Model.subgraphs);
  if (graph === undefined) throw new ModelFormatError('the model file has no graph');
  if (others.length > 0) {
    throw new UnsupportedModelError('models of several graphs are not supported', {
      got: `${others.length + 1} graphs`,
    });
  }
  const codes = model.tables(FIELDS.Model.operatorCodes).map(operatorName);
  const buffers = model.tables(FIELDS.Model.buffers).map((buffer) => buffer.span(FIELDS.Buffer.data));
  const { tensors, inputs, outputs, operators } = FIELDS.SubGraph;
  return {
    tensors: graph.tables(tensors).map((tensor, index) => tensorOf(tensor, index, buffers)),
    operators: graph.tables(operators).map((operator) => {
      const fields = FIELDS.Operator;
      const code = operator.int32(fields.opcodeIndex);
      return {
        op: codes[code] ?? `operator ${code}`,
        inputs: operator.int32s(fields.inputs),
        outputs: operator.int32s(fields.outputs),
        options: operator.table(fields.builtinOptions),
      };
    }),
    inputs: graph.int32s(inputs),
    outputs: graph.int32s(outputs),
  };
}

/** Codes above 127 did not fit into the field that the first version of the schema had for them. */
function operatorName(code: Table): string {
  const { deprecatedBuiltinCode, builtinCode, customCode } = FIELDS.OperatorCode;
  const custom = code.text(customCode);
  const builtin = Math.max(code.int8(deprecatedBuiltinCode), code.int32(builtinCode));
  return custom === '' ? (BUILTIN_OPERATOR[builtin] ?? `operator ${builtin}`) : custom;
}

function tensorOf(tensor: Table, index: number, buffers: readonly (Span | undefined)[]): TfliteTensor {
  const { shape, shapeSignature, type, buffer, name, quantization, sparsity } = FIELDS.Tensor;
  const place = tensor.text(name);
  if (tensor.table(sparsity) !== undefined) {
    throw new UnsupportedModelError('sparse weights are not supported', { place: `"${place}"` });
  }
  const signature = tensor.int32s(shapeSignature);
  const data = buffers[tensor.int32(buffer)];
  const parameters = tensor.table(quantization);
  const scales = parameters?.floats(FIELDS.QuantizationParameters.scale) ?? [];
  return {
    ...{ index, name: place, type: TENSOR_TYPE[tensor.int8(type)] ?? `type ${tensor.int8(type)}` },
    dims: signature.length > 0 ? signature : tensor.int32s(shape),
    ...(parameters !== undefined &&
      scales.length > 0 && {
        quantization: {
          scales,
          zeroPoints: parameters.int64s(FIELDS.QuantizationParameters.zeroPoint),
          axis: parameters.int32(FIELDS.QuantizationParameters.quantizedDimension),
        },
      }),
    // An empty buffer is that of a value that is computed.
    ...(data !== undefined && data.end > data.start && { data }),
  };
}
