/** @file Models that are folders, by the file that stands for the whole: it has the same name in all of them. */

export const SAVED_MODEL = 'saved_model.pb';

export const MAIN_FILES: readonly string[] = [SAVED_MODEL, 'model.json'];
