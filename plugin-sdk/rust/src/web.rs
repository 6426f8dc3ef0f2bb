//! Raw HTTP routes, static files and WebSocket channels. What can be declared as a method needs none of this.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::mem::size_of;
use std::rc::Rc;
use std::time::Duration;

use crate::barrier::guard;
use crate::context::Context;
use crate::host::{self, Host, Repeated, SharedHost};
use crate::status::{Error, Status};
use crate::sys::{self, orch_http_exchange, orch_http_socket, orch_str};
use crate::text;

/// How a route or a folder of files is served.
#[derive(Clone, Copy, Debug, Default)]
pub struct RouteOptions<'a> {
    /// Answers without credentials, too: sign-in pages and what they load.
    pub open: bool,
    /// The handler runs when the head is there and takes the body by [`Exchange::read`].
    pub streamed: bool,
    /// A page for people: a browser without credentials is sent to the sign-in page.
    pub page: bool,
    /// A right that the caller must have; empty: read for GET, write for the others.
    pub permission: &'a str,
    /// Of files: lines `Name: value` of every answer, such as a Content-Security-Policy.
    pub headers: &'a [&'a str],
}

impl RouteOptions<'_> {
    fn flags(&self) -> u32 {
        (if self.open { sys::ORCH_HTTP_OPEN } else { 0 })
            | (if self.streamed { sys::ORCH_HTTP_STREAM } else { 0 })
            | (if self.page { sys::ORCH_HTTP_PAGE } else { 0 })
    }
}

/// A route, or a folder of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route(u64);

impl Host {
    /// Adds a route such as `GET /hello/{name}`, or `GET /files/{path...}` whose last segment takes the rest of the path.
    /// It lasts until [`Host::remove_route`] or the stop of the plugin. An error of `handler` is the answer.
    pub fn route(
        &self,
        route: &str,
        options: RouteOptions<'_>,
        mut handler: impl FnMut(Exchange) -> Result<(), Error> + 'static,
    ) -> Result<Route, Error> {
        let shared = self.shared();
        let handler = Repeated::exchange(shared, move |raw: *mut orch_http_exchange| {
            // SAFETY: the host lends the exchange for the length of the call.
            let exchange = unsafe { Exchange::retain(shared, raw) };
            let answered = guard(shared, "a route", || handler(exchange.clone()));
            let answered = answered.unwrap_or_else(|| {
                Err(Error::new(Status::Internal, "The route failed in an unexpected way; the log says more."))
            });
            if let Err(error) = answered {
                exchange.fail(&error, None);
            }
        });
        let table: &sys::orch_http_routes = self.table(sys::ORCH_EXT_HTTP_ROUTES)?;
        let add = table.add.expect("the table of functions is complete");
        let (text, permission) = (text::lend(route.as_bytes()), text::lend(options.permission.as_bytes()));
        let mut id = 0;
        let status =
            unsafe { add(self.as_raw(), std::ptr::null_mut(), text, options.flags(), permission, handler, &mut id) };
        Error::check(status, &format!("The route {} was refused; the log says why.", route)).map(|()| Route(id))
    }

    /// Serves the files of a folder, a path below that of `plugin.json`, below a prefix such as `/board/`.
    pub fn files(&self, prefix: &str, folder: &str, options: RouteOptions<'_>) -> Result<Route, Error> {
        let table: &sys::orch_http_routes = self.table(sys::ORCH_EXT_HTTP_ROUTES)?;
        let add = table.add_files.expect("the table of functions is complete");
        let headers = lend_all(options.headers);
        let files = sys::orch_http_files {
            size: size_of::<sys::orch_http_files>() as u32,
            flags: options.flags(),
            prefix: text::lend(prefix.as_bytes()),
            folder: text::lend(folder.as_bytes()),
            permission: text::lend(options.permission.as_bytes()),
            headers: headers.as_ptr(),
            n_headers: headers.len(),
        };
        let mut id = 0;
        let status = unsafe { add(self.as_raw(), std::ptr::null_mut(), &files, &mut id) };
        Error::check(status, &format!("The files of {} were refused; the log says why.", folder)).map(|()| Route(id))
    }

