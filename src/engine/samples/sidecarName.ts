/** @file The name of the file beside a model that says what is known of its samples. */

/** Behind the name of the model's file. */
export const SIDECAR = '.neural-cleanse.json';
