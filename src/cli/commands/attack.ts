/** @file `neural-cleanse attack`: makes models with a known backdoor, to test scanners on. */
import { Command } from 'commander';
import type { CommandContext } from '../context';
import { badNetsCommand } from './attackBadNets';
import { fineTuneCommand } from './attackFineTune';
import { trojanCommand } from './attackTrojan';

export function attackCommand(context: CommandContext): Command {
  return new Command('attack')
    .description('Make models with a known backdoor, to test scanners on. Never give them to anyone as real models.')
    .addCommand(badNetsCommand(context))
    .addCommand(fineTuneCommand(context))
    .addCommand(trojanCommand(context));
}
