/** @file A memento in memory. */
export function fakeMemento(): {
  get<T>(key: string, fallback: T): T;
  update(key: string, value: unknown): Promise<void>;
} {
  const values = new Map<string, unknown>();
  return {
    get: <T>(key: string, fallback: T) => (values.get(key) as T | undefined) ?? fallback,
    update: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}
