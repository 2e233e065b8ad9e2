/** @file Name and version of the tool, for reports; a test compares the version with package.json. */

export const VERSION = '0.1.0';

export const TOOL = `neural-cleanse ${VERSION}`;
