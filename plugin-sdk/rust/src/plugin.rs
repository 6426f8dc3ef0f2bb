//! A plugin and its life.

use std::ffi::{c_void, CStr};
use std::marker::PhantomData;
use std::mem::size_of;
use std::os::raw::c_char;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, Once};
use std::time::Duration;

use crate::barrier::{self, guard};
use crate::context::Context;
use crate::declare::Declaration;
use crate::freeze;
use crate::host::{Host, SharedHost};
use crate::status::Error;
use crate::sys::{self, orch_buf, orch_ctx, orch_host, orch_plugin, orch_reconfigure, orch_status, orch_str};
use crate::text;

/// A plugin: what it declares and how it lives. All functions run on the loop; none may take longer than 10 ms.
pub trait Plugin: Sized + 'static {
    /// What the plugin offers. Called once.
    fn declare() -> Declaration<Self>;

    /// Makes an instance, without waiting for anything. `config` is the validated configuration, a JSON object (read it
    /// with [`Host::parse`]); `state` is what [`Plugin::save`] of the previous generation gave, or empty.
    fn create(host: Host, config: &str, state: &[u8]) -> Result<Self, Error>;

    /// Begins to work: everything that the plugin requires is started.
    fn start(&self, done: Done) {
        done.finish(Ok(()));
    }

    /// How it goes: an error is shown in `/health` and makes the plugin degraded.
    fn health(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Takes another configuration while it runs: the whole of it, validated. The schema marks what may change so with
    /// `"x-runtime": true`. On an error the old one stands; when something else refuses the same change, the old one comes
    /// by a second call. Without this function a change takes a restart.
    fn reconfigure(&self, config: &str) -> Result<(), Error> {
        let _ = config;
        Err(Error::failed_precondition("It takes its configuration at its start alone; restart the host."))
    }

    /// New work no longer comes; finish what is under way within `deadline`.
    fn drain(&self, deadline: Duration, done: Done) {
        let _ = deadline;
        done.finish(Ok(()));
    }

    /// Ends all work. Subscriptions and timers are ended by the host.
    fn stop(&self, done: Done) {
        done.finish(Ok(()));
    }

    /// Hands over state to the next generation.
    fn save(&self) -> Result<Vec<u8>, Error> {
        Ok(Vec::new())
    }
}

/// Completes `start`, `drain` or `stop`, from any thread. Dropping it completes with `Internal`.
pub struct Done {
    host: SharedHost,
    token: u64,
}

impl Done {
    /// Completes.
    pub fn finish(self, result: Result<(), Error>) {
        self.host.done(self.token, result);
        std::mem::forget(self);
    }
}

impl Drop for Done {
    fn drop(&mut self) {
        self.host.done(self.token, Err(Error::internal("The step was given up without an outcome.")));
    }
}

/// What `self` points to.
pub(crate) struct Instance<P> {
    pub(crate) host: SharedHost,
    pub(crate) plugin: P,
}

/// Makes the one function that the library exports, `orch_plugin_two_words` for
/// `export_plugin!(two_words: TwoWords)`. The id of the plugin is the symbol with `-` for `_`; its version is that of
/// the package.
#[macro_export]
macro_rules! export_plugin {
    ($symbol:ident: $plugin:ty) => {
        #[cfg(panic = "abort")]
        compile_error!("a plugin needs panic = \"unwind\": with \"abort\" a panic would end the host");

        #[doc(hidden)]
        #[export_name = concat!("orch_plugin_", stringify!($symbol))]
        pub extern "C" fn orchestron_entry(_: *mut $crate::sys::orch_host) -> *const $crate::sys::orch_plugin {
            static ENTRY: $crate::Entry = $crate::Entry::new();
            ENTRY.descriptor::<$plugin>(stringify!($symbol), env!("CARGO_PKG_VERSION"))
        }
    };
}

/// The descriptor of a library, made at the first call of the entry function.
#[doc(hidden)]
pub struct Entry {
    once: Once,
    descriptor: AtomicPtr<orch_plugin>,
}

