// JSON-RPC over one WebSocket: calls, subscriptions that survive a reconnect without gap or duplicate, and the one
// place that knows when to reconnect. Nothing here knows what is shown.

/** A call that was answered with a failure. `code` is the name of its status, such as "not_found". */
export class RPCError extends Error {
  constructor(error) {
    super(error.data?.detail ?? error.message);
    this.name = "RPCError";
    this.number = error.code;
    this.code = error.data?.code ?? "internal";
  }

  /** There is no such method now: its plugin is not loaded. */
  get isUnknownMethod() { return this.number === -32601; }
}

/** 1014 is 1000 and the number of the status unavailable. */
const gone = () =>
  new RPCError({ code: 1014, message: "The connection ended before the answer.", data: { code: "unavailable" } });

const FIRST_DELAY = 250;
const LONGEST_DELAY = 15_000;
/** How long a connection must hold for the delays to begin anew. */
const STABLE_AFTER = 5_000;
const SIGN_IN = "/sign-in";
const UNAUTHENTICATED = 4401;

/**
 * A connection that is kept up.
 *
 * Dispatches `state`; `state` is "connecting", "live", "waiting" (until `retryAt`) or "signing-in".
 */
export class RPC extends EventTarget {
  state = "connecting";
  retryAt = 0;

  #url;
  #socket = null;
  #nextID = 1;
  #calls = new Map();
  #wanted = new Set();
  #byNumber = new Map();
  #attempt = 0;
  #timer = 0;

  constructor() {
    super();
    this.#url = new URL("/ws", location.origin);
    this.#url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.retryNow(); });
  }

  /** Connects, unless that is under way. */
  connect() {
    clearTimeout(this.#timer);
    if (this.#socket || this.state === "signing-in") return;
    this.#become("connecting");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    let openedAt = 0;
    socket.onopen = () => {
      openedAt = performance.now();
      this.#become("live");
      for (const subscription of this.#wanted) this.#begin(subscription);
    };
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (openedAt && performance.now() - openedAt > STABLE_AFTER) this.#attempt = 0;
      this.#close(code, openedAt > 0);
    };
  }

  /** Does not wait for the end of the delay. */
  retryNow() { if (this.state === "waiting") this.connect(); }

  /** Calls a method; rejects with an RPCError. */
  call(method, params = {}) {
    return new Promise((resolve, reject) => {
      if (this.#socket?.readyState !== WebSocket.OPEN) return reject(gone());
      const id = this.#nextID++;
      this.#calls.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  /**
   * Subscribes for as long as the page lives. Each event comes once and in order, whatever the connection does.
   *
   * @param {string[]} topics patterns
   * @param {object} on `begin()`: forget what was seen, events come from the first on; `ready()`: in force, again after
   *   each reconnect; `event(event)`; `gap(count)`: so many events were lost, 0 when that is unknown
   * @param {number} recent how many events of the past are wanted
   */
  subscribe(topics, on, recent = 0) {
    const subscription = { topics, on, recent, log: null, seq: null };
    this.#wanted.add(subscription);
    if (this.state === "live") this.#begin(subscription);
  }

  // Subscriptions

  async #begin(subscription) {
    const socket = this.#socket;
    const { topics, on, recent } = subscription;
    try {
      if (subscription.seq === null) {
        const now = await this.call("subscribe", { topics });
        await this.call("unsubscribe", { subscription: now.subscription });
        subscription.log = now.log;
        subscription.seq = Math.max(0, now.low - 1, now.seq - recent);
        on.begin();
      }
      const { seq: since, log } = subscription;
      // What follows an `await` runs before the next message is dispatched: no event is missed between.
      const { subscription: number } = await this.call("subscribe", { topics, since, log });
      this.#byNumber.set(number, subscription);
      on.ready();
    } catch (error) {
      if (socket !== this.#socket) return;
      // Refused, not cut off: another try on a new connection, after the delay.
      console.warn(`subscribe ${topics}: ${error.message}`);
      socket.close();
    }
  }

  #notified(method, params) {
    const subscription = this.#byNumber.get(params.subscription);
    if (!subscription) return;
    switch (method) {
      case "event":
        // Ephemeral events have no place in the log.
        if (params.seq !== undefined) {
          if (params.seq <= subscription.seq) return;
          subscription.seq = params.seq;
        }
        return subscription.on.event(params);
      case "lost":
        subscription.seq = Math.max(subscription.seq, params.to);
        return subscription.on.gap(params.to > 0 ? params.to - params.from + 1 : 0);
      case "resync":
        // Another log than before, or the place is no longer kept: begin anew.
        this.#byNumber.delete(params.subscription);
        subscription.seq = subscription.log = null;
        this.call("unsubscribe", { subscription: params.subscription }).catch(() => {});
        return this.#begin(subscription);
    }
  }

  // The connection

  #receive(message) {
    if (message.method) return this.#notified(message.method, message.params);
    const call = this.#calls.get(message.id);
    if (!call) return;
    this.#calls.delete(message.id);
    if (message.error) call.reject(new RPCError(message.error));
    else call.resolve(message.result);
  }

  async #close(code, wasOpen) {
    this.#socket = null;
    this.#byNumber.clear();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(gone());
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#attempt++) * (0.5 + Math.random());
    this.retryAt = Date.now() + delay;
    this.#become("waiting");
    this.#timer = setTimeout(() => this.connect(), delay);
    // A handshake that is refused tells a page nothing of the reason: ask in a way that does.
    if (code === UNAUTHENTICATED || (!wasOpen && await isRefused())) this.#signIn();
  }

  #signIn() {
    clearTimeout(this.#timer);
    this.#become("signing-in");
    location.assign(SIGN_IN);
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

async function isRefused() {
  try {
    return (await fetch("/api/topics", { method: "HEAD", cache: "no-store" })).status === 401;
  } catch {
    return false;
  }
}
