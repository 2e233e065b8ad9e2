import { describe, expect, it } from 'vitest';
import { labelDetails, liveView, scanView } from '../../../src/shared/scanView';
import type { ScanEntry } from '../../../src/shared/scanEntry';
import { infectedReport } from '../../support/sampleReports';

const entry: ScanEntry = {
  uri: 'file:///signs.onnx',
  name: 'signs.onnx',
  state: 'done',
  labels: infectedReport.labels,
  running: [{ label: 3, curve: [] }],
  report: infectedReport,
};

describe('what a panel gets of a scan', () => {
  it('has all figures but neither triggers nor curves', () => {
    const view = scanView(entry);
    expect(view.labels).toHaveLength(12);
    expect(view.labels[7]).toMatchObject({ label: 7, l1: 9.2, flagged: true, hasTrigger: true, hasCurve: true });
    expect(JSON.stringify(view)).not.toMatch(/"(trigger|curve|mask|pattern)":/);
  });

  it('gets those one label at a time', () => {
    const [first] = infectedReport.labels;
    expect(first && labelDetails(first)).toEqual({ label: 0, trigger: first?.trigger, curve: first?.curve });
  });

  it('gets what changes often by itself', () => {
    expect(liveView(entry)).toEqual({ running: entry.running });
  });
});
