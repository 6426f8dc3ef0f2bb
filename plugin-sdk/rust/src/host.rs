//! What the host does for a plugin.

use std::cell::RefCell;
use std::ffi::{c_void, CStr};
use std::marker::PhantomData;
use std::mem::size_of;
use std::ops::Deref;
use std::ptr::NonNull;
use std::time::Duration;

use crate::barrier::guard;
use crate::context::{self, Context};
use crate::document::Document;
use crate::json::Json;
use crate::status::{Error, Status};
use crate::sys::{self, orch_host, orch_task};
use crate::text;

/// The severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Every step.
    Trace = sys::ORCH_LOG_TRACE as isize,
    /// For the plugin's authors.
    Debug = sys::ORCH_LOG_DEBUG as isize,
    /// Worth knowing.
    Info = sys::ORCH_LOG_INFO as isize,
    /// Something is not as it should be, and work goes on.
    Warn = sys::ORCH_LOG_WARN as isize,
    /// Something failed.
    Error = sys::ORCH_LOG_ERROR as isize,
}

/// The host, for every thread. Valid until the process ends.
#[derive(Clone, Copy)]
pub struct SharedHost {
    raw: NonNull<orch_host>,
}

// SAFETY: the methods are the verbs that the ABI allows on any thread.
unsafe impl Send for SharedHost {}
unsafe impl Sync for SharedHost {}

/// The host, on its loop thread. All of [`SharedHost`] is here too.
#[derive(Clone, Copy)]
pub struct Host {
    shared: SharedHost,
    on_loop: PhantomData<*const ()>,
}

impl Deref for Host {
    type Target = SharedHost;

    fn deref(&self) -> &SharedHost {
        &self.shared
    }
}

/// Facts about the host and the plugin's place in it.
#[derive(Clone, Copy, Debug)]
pub struct HostInfo {
    /// Whether the host checks threads and tells faults loudly.
    pub debug: bool,
    /// Version of the host.
    pub version: &'static str,
    /// Id of the plugin.
    pub plugin_id: &'static str,
    /// The folder of `plugin.json`: for assets, read only.
    pub plugin_dir: &'static str,
    /// The host's storage folder.
    pub storage_dir: &'static str,
}

impl SharedHost {
    /// # Safety
    /// `raw` must be what the host gave to the plugin.
    pub(crate) unsafe fn from_raw(raw: *mut orch_host) -> SharedHost {
        SharedHost { raw: NonNull::new(raw).expect("the host passes itself") }
    }

    /// The host itself, for use with [`crate::sys`].
    pub fn as_raw(&self) -> *mut orch_host {
        self.raw.as_ptr()
    }

    /// Facts about the host and the plugin's place in it.
    pub fn info(&self) -> HostInfo {
        unsafe {
            let mut info: sys::orch_host_info = std::mem::zeroed();
            info.size = size_of::<sys::orch_host_info>() as u32;
            verb!(self.as_raw(), info(&mut info));
            HostInfo {
                debug: info.debug != 0,
                version: text::text(info.version),
                plugin_id: text::text(info.plugin_id),
                plugin_dir: text::text(info.plugin_dir),
                storage_dir: text::text(info.storage_dir),
            }
        }
    }

    /// The host for the loop thread, when this is it.
    pub fn on_loop(&self) -> Option<Host> {
        let here = unsafe { verb!(self.as_raw(), on_thread(sys::ORCH_THREAD_LOOP)) };
        // SAFETY: just checked.
        (here != 0).then(|| unsafe { Host::new(*self) })
    }

    /// Writes a log line.
    pub fn log(&self, level: Level, message: &str) {
        let message = text::lend(message.as_bytes());
        unsafe { verb!(self.as_raw(), log(level as u32, message, text::EMPTY)) };
    }

    /// Writes a log line with fields, a JSON object.
    pub fn log_fields(&self, level: Level, message: &str, fields: &Json) {
        let fields = text::lend(fields.as_bytes());
        unsafe { verb!(self.as_raw(), log(level as u32, text::lend(message.as_bytes()), fields)) };
    }

    /// Runs `run` on the loop, never before `post` returns. It runs even when the plugin was stopped meanwhile; when
    /// the host ends first, it is dropped.
    pub fn post(&self, run: impl FnOnce(Host) + Send + 'static) {
        unsafe { verb!(self.as_raw(), post(task(*self, run))) };
    }

