/** @file Every id that package.json and the code must agree on; a test compares both. */

/** Commands, by what they do. */
export const COMMANDS = {} as const satisfies Readonly<Record<string, `neuralCleanse.${string}`>>;

/** Settings, by what they are for. */
export const SETTINGS = {} as const satisfies Readonly<Record<string, `neuralCleanse.${string}`>>;

/** Views and view containers. */
export const VIEWS = {} as const satisfies Readonly<Record<string, `neuralCleanse.${string}`>>;

/** Name of the output channel; it stands nowhere in package.json. */
export const OUTPUT_CHANNEL = 'Neural Cleanse';
