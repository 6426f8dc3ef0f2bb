//! What lies outside of the host: child processes, files, servers.

use std::ffi::{c_void, CString};
use std::mem::size_of;
use std::time::Duration;

use crate::barrier::guard;
use crate::host::{Host, Repeated, SharedHost};
use crate::status::{Error, Status};
use crate::sys;
use crate::text;

/// A program to run as a child process, which dies with the host.
#[derive(Clone, Debug, Default)]
pub struct ChildCommand {
    /// The program, as a path or a name looked up in the `PATH` of `environment`, and its arguments.
    pub arguments: Vec<String>,
    /// The whole environment, names and values: nothing is inherited.
    pub environment: Vec<(String, String)>,
    /// The working folder, an absolute path.
    pub folder: String,
    /// After which time the child is told to end, and 5 s later killed.
    pub timeout: Option<Duration>,
}

/// What a child process does. `Exited` comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildEvent<'a> {
    /// It wrote to its standard output.
    Output(&'a [u8]),
    /// It wrote to its standard error.
    Errors(&'a [u8]),
    /// It ended: by returning `status`, or by a signal that is not 0.
    Exited {
        /// What the program returned; -1 when a signal ended it.
        status: i64,
        /// The signal that ended it, or 0.
        signal: i32,
    },
}

/// A child process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child(u64);

/// What happened to an entry of a watched folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// It appeared, went, or got another name.
    pub renamed: bool,
    /// Its content or its attributes changed.
    pub changed: bool,
}

/// A watch on a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileWatch(u64);

/// A request to a server elsewhere.
#[derive(Clone, Debug, Default)]
pub struct WebRequest {
    /// `GET` when it is empty.
    pub method: String,
    /// `http` or `https`; TLS is verified.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// For the whole exchange, of an opened request for the head; `None` for the host's 30 s.
    pub timeout: Option<Duration>,
    /// The most bytes of the reply's body; 0 for the host's 8 MiB, of an opened request for no limit. More is
    /// `ResourceExhausted`.
    pub body_limit: u64,
}

/// What a server answered, whatever its code.
#[derive(Clone, Copy, Debug)]
pub struct WebReply<'a> {
    /// The HTTP status code.
    pub code: u16,
    /// Lines `name: value`, names in lower case.
    pub headers: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// What comes of an opened request. `End` comes last.
