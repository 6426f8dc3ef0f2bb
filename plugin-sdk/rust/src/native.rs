//! Native functions: plain C functions with typed arguments, made by [`crate::native!`].

use std::ffi::c_void;
use std::marker::PhantomData;

use crate::barrier::guard;
use crate::context::Context;
use crate::json::Json;
use crate::plugin::{Instance, Plugin};
use crate::status::Error;
use crate::sys::{self, orch_buf, orch_ctx, orch_status, orch_str};
use crate::text;

/// A native function of the plugin `P`, made by [`crate::native!`].
pub struct Native<P> {
    pub(crate) entry: unsafe extern "C" fn(),
    pub(crate) parameters: Vec<(&'static str, u8)>,
    pub(crate) result: u8,
    plugin: PhantomData<fn(&P)>,
}

impl<P: Plugin> Native<P> {
    /// # Safety
    /// `entry` must be a C function of these types.
    #[doc(hidden)]
    pub unsafe fn new(entry: *const (), parameters: Vec<(&'static str, u8)>, result: u8) -> Native<P> {
        // SAFETY: function pointers have one size; the host casts it back.
        let entry = unsafe { std::mem::transmute::<*const (), unsafe extern "C" fn()>(entry) };
        Native { entry, parameters, result, plugin: PhantomData }
    }
}

/// What can be a parameter of a native function.
pub trait Argument: Sized {
    /// The type in the declaration.
    const TYPE: u8;
    /// What crosses the ABI.
    type Raw;
    /// # Safety
    /// `raw` must be valid while the value is used.
    unsafe fn take(raw: Self::Raw) -> Result<Self, Error>;
}

impl Argument for f64 {
    const TYPE: u8 = b'd';
    type Raw = f64;
    unsafe fn take(raw: f64) -> Result<f64, Error> {
        Ok(raw)
    }
}

impl Argument for i64 {
    const TYPE: u8 = b'i';
    type Raw = i64;
    unsafe fn take(raw: i64) -> Result<i64, Error> {
        Ok(raw)
    }
}

impl Argument for bool {
    const TYPE: u8 = b'b';
    type Raw = u8;
    unsafe fn take(raw: u8) -> Result<bool, Error> {
        Ok(raw != 0)
    }
}

impl Argument for &str {
    const TYPE: u8 = b's';
    type Raw = orch_str;
    unsafe fn take(raw: orch_str) -> Result<Self, Error> {
        // Another plugin calls directly: nobody has looked at its bytes.
        std::str::from_utf8(unsafe { text::bytes(raw) })
            .map_err(|_| Error::invalid_argument("A string is not valid UTF-8."))
    }
}

impl Argument for &[u8] {
    const TYPE: u8 = b'y';
    type Raw = orch_str;
    unsafe fn take(raw: orch_str) -> Result<Self, Error> {
        Ok(unsafe { text::bytes(raw) })
    }
}

impl Argument for Json {
    const TYPE: u8 = b'j';
    type Raw = orch_str;
    unsafe fn take(raw: orch_str) -> Result<Json, Error> {
        unsafe { <&str>::take(raw) }.map(Json::from_text)
    }
}

/// What can be the result of a native function.
pub trait Outcome: Sized {
    /// The type in the declaration.
    const TYPE: u8;
    /// What crosses the ABI.
    type Raw;
    /// The value as it crosses.
    fn give(self) -> Self::Raw;
}

impl Outcome for f64 {
    const TYPE: u8 = b'd';
    type Raw = f64;
    fn give(self) -> f64 {
        self
    }
}

impl Outcome for i64 {
    const TYPE: u8 = b'i';
    type Raw = i64;
    fn give(self) -> i64 {
        self
    }
}

impl Outcome for bool {
    const TYPE: u8 = b'b';
    type Raw = u8;
    fn give(self) -> u8 {
        self.into()
    }
}

impl Outcome for String {
    const TYPE: u8 = b's';
    type Raw = orch_buf;
    fn give(self) -> orch_buf {
        text::give(self.into_bytes())
    }
}

impl Outcome for Vec<u8> {
    const TYPE: u8 = b'y';
    type Raw = orch_buf;
    fn give(self) -> orch_buf {
        text::give(self)
    }
}

impl Outcome for Json {
    const TYPE: u8 = b'j';
    type Raw = orch_buf;
    fn give(self) -> orch_buf {
        text::give(self.into_string().into_bytes())
    }
}

impl Outcome for () {
    const TYPE: u8 = b'v';
    type Raw = ();
    fn give(self) {}
}

/// Runs a native function behind the barrier. The result is written on success alone.
///
/// # Safety
/// `this`, `ctx` and `out` must be what the host passed to a native function of `P` with the result `R`.
pub unsafe fn run<P: Plugin, R: Outcome>(
    this: *mut c_void,
    ctx: *mut orch_ctx,
    name: &str,
    out: *mut R::Raw,
    body: impl FnOnce(&P, &Context<'_>) -> Result<R, Error>,
) -> orch_status {
    let instance = unsafe { &*(this as *const Instance<P>) };
    let context = unsafe { Context::from_raw(ctx) };
    match guard(instance.host, format_args!("the function {}", name), || body(&instance.plugin, &context)) {
        Some(Ok(value)) => {
            unsafe { out.write(value.give()) };
            sys::ORCH_OK
        }
        Some(Err(error)) => context.fail(&error),
        None => context.fail(&Error::internal(format!("{} failed in an unexpected way; the log says more.", name))),
    }
}

/// Makes a native function of a plugin's method: `native!(Greeter, add(a: f64, b: f64) -> f64)` for
/// `fn add(&self, context: &Context, a: f64, b: f64) -> Result<f64, Error>`.
///
/// Parameters are `f64`, `i64`, `bool`, `&str`, `&[u8]` or [`Json`](crate::Json); results are `f64`, `i64`, `bool`,
/// `String`, `Vec<u8>`, [`Json`](crate::Json), or none. The names are those of the declaration.
#[macro_export]
macro_rules! native {
    ($plugin:ty, $function:ident($($name:ident: $type:ty),* $(,)?) -> $result:ty) => {{
        #[allow(non_snake_case, unused_unsafe)]
        unsafe extern "C" fn entry(
            this: *mut ::std::ffi::c_void,
            ctx: *mut $crate::sys::orch_ctx,
            $($name: <$type as $crate::native::Argument>::Raw,)*
            out: *mut <$result as $crate::native::Outcome>::Raw,
        ) -> $crate::sys::orch_status {
            unsafe {
                $crate::native::run::<$plugin, $result>(this, ctx, stringify!($function), out, |plugin, context| {
                    <$plugin>::$function(plugin, context, $(<$type as $crate::native::Argument>::take($name)?),*)
                })
            }
        }
        $crate::__native!($plugin, entry, [$($name: $type),*], <$result as $crate::native::Outcome>::TYPE)
    }};
    ($plugin:ty, $function:ident($($name:ident: $type:ty),* $(,)?)) => {{
        #[allow(non_snake_case, unused_unsafe)]
        unsafe extern "C" fn entry(
            this: *mut ::std::ffi::c_void,
            ctx: *mut $crate::sys::orch_ctx,
            $($name: <$type as $crate::native::Argument>::Raw,)*
        ) -> $crate::sys::orch_status {
            unsafe {
                $crate::native::run::<$plugin, ()>(this, ctx, stringify!($function), &mut (), |plugin, context| {
                    <$plugin>::$function(plugin, context, $(<$type as $crate::native::Argument>::take($name)?),*)
                })
            }
        }
        $crate::__native!($plugin, entry, [$($name: $type),*], b'v')
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __native {
    ($plugin:ty, $entry:ident, [$($name:ident: $type:ty),*], $result:expr) => {
        // SAFETY: the types come from the same list as the parameters of the function.
        unsafe {
            $crate::Native::<$plugin>::new(
                $entry as *const (),
                ::std::vec![$((stringify!($name), <$type as $crate::native::Argument>::TYPE)),*],
                $result,
            )
        }
    };
}