/// Why `create` refuses: what was wrong with the declarations. A library is one plugin.
static REFUSAL: Mutex<String> = Mutex::new(String::new());

impl Entry {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Entry {
        Entry { once: Once::new(), descriptor: AtomicPtr::new(std::ptr::null_mut()) }
    }

    pub fn descriptor<P: Plugin>(&self, symbol: &'static str, version: &'static str) -> *const orch_plugin {
        self.once.call_once(|| {
            let made = catch_unwind(|| describe::<P>(symbol, version))
                .unwrap_or_else(|payload| Err(format!("declare panicked: {}", barrier::message(payload))));
            let descriptor = made.unwrap_or_else(|problem| refusing(symbol, version, problem));
            self.descriptor.store(Box::into_raw(Box::new(descriptor)), Ordering::Release);
        });
        self.descriptor.load(Ordering::Acquire)
    }
}

fn empty(symbol: &str, version: &str) -> Result<orch_plugin, freeze::Refusal> {
    Ok(orch_plugin {
        size: size_of::<orch_plugin>() as u32,
        magic: sys::ORCH_MAGIC,
        abi_major: sys::ORCH_ABI_MAJOR,
        abi_minor: 0,
        flags: 0,
        id: freeze::text(&symbol.replace('_', "-"))?,
        version: freeze::text(version)?,
        services: std::ptr::null(),
        n_services: 0,
        topics: std::ptr::null(),
        n_topics: 0,
        create: Some(refuse),
        start: None,
        health: None,
        drain: None,
        stop: None,
        save: None,
        destroy: None,
        extension: None,
    })
}

fn describe<P: Plugin>(symbol: &str, version: &str) -> Result<orch_plugin, freeze::Refusal> {
    let declaration = P::declare();
    let services = freeze::services(declaration.services)?;
    let topics = freeze::topics(declaration.topics)?;
    Ok(orch_plugin {
        services: services.as_ptr(),
        n_services: services.len(),
        topics: topics.as_ptr(),
        n_topics: topics.len(),
        create: Some(create::<P>),
        start: Some(start::<P>),
        health: Some(health::<P>),
        drain: Some(drain::<P>),
        stop: Some(stop::<P>),
        save: Some(save::<P>),
        destroy: Some(destroy::<P>),
        extension: Some(extension::<P>),
        ..empty(symbol, version)?
    })
}

/// A plugin with faulty declarations: the host gets a reason from `create`.
fn refusing(symbol: &str, version: &str, problem: String) -> orch_plugin {
    *REFUSAL.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = problem;
    empty(symbol, version).expect("an identifier and a version contain no NUL")
}

unsafe extern "C" fn refuse(
    _: *mut orch_host,
    ctx: *mut orch_ctx,
    _: orch_str,
    _: orch_str,
    _: *mut *mut c_void,
) -> orch_status {
    let problem = REFUSAL.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
    unsafe { Context::from_raw(ctx) }
        .fail(&Error::failed_precondition(format!("The declarations are wrong: {}.", problem)))
}

unsafe extern "C" fn create<P: Plugin>(
    host: *mut orch_host,
    ctx: *mut orch_ctx,
    config: orch_str,
    state: orch_str,
    out: *mut *mut c_void,
) -> orch_status {
    let host = unsafe { SharedHost::from_raw(host) };
    let made = guard(host, "create", || {
        // SAFETY: the host calls this on the loop; the texts are valid during the call.
        unsafe { P::create(Host::new(host), text::text(config), text::bytes(state)) }
    });
    let context = unsafe { Context::from_raw(ctx) };
    match made {
        Some(Ok(plugin)) => {
            unsafe { out.write(Box::into_raw(Box::new(Instance { host, plugin })) as *mut c_void) };
            sys::ORCH_OK
        }
        Some(Err(error)) => context.fail(&error),
        None => context.fail(&Error::internal("create failed in an unexpected way; the log says more.")),
    }
}