    /// Publishes an ephemeral event. `ResourceExhausted` when 65,536 events wait.
    pub fn publish<'c>(
        &self,
        context: impl Into<Option<&'c Context<'c>>>,
        topic: &str,
        data: &Json,
    ) -> Result<(), Error> {
        let (topic, data) = (text::lend(topic.as_bytes()), text::lend(data.as_bytes()));
        let status = unsafe { verb!(self.as_raw(), publish(context::raw(context), topic, data)) };
        Error::check(status, "The event was not published.")
    }

    pub(crate) fn done(&self, token: u64, result: Result<(), Error>) {
        let (status, message) = match &result {
            Ok(()) => (sys::ORCH_OK, text::EMPTY),
            Err(error) => (error.status.raw(), text::lend(error.message.as_bytes())),
        };
        // A token that timed out is answered with a status that nobody could act upon.
        unsafe { verb!(self.as_raw(), done(token, status, message)) };
    }
}

/// One event, or a gap in the stream of events.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Something happened.
    Happened {
        /// Its place in the durable log; `None` for an ephemeral event.
        seq: Option<u64>,
        /// When, in milliseconds since 1970, UTC.
        time_ms: i64,
        /// Its topic, `task:created`.
        topic: &'a str,
        /// The publishing plugin.
        source: &'a str,
        /// Who acted, as `kind:id`.
        actor: &'a str,
        /// One JSON text.
        data: &'a str,
    },
    /// What was asked for is no longer kept: read the state again and go on from here.
    Resync {
        /// The newest durable event.
        seq: u64,
        /// The id of the durable log.
        log: &'a str,
    },
    /// Events did not reach this subscriber.
    Lost {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
}

/// From where a subscription replays the durable log.
#[derive(Clone, Copy, Debug)]
pub struct Since<'a> {
    /// The last event that is known.
    pub seq: u64,
    /// The log that it belongs to.
    pub log: &'a str,
}

/// A subscription, and where the durable log stood when it began.
#[derive(Clone, Copy, Debug)]
pub struct Subscription {
    id: u64,
    /// The newest durable event.
    pub seq: u64,
    /// The oldest one that can be replayed.
    pub low: u64,
    /// The id of the durable log.
    pub log: &'static str,
}

/// A running timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer(u64);

impl Host {
    /// # Safety
    /// Only on the loop thread.
    pub(crate) unsafe fn new(shared: SharedHost) -> Host {
        Host { shared, on_loop: PhantomData }
    }

    /// The host for other threads.
    pub fn shared(&self) -> SharedHost {
        self.shared
    }

    /// The function table of an extension, or null: a normal answer. See [`crate::sys`] for the tables.
    pub fn extension(&self, id: &CStr) -> *const c_void {
        unsafe { verb!(self.as_raw(), extension(id.as_ptr())) }
    }

