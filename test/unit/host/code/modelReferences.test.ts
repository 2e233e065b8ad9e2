import { describe, expect, it } from 'vitest';
import { modelReferences } from '../../../../src/host/code/modelReferences';

describe('modelReferences', () => {
  it.each([
    ['keras.models.load_model("x.h5")', 'x.h5'],
    ["model = load_model('nets/x.keras', compile=False)", 'nets/x.keras'],
    ['onnxruntime.InferenceSession("x.onnx", providers=["CPUExecutionProvider"])', 'x.onnx'],
    ['ort.InferenceSession(\n    path_or_bytes="x.onnx",\n)', 'x.onnx'],
    ["state = torch.load('x.pth', map_location='cpu')", 'x.pth'],
    ['tf.lite.Interpreter(model_path="x.tflite")', 'x.tflite'],
    ['AutoModelForImageClassification.from_pretrained("./dir")', './dir'],
    ['tf.saved_model.load("saved")', 'saved'],
    ['load_file(r"nets\\\\x.safetensors")', 'nets\\x.safetensors'],
    ["await tf.loadLayersModel('file://./web/model.json')", './web/model.json'],
    ['await tf.loadGraphModel(`web/model.json`)', 'web/model.json'],
    ["ort.InferenceSession.create('x.onnx')", 'x.onnx'],
    ['cv2.dnn.readNetFromONNX("x.onnx")', 'x.onnx'],
  ])('finds %s', (code, path) => {
    const text = `import x\n${code}\n`;
    const [found, ...others] = modelReferences(text);
    expect(others).toEqual([]);
    expect(found!.path).toBe(path);
    expect(text.slice(found!.start, found!.end).replaceAll('\\\\', '\\').replace('file://', '')).toBe(path);
  });

  it.each([
    'load_model(path)',
    'load_model(f"{folder}/x.h5")',
    'tf.loadLayersModel(`${folder}/model.json`)',
    'tf.loadLayersModel("https://example.org/model.json")',
    'from_pretrained("hf://x/y")',
    'reload_model("x.h5")',
    'open("x.onnx")',
    'load_model("")',
    'load_model("x\n.h5")',
  ])('finds nothing in %s', (code) => {
    expect(modelReferences(code)).toEqual([]);
  });

  it('finds several, each in its place', () => {
    const text = 'a = load_model("a.h5"); b = load_model("b.h5")';
    expect(modelReferences(text).map(({ path, start }) => [path, start])).toEqual([
      ['a.h5', text.indexOf('a.h5')],
      ['b.h5', text.indexOf('b.h5')],
    ]);
  });

  it('looks at no file of a million characters and more, and ends soon on what looks like a call for long', () => {
    expect(modelReferences(`load_model("x.h5")${' '.repeat(1_000_000)}`)).toEqual([]);
    for (const filler of ['load_model(', 'load_model(a = ', 'load_model(   ']) {
      expect(modelReferences(filler.repeat(30_000).slice(0, 900_000))).toEqual([]);
    }
    expect(modelReferences('load_model("x.h5")'.repeat(1000))).toHaveLength(200);
  });
});