    /// Takes a route or files away: what came by it ends.
    pub fn remove_route(&self, route: Route) -> Result<(), Error> {
        let table: &sys::orch_http_routes = self.table(sys::ORCH_EXT_HTTP_ROUTES)?;
        let remove = table.remove.expect("the table of functions is complete");
        Error::check(unsafe { remove(self.as_raw(), route.0) }, "The route has ended already.")
    }
}

fn lend_all(lines: &[&str]) -> Vec<orch_str> {
    lines.iter().map(|line| text::lend(line.as_bytes())).collect()
}

/// One request and its reply. Clones stand for the same one. Whoever answers after the handler has returned keeps it; an
/// answer has to begin within 30 s (by default) of the end of the body, and a request that the last one lets go of without
/// an answer is answered 500.
pub struct Exchange {
    host: SharedHost,
    raw: *mut orch_http_exchange,
}

impl Clone for Exchange {
    fn clone(&self) -> Exchange {
        // SAFETY: this object holds the exchange.
        unsafe { Exchange::retain(self.host, self.raw) }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        unsafe { verb!(self.raw, release()) };
    }
}

impl Exchange {
    /// # Safety
    /// `raw` must be valid.
    unsafe fn retain(host: SharedHost, raw: *mut orch_http_exchange) -> Exchange {
        unsafe { verb!(raw, retain()) };
        Exchange { host, raw }
    }