    /// Calls `each` for every event whose topic matches one of `topics` (`task:*`), after a replay from `since` if that
    /// is given. Ends at [`Host::unsubscribe`], or when the plugin stops.
    pub fn subscribe(
        &self,
        topics: &[&str],
        since: Option<Since<'_>>,
        each: impl FnMut(Event<'_>) + 'static,
    ) -> Result<Subscription, Error> {
        let topics: Vec<_> = topics.iter().map(|topic| text::lend(topic.as_bytes())).collect();
        let wish = sys::orch_subscribe {
            size: size_of::<sys::orch_subscribe>() as u32,
            flags: if since.is_some() { sys::ORCH_SUBSCRIBE_SINCE } else { 0 },
            topics: topics.as_ptr(),
            n_topics: topics.len(),
            since: since.map_or(0, |since| since.seq),
            log: since.map_or(text::EMPTY, |since| text::lend(since.log.as_bytes())),
        };
        unsafe {
            let mut out: sys::orch_subscription = std::mem::zeroed();
            out.size = size_of::<sys::orch_subscription>() as u32;
            let status = verb!(
                self.as_raw(),
                subscribe(std::ptr::null_mut(), &wish, Repeated::event(self.shared, each), &mut out)
            );
            Error::check(status, "The subscription was refused; the log says why.")?;
            Ok(Subscription { id: out.id, seq: out.seq, low: out.low, log: text::text(out.log) })
        }
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, subscription: Subscription) -> Result<(), Error> {
        let status = unsafe { verb!(self.as_raw(), unsubscribe(subscription.id)) };
        Error::check(status, "The subscription has ended already.")
    }

    /// Calls `run` after `delay`, and then every `repeat` unless that is `None`, until [`Host::stop_timer`] or the stop
    /// of the plugin.
    pub fn timer(
        &self,
        delay: Duration,
        repeat: Option<Duration>,
        run: impl FnMut() + 'static,
    ) -> Result<Timer, Error> {
        let table: &sys::orch_timer = self.table(sys::ORCH_EXT_TIMER)?;
        let (delay, repeat) = (millis(delay), repeat.map_or(0, |every| millis(every).max(1)));
        let mut id = 0;
        let start = table.start.expect("the table of functions is complete");
        let status = unsafe { start(self.as_raw(), delay, repeat, Repeated::timer(self.shared, run), &mut id) };
        Error::check(status, "The timer was refused.").map(|()| Timer(id))
    }

    /// Stops a timer. `FailedPrecondition` when it has fired for the last time.
    pub fn stop_timer(&self, timer: Timer) -> Result<(), Error> {
        let table: &sys::orch_timer = self.table(sys::ORCH_EXT_TIMER)?;
        let status = unsafe { table.stop.expect("the table of functions is complete")(self.as_raw(), timer.0) };
        Error::check(status, "The timer has ended already.")
    }

    /// Says how far something long has come: `done` of `total`, which is 0 when nobody knows. Each report that is further
    /// than the last gives the plugin's start, and those who wait for it to start, their whole time limit anew.
    pub fn progress(&self, what: &str, done: u64, total: u64) -> Result<(), Error> {
        let table: &sys::orch_progress = self.table(sys::ORCH_EXT_PROGRESS)?;
        let report = table.report.expect("the table of functions is complete");
        unsafe { report(self.as_raw(), done, total, text::lend(what.as_bytes())) };
        Ok(())
    }

    /// Runs `run` on a thread of the worker pool, then `done` on the loop: with its result, with `Cancelled` when it
    /// never ran, or with `Internal` when it panicked.
    pub fn work<T: Send + 'static>(
        &self,
        run: impl FnOnce() -> T + Send + 'static,
        done: impl FnOnce(Result<T, Error>) + 'static,
    ) -> Result<(), Error> {
        let table: &sys::orch_work = self.table(sys::ORCH_EXT_WORK)?;
        let submit = table.submit.expect("the table of functions is complete");
        let status = unsafe { submit(self.as_raw(), job(self.shared, run, done), std::ptr::null_mut()) };
        Error::check(status, "65,536 jobs wait for a worker already; try again later.")
    }

    /// Parses a JSON text, such as the configuration.
    pub fn parse(&self, json: &str) -> Result<Document, Error> {
        Document::parse(self.table(sys::ORCH_EXT_JSON)?, json)
    }

    /// The table of an extension of the host, which never goes away.
    pub(crate) fn table<T>(&self, id: *const std::os::raw::c_char) -> Result<&'static T, Error> {
        let table = unsafe { verb!(self.as_raw(), extension(id)) } as *const T;
        unsafe { table.as_ref() }.ok_or_else(|| {
            let id = unsafe { CStr::from_ptr(id) }.to_string_lossy();
            Error::new(Status::Unimplemented, format!("This host has no extension {}.", id))
        })
    }
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis().min(u64::MAX as u128) as u64
}

/// A task that calls `run` at most once.
pub(crate) fn task<F: FnOnce(Host) + 'static>(host: SharedHost, run: F) -> orch_task {
    struct Once<F> {
        host: SharedHost,
        run: Option<F>,
    }
    unsafe extern "C" fn run_once<F: FnOnce(Host)>(ud: *mut c_void) {
        let once = unsafe { &mut *(ud as *mut Once<F>) };
        if let Some(run) = once.run.take() {
            // SAFETY: the host runs tasks on the loop.
            guard(once.host, "a task", || run(unsafe { Host::new(once.host) }));
        }
    }
    unsafe extern "C" fn release<F>(ud: *mut c_void) {
        let once = unsafe { Box::from_raw(ud as *mut Once<F>) };
        guard(once.host, "the end of a task", || drop(once.run));
    }
    let ud = Box::into_raw(Box::new(Once { host, run: Some(run) })) as *mut c_void;
    orch_task { r#fn: Some(run_once::<F>), ud, release: Some(release::<F>) }
}

/// A callback that is called any number of times.
pub(crate) struct Repeated<F> {
    pub(crate) host: SharedHost,
    pub(crate) run: RefCell<F>,
}

