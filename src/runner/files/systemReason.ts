/** @file Why the system refused a file, in words. */

/** Part of a sentence, such as "the disk is full"; the system's own words where it is something rare. */
export function systemReason(cause: unknown): string {
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'its folder does not exist',
    ENOTDIR: 'its folder does not exist',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
  };
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  // VS Code's errors have codes of their own, and the system's in the message.
  return known[code] ?? known[/\b(E[A-Z]{3,}):/.exec(message)?.[1] ?? ''] ?? message;
}