/// The instance that the host passes as `self`.
unsafe fn instance<'a, P>(this: *mut c_void) -> &'a Instance<P> {
    unsafe { &*(this as *const Instance<P>) }
}

unsafe extern "C" fn start<P: Plugin>(this: *mut c_void, token: u64) {
    let Instance { host, plugin } = unsafe { instance::<P>(this) };
    guard(*host, "start", || plugin.start(Done { host: *host, token }));
}

unsafe extern "C" fn health<P: Plugin>(this: *mut c_void, ctx: *mut orch_ctx) -> orch_status {
    let Instance { host, plugin } = unsafe { instance::<P>(this) };
    let context = unsafe { Context::from_raw(ctx) };
    match guard(*host, "health", || plugin.health()) {
        Some(Ok(())) => sys::ORCH_OK,
        Some(Err(error)) => context.fail(&error),
        None => context.fail(&Error::internal("health failed in an unexpected way; the log says more.")),
    }
}

/// The tables of the extensions that every plugin provides.
struct Tables<P>(PhantomData<P>);

impl<P: Plugin> Tables<P> {
    const RECONFIGURE: &'static orch_reconfigure = &orch_reconfigure {
        size: size_of::<orch_reconfigure>() as u32,
        reserved: 0,
        reconfigure: Some(reconfigure::<P>),
    };
}

unsafe extern "C" fn extension<P: Plugin>(_: *mut c_void, id: *const c_char) -> *const c_void {
    // SAFETY: both are C strings; the host's lives as long as the call.
    let is_reconfigure = unsafe { CStr::from_ptr(id) == CStr::from_ptr(sys::ORCH_EXT_RECONFIGURE) };
    if is_reconfigure {
        Tables::<P>::RECONFIGURE as *const orch_reconfigure as *const c_void
    } else {
        std::ptr::null()
    }
}

unsafe extern "C" fn reconfigure<P: Plugin>(this: *mut c_void, ctx: *mut orch_ctx, config: orch_str) -> orch_status {
    let Instance { host, plugin } = unsafe { instance::<P>(this) };
    let context = unsafe { Context::from_raw(ctx) };
    // SAFETY: the text is valid during the call.
    match guard(*host, "reconfigure", || plugin.reconfigure(unsafe { text::text(config) })) {
        Some(Ok(())) => sys::ORCH_OK,
        Some(Err(error)) => context.fail(&error),
        None => context.fail(&Error::internal("reconfigure failed in an unexpected way; the log says more.")),
    }
}

unsafe extern "C" fn drain<P: Plugin>(this: *mut c_void, token: u64, deadline_ms: i64) {
    let Instance { host, plugin } = unsafe { instance::<P>(this) };
    let deadline = Duration::from_millis(deadline_ms.max(0) as u64);
    guard(*host, "drain", || plugin.drain(deadline, Done { host: *host, token }));
}

unsafe extern "C" fn stop<P: Plugin>(this: *mut c_void, token: u64) {
    let Instance { host, plugin } = unsafe { instance::<P>(this) };
    guard(*host, "stop", || plugin.stop(Done { host: *host, token }));
}

unsafe extern "C" fn save<P: Plugin>(this: *mut c_void, ctx: *mut orch_ctx, out: *mut orch_buf) -> orch_status {
    let Instance { host, plugin } = unsafe { instance::<P>(this) };
    let context = unsafe { Context::from_raw(ctx) };
    match guard(*host, "save", || plugin.save()) {
        Some(Ok(state)) => {
            unsafe { out.write(text::give(state)) };
            sys::ORCH_OK
        }
        Some(Err(error)) => context.fail(&error),
        None => context.fail(&Error::internal("save failed in an unexpected way; the log says more.")),
    }
}

unsafe extern "C" fn destroy<P: Plugin>(this: *mut c_void) {
    let instance = unsafe { Box::from_raw(this as *mut Instance<P>) };
    guard(instance.host, "destroy", || drop(instance.plugin));
}