    /// On whose behalf: for calls that this request causes.
    pub fn context(&self) -> Context<'_> {
        unsafe { Context::from_raw(verb!(self.raw, ctx())) }
    }

    /// `GET`, `POST`, …
    pub fn method(&self) -> &str {
        unsafe { text::text(verb!(self.raw, method())) }
    }

    /// Path and query, as sent.
    pub fn target(&self) -> &str {
        unsafe { text::text(verb!(self.raw, target())) }
    }

    /// The address of the client.
    pub fn address(&self) -> &str {
        unsafe { text::text(verb!(self.raw, address())) }
    }

    /// Whether the client came by TLS.
    pub fn is_secure(&self) -> bool {
        unsafe { verb!(self.raw, is_secure()) != 0 }
    }

    /// The decoded value of a segment `{name}` of the route, else the first of the query with that name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut value = text::EMPTY;
        let found = unsafe { verb!(self.raw, parameter(text::lend(name.as_bytes()), &mut value)) };
        (found != 0).then(|| unsafe { text::text(value) })
    }

    /// The value of the first header with that name, which is in lower case. What is not UTF-8 is repaired.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut value = text::EMPTY;
        let found = unsafe { verb!(self.raw, header(text::lend(name.as_bytes()), &mut value)) };
        (found != 0).then(|| String::from_utf8_lossy(unsafe { text::bytes(value) }))
    }

    /// The whole body; of a streamed route empty.
    pub fn body(&self) -> &[u8] {
        unsafe { text::bytes(verb!(self.raw, body())) }
    }

    /// Answers; `headers` are lines `Name: value`. `Cancelled` when the client has gone, `FailedPrecondition` after an answer.
    pub fn respond(&self, code: u16, headers: &[&str], body: impl Into<Vec<u8>>) -> Result<(), Error> {
        let (lines, body) = (lend_all(headers), text::give(body.into()));
        let status = unsafe { verb!(self.raw, respond(code, lines.as_ptr(), lines.len(), body)) };
        Error::check(status, "The request cannot be answered any more.")
    }

    /// Answers with a failure as a problem object, as methods do. False when it cannot be answered any more.
    pub fn fail(&self, error: &Error, retry_after: Option<Duration>) -> bool {
        let message = text::lend(error.message.as_bytes());
        let details = error.details.as_ref().map_or(text::EMPTY, |json| text::lend(json.as_bytes()));
        let retry = retry_after.map_or(0, |time| time.as_millis() as i64);
        unsafe { verb!(self.raw, fail(error.status.raw(), message, details, retry)) == sys::ORCH_OK }
    }

    /// Begins an answer of unknown length.
    pub fn begin(&self, code: u16, headers: &[&str]) -> Result<(), Error> {
        let lines = lend_all(headers);
        let status = unsafe { verb!(self.raw, begin(code, lines.as_ptr(), lines.len())) };
        Error::check(status, "The request cannot be answered any more.")
    }

    /// Adds to an answer that has begun. False when 256 KiB wait for the client: write it again [`Exchange::when_writable`].
    pub fn write(&self, part: &[u8]) -> bool {
        let buffer = text::give(part.to_vec());
        match unsafe { verb!(self.raw, write(buffer)) } {
            sys::ORCH_OK | sys::ORCH_CANCELLED => true,
            status => {
                // SAFETY: it was not taken.
                unsafe { text::take(buffer) };
                status != sys::ORCH_RESOURCE_EXHAUSTED
            }
        }
    }

    /// Ends an answer that has begun.
    pub fn end(&self) -> Result<(), Error> {
        Error::check(unsafe { verb!(self.raw, end()) }, "The answer has ended already, or its client has gone.")
    }

    /// Gives an answer up that has begun: the client sees that it is not whole.
    pub fn abort(&self) {
        unsafe { verb!(self.raw, abort()) };
    }

    /// Calls `run` once there is room for [`Exchange::write`] again.
    pub fn when_writable(&self, run: impl FnOnce() + 'static) {
        unsafe { verb!(self.raw, on_writable(host::task(self.host, move |_| run()))) };
    }

    /// Calls `run` when nobody waits for the answer any more, at once when that is so already.
    pub fn when_cancelled(&self, run: impl FnOnce() + 'static) {
        unsafe { verb!(self.raw, on_cancel(host::task(self.host, move |_| run()))) };
    }

    /// Reads the body of a streamed route: `each` gets every part as it comes, `done` its end or why it broke off.
    pub fn read(self, mut each: impl FnMut(&[u8]) + 'static, done: impl FnOnce(Exchange, Result<(), Error>) + 'static) {
        loop {
            let mut part = sys::orch_buf { p: std::ptr::null_mut(), n: 0, release: None, owner: std::ptr::null_mut() };
            match unsafe { verb!(self.raw, read(&mut part)) } {
                sys::ORCH_OK if part.n == 0 => return done(self, Ok(())),
                // SAFETY: the part was given away.
                sys::ORCH_OK => each(&unsafe { text::take(part) }),
                sys::ORCH_UNAVAILABLE => {
                    let (host, raw) = (self.host, self.raw);
                    let next = host::task(host, move |_| self.read(each, done));
                    // SAFETY: the task holds the exchange.
                    unsafe { verb!(raw, on_readable(next)) };
                    return;
                }
                status => {
                    let error = Error::check(status, "The body of the request broke off.");
                    return done(self, error);
                }
            }
        }
    }

    /// Makes the connection a WebSocket; `protocol` is one that the client offers, or empty. `each` gets what happens on it.
    /// A request that is no handshake has been answered when this fails.
    pub fn upgrade(
        &self,
        protocol: &str,
        each: impl FnMut(&WebSocket, SocketEvent<'_>) + 'static,
    ) -> Result<WebSocket, Error> {
        let socket = WebSocket { raw: Rc::new(Cell::new(std::ptr::null_mut())) };
        let callback = Hearing::callback(self.host, socket.clone(), each);
        let mut raw = std::ptr::null_mut();
        let status = unsafe { verb!(self.raw, upgrade(text::lend(protocol.as_bytes()), callback, &mut raw)) };
        Error::check(status, "The request is no handshake of a WebSocket.")?;
        socket.raw.set(raw);
        Ok(socket)
    }
}

impl<F: FnMut(*mut orch_http_exchange) + 'static> Repeated<F> {
    fn exchange(host: SharedHost, run: F) -> sys::orch_http_handler {
        sys::orch_http_handler { r#fn: Some(Self::handle), ud: Self::leak(host, run), release: Some(Self::release) }
    }

    unsafe extern "C" fn handle(ud: *mut c_void, exchange: *mut orch_http_exchange) {
        let repeated = unsafe { &*(ud as *const Repeated<F>) };
        guard(repeated.host, "a route", || (repeated.run.borrow_mut())(exchange));
    }
}

