/**
 * Asks while somebody types: waits until the typing rests, and lets only the
 * newest answer through.
 */
const REST_MS = 250;

export class Asking {
  private due: ReturnType<typeof setTimeout> | null = null;
  private running: AbortController | null = null;

  /** `act` gets a signal that is aborted when something newer is asked. */
  ask(act: (signal: AbortSignal) => Promise<void>, rest_ms = REST_MS): void {
    this.stop();
    this.due = setTimeout(() => {
      const mine = new AbortController();
      this.running = mine;
      void act(mine.signal).catch((fault: unknown) => {
        if (!mine.signal.aborted) throw fault;
      });
    }, rest_ms);
  }

  stop(): void {
    if (this.due !== null) clearTimeout(this.due);
    this.running?.abort();
    this.due = null;
    this.running = null;
  }
}