#[derive(Clone, Debug)]
pub enum WebEvent<'a> {
    /// The reply has begun; its body is empty.
    Head(WebReply<'a>),
    /// A part of the body, as it came.
    Part(&'a [u8]),
    /// The reply was whole, or why it was not.
    End(Result<(), Error>),
}

/// A request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentRequest(u64);

impl Host {
    /// Starts a child process; `each` gets what it does, on the loop. `plugin.json` has to ask for the permission `spawn`.
    pub fn spawn(&self, command: &ChildCommand, each: impl FnMut(ChildEvent<'_>) + 'static) -> Result<Child, Error> {
        let table = self.spawn_table()?;
        let argv = c_strings(command.arguments.iter().cloned())?;
        let env = c_strings(command.environment.iter().map(|(name, value)| format!("{}={}", name, value)))?;
        let folder = c_strings(std::iter::once(command.folder.clone()))?;
        let (argv, env) = (pointers(&argv), pointers(&env));
        let raw = sys::orch_command {
            size: size_of::<sys::orch_command>() as u32,
            flags: 0,
            argv: argv.as_ptr(),
            env: env.as_ptr(),
            cwd: folder[0].as_ptr(),
            timeout_ms: command.timeout.map_or(0, millis),
        };
        let mut id = 0;
        let start = table.start.expect("the table of functions is complete");
        let status =
            unsafe { start(self.as_raw(), std::ptr::null_mut(), &raw, Repeated::child(self.shared(), each), &mut id) };
        Error::check(status, "The child process was not started; the log says why.").map(|()| Child(id))
    }

    /// Writes to the standard input of a child; the bytes are copied. `ResourceExhausted` when 1 MiB waits.
    pub fn write_to_child(&self, child: Child, bytes: &[u8]) -> Result<(), Error> {
        let write = self.spawn_table()?.write.expect("the table of functions is complete");
        let status = unsafe { write(self.as_raw(), child.0, text::lend(bytes)) };
        Error::check(status, "The child takes no input now.")
    }

    /// Closes the standard input of a child once all is written.
    pub fn close_child_input(&self, child: Child) -> Result<(), Error> {
        let close = self.spawn_table()?.close_input.expect("the table of functions is complete");
        Error::check(unsafe { close(self.as_raw(), child.0) }, "The child has ended already.")
    }

    /// Sends a signal to a child and its children.
    pub fn signal_child(&self, child: Child, signal: i32) -> Result<(), Error> {
        let send = self.spawn_table()?.signal.expect("the table of functions is complete");
        Error::check(unsafe { send(self.as_raw(), child.0, signal) }, "The child has ended already.")
    }

    /// Stops or resumes reading what a child writes, so that it waits when its pipe is full.
    pub fn pause_child(&self, child: Child, paused: bool) -> Result<(), Error> {
        let pause = self.spawn_table()?.pause.expect("the table of functions is complete");
        Error::check(unsafe { pause(self.as_raw(), child.0, paused as u8) }, "The child has ended already.")
    }

    /// Tells of changes of a file, or of the entries of a folder (not of its subfolders), until [`Host::unwatch`] or the
    /// stop of the plugin. `each` gets the name of the entry. `path` is absolute.
    pub fn watch(&self, path: &str, each: impl FnMut(&str, FileChange) + 'static) -> Result<FileWatch, Error> {
        let table: &sys::orch_fs_watch = self.table(sys::ORCH_EXT_FS_WATCH)?;
        let start = table.start.expect("the table of functions is complete");
        let (path, callback) = (text::lend(path.as_bytes()), Repeated::watch(self.shared(), each));
        let mut id = 0;
        let status = unsafe { start(self.as_raw(), std::ptr::null_mut(), path, callback, &mut id) };
        Error::check(status, "The path cannot be watched; the log says why.").map(|()| FileWatch(id))
    }

    /// Ends a watch.
    pub fn unwatch(&self, watch: FileWatch) -> Result<(), Error> {
        let table: &sys::orch_fs_watch = self.table(sys::ORCH_EXT_FS_WATCH)?;
        let stop = table.stop.expect("the table of functions is complete");
        Error::check(unsafe { stop(self.as_raw(), watch.0) }, "The watch has ended already.")
    }

    /// Sends a request to a server elsewhere; `done` gets the reply, or why there is none: exactly once, on the loop, never
    /// before `send` returns. Redirects are not followed. Addresses of private networks and of this machine are refused
    /// unless the configuration lists them (`host.httpClient.allow`).
    pub fn send(
        &self,
        request: &WebRequest,
        done: impl FnOnce(Result<WebReply<'_>, Error>) + 'static,
    ) -> Result<SentRequest, Error> {
        let table: &sys::orch_http_client = self.table(sys::ORCH_EXT_HTTP_CLIENT)?;
        let mut done = Some(done);
        let callback = Repeated::reply(self.shared(), move |reply: Result<WebReply<'_>, Error>| {
            if let Some(done) = done.take() {
                done(reply);
            }
        });
        let send = table.send.expect("the table of functions is complete");
        let mut id = 0;
        request.lend(|raw| unsafe { send(self.as_raw(), raw, callback, &mut id) });
        Ok(SentRequest(id))
    }

    /// Sends a request whose reply is told in parts while it comes, such as a stream of events; `each` gets them on the
    /// loop. For the rest see [`Host::send`].
    pub fn open(
        &self,
        request: &WebRequest,
        each: impl FnMut(WebEvent<'_>) + 'static,
    ) -> Result<SentRequest, Error> {
        let table: &sys::orch_http_client = self.table(sys::ORCH_EXT_HTTP_CLIENT)?;
        let open = table.open.expect("the table of functions is complete");
        let callback = Repeated::parts(self.shared(), each);
        let mut id = 0;
        request.lend(|raw| unsafe { open(self.as_raw(), raw, callback, &mut id) });
        Ok(SentRequest(id))
    }

    /// Stops or resumes the parts of an opened request, so that the server waits.
    pub fn pause_request(&self, request: SentRequest, paused: bool) -> Result<(), Error> {
        let table: &sys::orch_http_client = self.table(sys::ORCH_EXT_HTTP_CLIENT)?;
        let pause = table.pause.expect("the table of functions is complete");
        Error::check(unsafe { pause(self.as_raw(), request.0, paused as u8) }, "The request has been answered already.")
    }

    /// Gives up a request: its reply is `Cancelled`.
    pub fn cancel_request(&self, request: SentRequest) -> Result<(), Error> {
        let table: &sys::orch_http_client = self.table(sys::ORCH_EXT_HTTP_CLIENT)?;
        let cancel = table.cancel.expect("the table of functions is complete");
        Error::check(unsafe { cancel(self.as_raw(), request.0) }, "The request has been answered already.")
    }

    fn spawn_table(&self) -> Result<&'static sys::orch_spawn, Error> {
        self.table(sys::ORCH_EXT_SPAWN).map_err(|_| {
            Error::new(Status::PermissionDenied, "Child processes need the permission \"spawn\" in plugin.json.")
        })
    }
}

impl WebRequest {
    /// The request as the C header spells it.
    fn lend(&self, body: impl FnOnce(&sys::orch_http_request)) {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| format!("{}: {}", name, value)).collect();
        let lent: Vec<_> = headers.iter().map(|header| text::lend(header.as_bytes())).collect();
        body(&sys::orch_http_request {
            size: size_of::<sys::orch_http_request>() as u32,
            flags: 0,
            method: text::lend(self.method.as_bytes()),
            url: text::lend(self.url.as_bytes()),
            headers: lent.as_ptr(),
            n_headers: lent.len(),
            body: text::lend(&self.body),
            timeout_ms: self.timeout.map_or(0, millis),
            body_bytes_max: self.body_limit,
        });
    }
}

/// Milliseconds for the host, for which 0 stands for no limit.
fn millis(duration: Duration) -> i64 {
    duration.as_millis().clamp(1, i64::MAX as u128) as i64
}

fn c_strings(texts: impl Iterator<Item = String>) -> Result<Vec<CString>, Error> {
    let strings = texts.map(CString::new).collect::<Result<_, _>>();
    strings.map_err(|_| Error::invalid_argument("A command has a NUL in its arguments, folder or environment."))
}

/// A list that ends with NULL, valid as long as `strings`.
fn pointers(strings: &[CString]) -> Vec<*const std::os::raw::c_char> {
    strings.iter().map(|string| string.as_ptr()).chain(std::iter::once(std::ptr::null())).collect()
}

impl<F: FnMut(ChildEvent<'_>) + 'static> Repeated<F> {
    fn child(host: SharedHost, run: F) -> sys::orch_child_cb {
        sys::orch_child_cb {
            output: Some(Self::output),
            exited: Some(Self::exited),
            ud: Self::leak(host, run),
            release: Some(Self::release),
        }
    }

    unsafe extern "C" fn output(ud: *mut c_void, stream: u32, data: sys::orch_str) {
        let (repeated, data) = unsafe { (&*(ud as *const Repeated<F>), text::bytes(data)) };
        let event = if stream == 1 { ChildEvent::Output(data) } else { ChildEvent::Errors(data) };
        guard(repeated.host, "a child's output", || (repeated.run.borrow_mut())(event));
    }

    unsafe extern "C" fn exited(ud: *mut c_void, status: i64, signal: i32) {
        let repeated = unsafe { &*(ud as *const Repeated<F>) };
        guard(repeated.host, "a child's end", || (repeated.run.borrow_mut())(ChildEvent::Exited { status, signal }));
    }
}

impl<F: FnMut(&str, FileChange) + 'static> Repeated<F> {
    fn watch(host: SharedHost, run: F) -> sys::orch_fs_cb {
        sys::orch_fs_cb { r#fn: Some(Self::change), ud: Self::leak(host, run), release: Some(Self::release) }
    }

    unsafe extern "C" fn change(ud: *mut c_void, name: sys::orch_str, changes: u32) {
        let (repeated, name) = unsafe { (&*(ud as *const Repeated<F>), text::bytes(name)) };
        // Names of files are bytes; what is not UTF-8 is repaired.
        let name = String::from_utf8_lossy(name);
        let change =
            FileChange { renamed: changes & sys::ORCH_FS_RENAMED != 0, changed: changes & sys::ORCH_FS_CHANGED != 0 };
        guard(repeated.host, "a file watch", || (repeated.run.borrow_mut())(&name, change));
    }
}

impl<F: FnMut(Result<WebReply<'_>, Error>) + 'static> Repeated<F> {
    fn reply(host: SharedHost, run: F) -> sys::orch_http_cb {
        sys::orch_http_cb { r#fn: Some(Self::replied), ud: Self::leak(host, run), release: Some(Self::release) }
    }

    unsafe extern "C" fn replied(ud: *mut c_void, reply: *const sys::orch_http_reply) {
        let (repeated, reply) = unsafe { (&*(ud as *const Repeated<F>), &*reply) };
        let (headers, body, message) =
            unsafe { (text::bytes(reply.headers), text::bytes(reply.body), text::bytes(reply.message)) };
        // Servers may send any bytes as headers; what is not UTF-8 is repaired.
        let (headers, message) = (String::from_utf8_lossy(headers), String::from_utf8_lossy(message));
        let result = match reply.status {
            sys::ORCH_OK => Ok(WebReply { code: reply.code as u16, headers: &headers, body }),
            status => Err(Error::new(Status::from_raw(status), message)),
        };
        guard(repeated.host, "an HTTP reply", || (repeated.run.borrow_mut())(result));
    }
}

impl<F: FnMut(WebEvent<'_>) + 'static> Repeated<F> {
    fn parts(host: SharedHost, run: F) -> sys::orch_http_parts_cb {
        sys::orch_http_parts_cb {
            head: Some(Self::head),
            part: Some(Self::part),
            end: Some(Self::end),
            ud: Self::leak(host, run),
            release: Some(Self::release),
        }
    }

    unsafe extern "C" fn head(ud: *mut c_void, code: i32, headers: sys::orch_str) {
        let (repeated, headers) = unsafe { (&*(ud as *const Repeated<F>), text::bytes(headers)) };
        let headers = String::from_utf8_lossy(headers);
        let event = WebEvent::Head(WebReply { code: code as u16, headers: &headers, body: &[] });
        guard(repeated.host, "the head of an HTTP reply", || (repeated.run.borrow_mut())(event));
    }

    unsafe extern "C" fn part(ud: *mut c_void, bytes: sys::orch_str) {
        let (repeated, bytes) = unsafe { (&*(ud as *const Repeated<F>), text::bytes(bytes)) };
        guard(repeated.host, "a part of an HTTP reply", || (repeated.run.borrow_mut())(WebEvent::Part(bytes)));
    }

    unsafe extern "C" fn end(ud: *mut c_void, status: sys::orch_status, message: sys::orch_str) {
        let (repeated, message) = unsafe { (&*(ud as *const Repeated<F>), text::bytes(message)) };
        let result = match status {
            sys::ORCH_OK => Ok(()),
            status => Err(Error::new(Status::from_raw(status), String::from_utf8_lossy(message))),
        };
        guard(repeated.host, "the end of an HTTP reply", || (repeated.run.borrow_mut())(WebEvent::End(result)));
    }
}