/// What happens on a WebSocket. `Closed` is the last; when the route ends, nothing comes any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketEvent<'a> {
    /// A message of text.
    Text(&'a str),
    /// A message of bytes.
    Bytes(&'a [u8]),
    /// There is room again after a refused send.
    Writable,
    /// It is closed, with the code of the close frame: 1005 for one without a code, 1006 without a frame.
    Closed(u16),
}

/// An open WebSocket. Clones stand for the same one; it stays open whether or not somebody holds one.
#[derive(Clone)]
pub struct WebSocket {
    /// Null before it is open and once it has ended.
    raw: Rc<Cell<*mut orch_http_socket>>,
}

impl WebSocket {
    /// Whether messages can still be sent.
    pub fn is_open(&self) -> bool {
        !self.raw.get().is_null()
    }

    /// Sends text. False when 1 MiB waits for the client, or it has gone: the message is dropped.
    pub fn send(&self, text: &str) -> bool {
        self.send_message(true, text.as_bytes())
    }

    /// Sends bytes, as [`WebSocket::send`].
    pub fn send_bytes(&self, bytes: &[u8]) -> bool {
        self.send_message(false, bytes)
    }

    fn send_message(&self, is_text: bool, bytes: &[u8]) -> bool {
        let raw = self.raw.get();
        // SAFETY: it is valid until it is told to have ended.
        !raw.is_null() && unsafe { verb!(raw, send(is_text as u8, text::give(bytes.to_vec()))) == sys::ORCH_OK }
    }

    /// Closes it with a code (1000 to 1003, 1007 to 1014, 3000 to 4999) and a reason of at most 123 bytes.
    pub fn close(&self, code: u16, reason: &str) {
        let raw = self.raw.get();
        if !raw.is_null() {
            unsafe { verb!(raw, close(code, text::lend(reason.as_bytes()))) };
        }
    }
}

/// What the host holds for a WebSocket.
struct Hearing<F> {
    host: SharedHost,
    socket: WebSocket,
    each: RefCell<F>,
    /// The code of a close that came while `each` ran: it is told afterwards.
    closed: Cell<Option<u16>>,
}

impl<F: FnMut(&WebSocket, SocketEvent<'_>) + 'static> Hearing<F> {
    fn callback(host: SharedHost, socket: WebSocket, each: F) -> sys::orch_http_socket_cb {
        let hearing = Hearing { host, socket, each: RefCell::new(each), closed: Cell::new(None) };
        sys::orch_http_socket_cb {
            message: Some(Self::message),
            writable: Some(Self::writable),
            closed: Some(Self::closed),
            ud: Box::into_raw(Box::new(hearing)) as *mut c_void,
            release: Some(Self::release),
        }
    }

    fn tell(&self, event: SocketEvent<'_>) {
        match self.each.try_borrow_mut() {
            Ok(mut each) => {
                guard(self.host, "a WebSocket", || each(&self.socket, event));
            }
            Err(_) => {
                if let SocketEvent::Closed(code) = event {
                    self.closed.set(Some(code));
                }
                return;
            }
        }
        if let Some(code) = self.closed.take() {
            self.tell(SocketEvent::Closed(code));
        }
    }

    unsafe fn of<'a>(ud: *mut c_void) -> &'a Hearing<F> {
        unsafe { &*(ud as *const Hearing<F>) }
    }

    unsafe extern "C" fn message(ud: *mut c_void, is_text: u8, data: orch_str) {
        let (hearing, bytes) = unsafe { (Self::of(ud), text::bytes(data)) };
        // The server has checked text; what is not UTF-8 all the same is bytes.
        match std::str::from_utf8(bytes) {
            Ok(text) if is_text != 0 => hearing.tell(SocketEvent::Text(text)),
            _ => hearing.tell(SocketEvent::Bytes(bytes)),
        }
    }

    unsafe extern "C" fn writable(ud: *mut c_void) {
        unsafe { Self::of(ud) }.tell(SocketEvent::Writable);
    }

    unsafe extern "C" fn closed(ud: *mut c_void, code: u16) {
        let hearing = unsafe { Self::of(ud) };
        hearing.socket.raw.set(std::ptr::null_mut());
        hearing.tell(SocketEvent::Closed(code));
    }

    unsafe extern "C" fn release(ud: *mut c_void) {
        let hearing = unsafe { Box::from_raw(ud as *mut Hearing<F>) };
        hearing.socket.raw.set(std::ptr::null_mut());
        guard(hearing.host, "the end of a WebSocket", || drop(hearing.each));
    }
}
