/** @file Files beside a model that may name its classes. */

/** In the order in which they are believed. */
export const NAMES_IN_JSON: readonly string[] = [
  ...['metadata.json', 'config.json', 'class_names.json', 'class_indices.json', 'classes.json', 'labels.json'],
];
export const NAMES_IN_TEXT: readonly string[] = ['labels.txt', 'class_names.txt', 'classes.txt'];

/** A line with a number in front of its name: `0 cat`, as Teachable Machine writes them; `0: cat`. */
export const NUMBERED_NAME = /^(\d{1,7})\s*[\s:,;]\s*(\S.*)$/;
