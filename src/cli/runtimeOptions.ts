/** @file The options that choose the compute library, shared by the commands that compute. */
import { Option, type Command } from 'commander';
import { RUNTIMES, type RuntimeName, type RuntimeRequest } from '../runner/runtimes/runtimes';
import { wholeNumber } from './optionValues';

export interface RuntimeOptions {
  readonly runtime?: RuntimeName;
  readonly provider?: string;
  readonly threads?: number;
}

export function runtimeOptions(command: Command): Command {
  return command
    .optionsGroup('Computing:')
    .addOption(new Option('--runtime <name>', 'compute library (default: the first that works)').choices(RUNTIMES))
    .option('--provider <name>', 'device of the library: cpu, cuda, webgpu, dml, coreml (default: cpu)')
    .option('--threads <n>', 'threads inside an operator (default: the library decides)', wholeNumber(1, 1024));
}

export function runtimeRequest({ runtime, provider, threads }: RuntimeOptions): RuntimeRequest {
  return {
    threads: threads ?? 0,
    ...(runtime !== undefined && { library: runtime }),
    ...(provider !== undefined && { provider }),
  };
}
