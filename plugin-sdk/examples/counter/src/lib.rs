//! counter: raw routes in Rust: a page with its files, a WebSocket channel, and a plain answer.
#![deny(warnings)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use orchestron::*;

/// What the routes share.
#[derive(Default)]
struct State {
    count: Cell<u64>,
    clients: RefCell<Vec<WebSocket>>,
}

impl State {
    fn raise(&self) {
        self.count.set(self.count.get() + 1);
        let text = self.count.get().to_string();
        self.clients.borrow_mut().retain(WebSocket::is_open);
        // Who reads too slowly misses a number and gets the next.
        for client in self.clients.borrow().iter() {
            client.send(&text);
        }
    }
}

struct Counter {
    host: Host,
    state: Rc<State>,
}

impl Counter {
    fn serve(&self) -> Result<(), Error> {
        let page = RouteOptions {
            page: true,
            headers: &["Content-Security-Policy: default-src 'self'"],
            ..RouteOptions::default()
        };
        self.host.files("/counter/", "web", page)?;
        let state = self.state.clone();
        self.host.route("GET /counter/value", RouteOptions::default(), move |exchange| {
            exchange.respond(200, &["Content-Type: text/plain"], state.count.get().to_string())
        })?;
        let state = self.state.clone();
        self.host.route("GET /counter/live", RouteOptions::default(), move |exchange| {
            let shared = state.clone();
            let client = exchange.upgrade("", move |client, event| match event {
                SocketEvent::Text("+") => shared.raise(),
                SocketEvent::Text(_) | SocketEvent::Bytes(_) => client.close(1003, "the only message is +"),
                SocketEvent::Writable | SocketEvent::Closed(_) => {}
            })?;
            client.send(&state.count.get().to_string());
            state.clients.borrow_mut().push(client);
            Ok(())
        })?;
        Ok(())
    }
}

impl Plugin for Counter {
    fn declare() -> Declaration<Self> {
        Declaration::new()
    }

    fn create(host: Host, _config: &str, _state: &[u8]) -> Result<Self, Error> {
        Ok(Counter { host, state: Rc::default() })
    }

    fn start(&self, done: Done) {
        done.finish(self.serve());
    }
}

export_plugin!(counter: Counter);

#[cfg(test)]
mod tests {
    use super::*;
    use orchestron_testing::FakeHost;

    fn load() -> FakeHost {
        let mut fake = FakeHost::new("counter", ".");
        fake.load(orchestron_entry, "{}").unwrap();
        fake
    }

    #[test]
    fn serves_its_page() {
        let fake = load();
        let page = fake.request("GET /counter/", "", Some(""));
        assert_eq!(page.code(), 200);
        assert!(page.body().contains("<title>Counter</title>"));
        assert_eq!(page.headers(), "Content-Security-Policy: default-src 'self'\n");
        assert_eq!(fake.request("GET /counter/counter.js", "", Some("")).code(), 200);
    }

    #[test]
    fn everybody_sees_the_number_that_somebody_raises() {
        let fake = load();
        let (ada, bob) = (fake.connect("/counter/live"), fake.connect("/counter/live"));
        assert_eq!(ada.code(), 101);
        ada.message("+");
        bob.close(1001);
        ada.message("+");
        assert_eq!(ada.sent(), ["0", "1", "2"]);
        assert_eq!(bob.sent(), ["0", "1"]);
        assert_eq!(fake.request("GET /counter/value", "", Some("")).body(), "2");
    }

    #[test]
    fn who_says_something_else_is_sent_away() {
        let fake = load();
        let client = fake.connect("/counter/live");
        client.message("minus");
        assert_eq!(client.closed(), 1003);
        assert_eq!(fake.request("GET /counter/live", "", Some("")).code(), 426);
    }
}
