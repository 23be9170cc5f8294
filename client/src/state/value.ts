/**
 * One value that others may watch. It keeps the contract of a Svelte store, so
 * a panel writes `$value`, and plain code uses `get` and `subscribe`.
 */
export interface Readable<T> {
  get(): T;
  /** Called at once with the present value, then with each new one. Returns how to stop. */
  subscribe(run: (value: T) => void): () => void;
}

export class Value<T> implements Readable<T> {
  private readonly watchers = new Set<(value: T) => void>();

  constructor(private held: T) {}

  get(): T {
    return this.held;
  }

  set(value: T): void {
    if (Object.is(value, this.held)) return;
    this.held = value;
    for (const run of [...this.watchers]) run(value);
  }

  update(change: (value: T) => T): void {
    this.set(change(this.held));
  }

  subscribe(run: (value: T) => void): () => void {
    this.watchers.add(run);
    run(this.held);
    return () => {
      this.watchers.delete(run);
    };
  }
}
