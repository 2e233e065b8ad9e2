/** @file The one limit of every wait in the tests. */

/**
 * Milliseconds. Tests wait for events; this only ends a wait whose event never comes, so it is generous enough for a machine
 * that does other things besides. What is fast enough is measured in bench/, never asserted.
 */
export const PATIENCE = 300_000;

/** Of a first installation of an editor and a browser. */
export const INSTALLATION = 900_000;

/** Resolves as soon as `holds`; for what tells of itself by no event. Throws after {@link PATIENCE}, naming `what`. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${PATIENCE / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
