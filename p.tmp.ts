import { readSamples } from './src/engine/samples/readSamples';
import { nodeFiles } from './src/runner/nodeFiles';
for(let i=0;i<2;i++){const t=performance.now(), u=process.cpuUsage();
await readSamples(nodeFiles, '/work/shared/data/omniglot_small1.zip', { channels: 1, height: 28, width: 28 }, { limit: 10000 });
const v=process.cpuUsage(u); console.log(performance.now()-t, (v.user+v.system)/1e3);}
