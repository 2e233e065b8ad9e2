/** @file Name and version of this tool, as reports carry them. */

/** The same as in package.json; a test compares them. */
export const VERSION = '0.1.0';

export const TOOL = `Neural Cleanse ${VERSION}`;
