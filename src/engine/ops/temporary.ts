import { float32, floats, sizeOf } from '../graph/tensor';
import { intsAttribute, required } from './attributes';
import type { OpFamily } from './op';

export const temporary = {
  Conv: {
    infer: (c) => {
      const x = required(c, 0).dims, w = required(c, 1).dims, p = intsAttribute(c, 'pads', [0, 0, 0, 0]);
      return [{ dtype: 'float32', dims: [x[0]!, w[0]!, x[2]! + p[0]! + p[2]! - w[2]! + 1, x[3]! + p[1]! + p[3]! - w[3]! + 1] }];
    },
    gradient: (c) => {
      const dy = c.gradients[0]!, w = required(c, 1), x = required(c, 0), p = intsAttribute(c, 'pads', [0, 0, 0, 0]);
      const [O, I, kh, kw] = w.dims as number[];
      const k = c.constant(1);
      let dx, dw, db;
      if (c.needs(0)) {
        let f;
        if (k) {
          const src = floats(k), dst = new Float32Array(src.length);
          for (let o = 0; o < O!; o++) for (let i = 0; i < I!; i++) for (let q = 0; q < kh! * kw!; q++) dst[(i * O! + o) * kh! * kw! + kh! * kw! - 1 - q] = src[(o * I! + i) * kh! * kw! + q]!;
          f = c.b.constant(float32([I!, O!, kh!, kw!], dst));
        } else {
          const t = c.b.op('Transpose', [w], { perm: [1, 0, 2, 3] });
          f = c.b.op('Slice', [t, c.b.ints([-1, -1]), c.b.ints([-99, -99]), c.b.ints([2, 3]), c.b.ints([-1, -1])]);
        }
        dx = c.b.op('Conv', [dy, f], { kernel_shape: [kh!, kw!], pads: [kh! - 1 - p[0]!, kw! - 1 - p[1]!, kh! - 1 - p[2]!, kw! - 1 - p[3]!] });
      }
      if (c.needs(1)) {
        const xt = c.b.op('Transpose', [x], { perm: [1, 0, 2, 3] }), dt = c.b.op('Transpose', [dy], { perm: [1, 0, 2, 3] });
        dw = c.b.op('Transpose', [c.b.op('Conv', [xt, dt], { kernel_shape: dt.dims.slice(2), pads: p })], { perm: [1, 0, 2, 3] });
      }
      if (c.needs(2)) db = c.b.op('ReduceSum', [dy, c.b.ints([0, 2, 3])], { keepdims: 0 });
      return [dx, dw, db];
    },
    kernel: () => [],
  },
  MaxPool: {
    infer: (c) => { const x = required(c, 0).dims; return [{ dtype: 'float32', dims: [x[0]!, x[1]!, x[2]! >> 1, x[3]! >> 1] }]; },
    gradient: (c) => {
      const b = c.b, x = required(c, 0), y = c.outputs[0]!, dy = c.gradients[0]!;
      const h = y.dims[2]! * 2, w = y.dims[3]! * 2;
      const up = (v: typeof y) => b.op('Resize', [v, undefined, b.constant(float32([4], [1, 1, 2, 2]))], { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' });
      const xc = h === x.dims[2] ? x : b.op('Slice', [x, b.ints([0, 0]), b.ints([h, w]), b.ints([2, 3])]);
      const eq = b.op('Cast', [b.op('Equal', [xc, up(y)])], { to: 1 });
      const cnt = b.op('AveragePool', [eq], { kernel_shape: [2, 2], strides: [2, 2] });
      const d = b.op('Mul', [eq, up(b.op('Div', [dy, b.op('Mul', [cnt, b.scalar(4)])]))]);
      return [h === x.dims[2] ? d : b.op('Pad', [d, b.ints([0, 0, 0, 0, 0, 0, x.dims[2]! - h, x.dims[3]! - w])])];
    },
    kernel: () => [],
  },
  AveragePool: { infer: (c) => { const x = required(c, 0).dims; return [{ dtype: 'float32', dims: [x[0]!, x[1]!, x[2]! >> 1, x[3]! >> 1] }]; }, gradient: 'none', kernel: () => [] },
  Resize: { infer: (c) => { const x = required(c, 0).dims; return [{ dtype: 'float32', dims: [x[0]!, x[1]!, x[2]! * 2, x[3]! * 2] }]; }, gradient: 'none', kernel: () => [] },
  MatMul: { infer: (c) => [{ dtype: 'float32', dims: [required(c, 0).dims[0]!, required(c, 1).dims[1]!] }], gradient: 'none', kernel: () => [] },
  Gemm: {
    infer: (c) => { const w = required(c, 1).dims; return [{ dtype: 'float32', dims: [required(c, 0).dims[0]!, c.attributes.transB ? w[0]! : w[1]!] }]; },
    gradient: (c) => {
      const b = c.b, dy = c.gradients[0]!, x = required(c, 0), w = required(c, 1), t = c.attributes.transB === 1;
      const dx = c.needs(0) ? b.op('Gemm', [dy, w], { transB: t ? 0 : 1 }) : undefined;
      const dw = c.needs(1) ? (t ? b.op('MatMul', [b.op('Transpose', [dy], { perm: [1, 0] }), x]) : b.op('MatMul', [b.op('Transpose', [x], { perm: [1, 0] }), dy])) : undefined;
      return [dx, dw, c.needs(2) ? b.op('ReduceSum', [dy, b.ints([0])], { keepdims: 0 }) : undefined];
    },
    kernel: () => [],
  },
} satisfies OpFamily;
void sizeOf;
