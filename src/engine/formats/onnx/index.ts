/** @file ONNX, opset 7 and newer. */
import type { ModelFormat } from '../format';
import { detectOnnx } from './detect';
import { readOnnx } from './read';

export const onnx: ModelFormat = { id: 'onnx', label: 'ONNX', detect: detectOnnx, read: readOnnx };
