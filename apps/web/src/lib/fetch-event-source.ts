/**
 * An EventSource over fetch, because the browser's own cannot send the Authorization header.
 *
 * Shape and events are those that tRPC's subscription link expects. One thing differs from the standard on purpose: it never reconnects.
 * Every end is CLOSED with an `error` event, and `cluster-stream.ts` alone decides when to try again.
 */
import { createSseParser } from './sse-parser';

export type FetchEventSourceInit = { readonly withCredentials?: boolean; readonly headers?: Readonly<Record<string, string>> };
type Listener = (event: Event) => void;

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

export class FetchEventSource {
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSED = CLOSED;
  readonly #target = new EventTarget();
  readonly #abort = new AbortController();
  #readyState: number = CONNECTING;

  constructor(url: string, init: FetchEventSourceInit = {}) {
    // #read reports its own failure as an event; nothing is left to await.
    void this.#read(url, init);
  }

  get readyState(): number {
    return this.#readyState;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#target.addEventListener(type, listener);
  }

  removeEventListener(type: string, listener: Listener): void {
    this.#target.removeEventListener(type, listener);
  }

  /** Ends the connection without an event. */
  close(): void {
    this.#readyState = CLOSED;
    this.#abort.abort();
  }

  async #read(url: string, init: FetchEventSourceInit): Promise<void> {
    try {
      const response = await fetch(url, {
        headers: { ...init.headers, accept: 'text/event-stream' },
        cache: 'no-store',
        credentials: init.withCredentials ? 'include' : 'same-origin',
        signal: this.#abort.signal,
      });
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
      if (response.ok && isStream && response.body) {
        this.#readyState = OPEN;
        this.#target.dispatchEvent(new Event('open'));
        await this.#forward(response.body);
      }
    } catch {
      // Refused, cut off or closed by us: the end is the same, and why is told by the request that is asked next.
    }
    if (this.#readyState === CLOSED) return;
    this.close();
    this.#target.dispatchEvent(new Event('error'));
  }

  async #forward(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const parser = createSseParser();
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      for (const { type, data, lastEventId } of parser.push(part.value)) {
        if (this.#readyState === CLOSED) return;
        this.#target.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
      }
    }
  }
}
