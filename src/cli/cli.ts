/** @file The command line as a function from arguments to an exit code. */
import { Command, CommanderError } from 'commander';
import { CancelledError, NeuralCleanseError } from '../engine/support/errors';
import { VERSION } from '../engine/report/version';
import { plainMemoryError } from '../runner/protocol/outOfMemory';
import { attackCommand } from './commands/attack';
import { doctorCommand } from './commands/doctor';
import { filterCommand } from './commands/filter';
import { identifyCommand } from './commands/identify';
import { repairCommand } from './commands/repair';
import { scanCommand } from './commands/scan';
import { scanAllCommand } from './commands/scanAll';
import type { CommandContext } from './context';
import { EXIT, exitCodeOfError } from './exitCode';
import type { Terminal } from './terminal';

const DESCRIPTION = `Finds backdoors hidden in the weights of image classifiers (Neural Cleanse, IEEE S&P 2019).
Nothing in a model file is executed, and nothing is sent anywhere.`;

const COMMANDS = [
  scanCommand,
  scanAllCommand,
  repairCommand,
  identifyCommand,
  filterCommand,
  attackCommand,
  doctorCommand,
];

/** Runs one command; never throws, and leaves exiting to the caller. */
export async function runCli(
  args: readonly string[],
  environment: Pick<CommandContext, 'terminal' | 'signal' | 'now'>,
): Promise<number> {
  let exitCode: number = EXIT.error;
  const program = createProgram({
    ...environment,
    finish: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said what is wrong; help and version are not wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.usage;
    tellError(error, environment.terminal, args.includes('--verbose'));
    return exitCodeOfError(error);
  }
}

/** All commands and their options; also what the documentation is checked against. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('neural-cleanse').description(DESCRIPTION).version(VERSION);
  for (const command of COMMANDS) program.addCommand(command(context));
  forEachCommand(program, (command) => {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => void context.terminal.print(text),
        writeErr: (text) => {
          context.terminal.draw(text);
        },
      })
      .showHelpAfterError('Run it with --help for its options.');
    if (command.commands.length === 0) {
      command.optionsGroup('Options:').option('--verbose', 'print the details of errors');
    }
  });
  return program;
}

function forEachCommand(command: Command, action: (command: Command) => void): void {
  action(command);
  for (const child of command.commands) forEachCommand(child, action);
}

function tellError(thrown: unknown, terminal: Terminal, verbose: boolean): void {
  const error = plainMemoryError(thrown);
  if (error instanceof CancelledError) return;
  const message = error instanceof Error ? error.message : String(error);
  const expected = error instanceof NeuralCleanseError;
  terminal.tell(`Error: ${message}${expected || verbose ? '' : ' (unexpected; --verbose prints the details)'}`);
  if (!verbose) return;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    for (const line of (cause.stack ?? '').split('\n')) terminal.tell(line);
  }
}
