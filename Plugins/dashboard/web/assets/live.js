// Answers of methods that are kept up to date by events: asked when the page connects and when an event says that the
// answer may have changed, never by the clock.

/** How long to gather events before asking. */
const GATHER = 60;
/** What is slow is asked less often: it rests so many times as long as it took, but not longer than LONGEST_REST. */
const REST = 2;
const LONGEST_REST = 2000;

/** Whether a pattern of topics matches: `*` is one segment, as the last one any rest. */
export function matches(pattern, topic) {
  const wanted = pattern.split(":");
  const have = topic.split(":");
  return wanted.every((word, at) => word === "*" ? at < have.length : word === have[at])
    && (have.length === wanted.length || wanted.at(-1) === "*");
}

/** One method's answer in the store: `{value, error}`, undefined before the first. */
export class LiveAnswer {
  #rpc; #store; #name; #ask; #topics;
  #timer = 0;
  #isAsking = false;
  #isStale = false;
  #notBefore = 0;

  /**
   * @param {string} name of the value in the store
   * @param {(rpc: RPC) => Promise} ask makes the calls and gives the value
   * @param {string[]} topics patterns of the events that make the answer stale
   */
  constructor(rpc, store, name, ask, topics) {
    this.#rpc = rpc;
    this.#store = store;
    this.#name = name;
    this.#ask = ask;
    this.#topics = topics;
  }

  /** Asks again when the event concerns it. */
  heard(topic) {
    if (!this.#isStale && this.#topics.some((pattern) => matches(pattern, topic))) this.refresh();
  }

  /** Asks soon. */
  refresh() {
    this.#isStale = true;
    if (this.#isAsking || this.#timer) return;
    this.#timer = setTimeout(() => this.#run(), Math.max(GATHER, this.#notBefore - performance.now()));
  }

  async #run() {
    this.#timer = 0;
    this.#isStale = false;
    this.#isAsking = true;
    const began = performance.now();
    try {
      this.#store.set(this.#name, { value: await this.#ask(this.#rpc) });
    } catch (error) {
      // What was known stays on the page while the connection is down.
      if (this.#rpc.state === "live") this.#store.set(this.#name, { error });
    }
    this.#isAsking = false;
    const now = performance.now();
    this.#notBefore = now + Math.min((now - began) * REST, LONGEST_REST);
    if (this.#isStale) this.refresh();
  }
}
