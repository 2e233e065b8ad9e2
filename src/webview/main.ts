/** @file Entry of all webviews: the page says which panel it is, the host's first message brings the language. */
import { config } from '@vscode/l10n';
import { configureEngineText } from '../shared/engineText';
import type { PanelKind } from '../shared/panelMessages';
import { registerControls } from './controls';
import { ModelEditorView } from './modelEditor';
import { RepairPanelView } from './repair/repairPanel';
import { SamplesPanelView } from './samplesPanel';
import { ScanPanelView } from './scan/scanPanel';
import './style.css';
import type { View } from './view';
import { onHostMessage, post } from './vscodeApi';

const VIEWS: Record<PanelKind, new (root: HTMLElement) => View> = {
  scan: ScanPanelView,
  samples: SamplesPanelView,
  model: ModelEditorView,
  repair: RepairPanelView,
};

registerControls();
let view: View | undefined;
onHostMessage((message) => {
  if (message.type !== 'start') {
    view?.receive(message);
    return;
  }
  if (message.translations) {
    config({ contents: message.translations });
    configureEngineText(message.translations);
  }
  const root = document.querySelector('main');
  const kind = Object.keys(VIEWS).find((known): known is PanelKind => known === document.body.dataset['panel']);
  if (root && kind) view ??= new VIEWS[kind](root);
});
post({ type: 'ready' });