impl<F: 'static> Repeated<F> {
    pub(crate) fn leak(host: SharedHost, run: F) -> *mut c_void {
        Box::into_raw(Box::new(Repeated { host, run: RefCell::new(run) })) as *mut c_void
    }

    pub(crate) unsafe extern "C" fn release(ud: *mut c_void) {
        let repeated = unsafe { Box::from_raw(ud as *mut Repeated<F>) };
        guard(repeated.host, "the end of a callback", || drop(repeated.run));
    }
}

impl<F: FnMut() + 'static> Repeated<F> {
    fn timer(host: SharedHost, run: F) -> orch_task {
        orch_task { r#fn: Some(Self::fire), ud: Self::leak(host, run), release: Some(Self::release) }
    }

    unsafe extern "C" fn fire(ud: *mut c_void) {
        let repeated = unsafe { &*(ud as *const Repeated<F>) };
        guard(repeated.host, "a timer", || (repeated.run.borrow_mut())());
    }
}

impl<F: FnMut(Event<'_>) + 'static> Repeated<F> {
    fn event(host: SharedHost, run: F) -> sys::orch_event_cb {
        sys::orch_event_cb { r#fn: Some(Self::deliver), ud: Self::leak(host, run), release: Some(Self::release) }
    }

    unsafe extern "C" fn deliver(ud: *mut c_void, event: *const sys::orch_event) {
        let (repeated, event) = unsafe { (&*(ud as *const Repeated<F>), &*event) };
        guard(repeated.host, "a subscription", || {
            let event = match unsafe { Event::from_raw(event) } {
                Some(event) => event,
                None => return,
            };
            (repeated.run.borrow_mut())(event);
        });
    }
}

impl<'a> Event<'a> {
    /// The event, or `None` for a kind that this crate does not know.
    unsafe fn from_raw(event: &'a sys::orch_event) -> Option<Event<'a>> {
        unsafe {
            match event.kind {
                sys::ORCH_EVENT => Some(Event::Happened {
                    seq: Some(event.seq).filter(|&seq| seq != 0),
                    time_ms: event.time_ms,
                    topic: text::text(event.topic),
                    source: text::text(event.source),
                    actor: text::text(event.actor),
                    data: text::text(event.data),
                }),
                sys::ORCH_EVENT_RESYNC => Some(Event::Resync { seq: event.seq, log: text::text(event.log) }),
                sys::ORCH_EVENT_LOST => Some(Event::Lost { from: event.from, to: event.seq }),
                _ => None,
            }
        }
    }
}

/// A job for the worker pool. `done` stays on the loop: it is made, called and dropped there.
fn job<T, R, D>(host: SharedHost, run: R, done: D) -> sys::orch_job
where
    T: Send + 'static,
    R: FnOnce() -> T + Send + 'static,
    D: FnOnce(Result<T, Error>) + 'static,
{
    struct Job<T, R, D> {
        host: SharedHost,
        run: Option<R>,
        result: Option<T>,
        done: Option<D>,
    }
    unsafe extern "C" fn run_job<T, R: FnOnce() -> T, D>(ud: *mut c_void) {
        let job = unsafe { &mut *(ud as *mut Job<T, R, D>) };
        if let Some(run) = job.run.take() {
            job.result = guard(job.host, "a job", run);
        }
    }
    unsafe extern "C" fn done_job<T, R, D: FnOnce(Result<T, Error>)>(ud: *mut c_void, status: sys::orch_status) {
        let job = unsafe { &mut *(ud as *mut Job<T, R, D>) };
        let result = match (status, job.result.take()) {
            (sys::ORCH_OK, Some(value)) => Ok(value),
            (sys::ORCH_OK, None) => Err(Error::internal("The job panicked; the log says more.")),
            (status, _) => Err(Error::new(Status::from_raw(status), "The job did not run.")),
        };
        if let Some(done) = job.done.take() {
            guard(job.host, "the end of a job", || done(result));
        }
    }
    unsafe extern "C" fn release<T, R, D>(ud: *mut c_void) {
        let job = unsafe { Box::from_raw(ud as *mut Job<T, R, D>) };
        guard(job.host, "the end of a job", || drop((job.run, job.result, job.done)));
    }
    let ud =
        Box::into_raw(Box::new(Job::<T, R, D> { host, run: Some(run), result: None, done: Some(done) })) as *mut c_void;
    sys::orch_job {
        run: Some(run_job::<T, R, D>),
        done: Some(done_job::<T, R, D>),
        ud,
        release: Some(release::<T, R, D>),
    }
}
