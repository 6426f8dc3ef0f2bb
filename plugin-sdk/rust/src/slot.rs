//! Typed calls of other plugins' methods, from the loop.

use std::ffi::{c_void, CString};
use std::marker::PhantomData;

use crate::context::{self, Context};
use crate::host::Host;
use crate::json::Json;
use crate::status::Error;
use crate::sys::{self, orch_buf, orch_ctx, orch_slot, orch_status, orch_str};
use crate::text;

/// A typed method of another plugin: `Slot<(f64, f64), f64>` for a method of two numbers with a number as result.
/// Strings are `String`, bytes `Vec<u8>`, JSON [`Json`].
///
/// A call costs little more than one through a pointer, and reaches whatever generation of the provider is alive.
pub struct Slot<A, R> {
    host: Host,
    raw: *mut orch_slot,
    types: PhantomData<fn(A) -> R>,
}

impl Host {
    /// Imports the typed method `service.method`; the service stands in `requires` or `optional` of `plugin.json`. The
    /// host compares the types.
    pub fn import<'c, A: Arguments, R: Received>(
        &self,
        context: impl Into<Option<&'c Context<'c>>>,
        method: &str,
    ) -> Result<Slot<A, R>, Error> {
        let name = CString::new(method).map_err(|_| Error::invalid_argument("A name contains NUL."))?;
        let signature = CString::new(format!("{}({})", R::TYPE as char, A::types())).expect("letters contain no NUL");
        let context = unsafe { Context::from_raw(context::raw(context)) };
        let mut raw = std::ptr::null_mut();
        let status = unsafe {
            let (name, signature) = (name.as_ptr(), signature.as_ptr());
            verb!(self.as_raw(), import_slot(context.as_raw(), sys::ORCH_FROM_LOOP, name, signature, &mut raw))
        };
        if status != sys::ORCH_OK {
            return Err(context.failure(status, &format!("{} cannot be imported; the log says why.", method)));
        }
        Ok(Slot { host: *self, raw, types: PhantomData })
    }
}

impl<A: Arguments, R: Received> Slot<A, R> {
    /// Calls the method. `None` as context stands for this plugin itself.
    pub fn call<'c>(&self, context: impl Into<Option<&'c Context<'c>>>, arguments: A) -> Result<R, Error> {
        let mut ctx = context::raw(context);
        if ctx.is_null() {
            ctx = unsafe { (*self.raw).ctx };
        }
        // SAFETY: the host has compared the signature with the provider's; the entry keeps the target alive.
        unsafe {
            let entered = Entered::new(self.host, self.raw);
            let mut out = std::mem::MaybeUninit::<R::Raw>::uninit();
            let target = &*entered.entry.target;
            let status = arguments.invoke(target.r#fn, target.self_, ctx, out.as_mut_ptr() as *mut c_void, R::TYPE);
            drop(entered);
            match status {
                sys::ORCH_OK => R::receive(out.assume_init()),
                status => Err(Context::from_raw(ctx).failure(status, "The method failed.")),
            }
        }
    }
}

/// A call under way; leaves when it is dropped.
struct Entered {
    host: Host,
    entry: sys::orch_entry,
}

impl Entered {
    unsafe fn new(host: Host, slot: *mut orch_slot) -> Entered {
        let enter = unsafe { (*(*host.as_raw()).v).slot_enter.expect("the table of functions is complete") };
        Entered { host, entry: unsafe { enter(slot) } }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        unsafe { (*(*self.host.as_raw()).v).slot_leave.expect("the table of functions is complete")(self.entry) };
    }
}

/// What can be passed to a slot.
pub trait Passed {
    #[doc(hidden)]
    const TYPE: u8;
    #[doc(hidden)]
    type Raw: Copy;
    #[doc(hidden)]
    fn lend(&self) -> Self::Raw;
}

/// What a slot can answer.
pub trait Received: Sized {
    #[doc(hidden)]
    const TYPE: u8;
    #[doc(hidden)]
    type Raw;
    #[doc(hidden)]
    unsafe fn receive(raw: Self::Raw) -> Result<Self, Error>;
}

macro_rules! scalar {
    ($type:ty, $raw:ty, $letter:literal, $lend:expr, $receive:expr) => {
        impl Passed for $type {
            const TYPE: u8 = $letter;
            type Raw = $raw;
            fn lend(&self) -> $raw {
                $lend(*self)
            }
        }
        impl Received for $type {
            const TYPE: u8 = $letter;
            type Raw = $raw;
            unsafe fn receive(raw: $raw) -> Result<$type, Error> {
                Ok($receive(raw))
            }
        }
    };
}

scalar!(f64, f64, b'd', |value| value, |raw| raw);
scalar!(i64, i64, b'i', |value| value, |raw| raw);
scalar!(bool, u8, b'b', u8::from, |raw| raw != 0);

macro_rules! slice {
    ($type:ty, $letter:literal, $bytes:ident, $from:expr) => {
        impl Passed for $type {
            const TYPE: u8 = $letter;
            type Raw = orch_str;
            fn lend(&self) -> orch_str {
                text::lend(self.$bytes())
            }
        }
        impl Received for $type {
            const TYPE: u8 = $letter;
            type Raw = orch_buf;
            unsafe fn receive(raw: orch_buf) -> Result<$type, Error> {
                $from(unsafe { text::take(raw) })
            }
        }
    };
}

fn utf8(bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|_| Error::internal("The method answered with invalid UTF-8."))
}

slice!(String, b's', as_bytes, utf8);
slice!(Vec<u8>, b'y', as_slice, Ok);
slice!(Json, b'j', as_bytes, |bytes| utf8(bytes).map(Json::from_text));

impl Received for () {
    const TYPE: u8 = b'v';
    type Raw = ();
    unsafe fn receive(_: ()) -> Result<(), Error> {
        Ok(())
    }
}

/// The arguments of a slot: a tuple of up to eight.
pub trait Arguments {
    #[doc(hidden)]
    fn types() -> String;
    #[doc(hidden)]
    unsafe fn invoke(
        &self,
        function: Option<unsafe extern "C" fn()>,
        this: *mut c_void,
        ctx: *mut orch_ctx,
        out: *mut c_void,
        result: u8,
    ) -> orch_status;
}

macro_rules! arguments {
    ($($name:ident)*) => {
        impl<$($name: Passed),*> Arguments for ($($name,)*) {
            fn types() -> String {
                let letters: &[u8] = &[$($name::TYPE),*];
                letters.iter().map(|&letter| letter as char).collect()
            }

            #[allow(non_snake_case)]
            unsafe fn invoke(
                &self,
                function: Option<unsafe extern "C" fn()>,
                this: *mut c_void,
                ctx: *mut orch_ctx,
                out: *mut c_void,
                result: u8,
            ) -> orch_status {
                use std::mem::transmute;
                type Plain = unsafe extern "C" fn();
                let function: Plain = function.expect("a target has a function");
                let ($($name,)*) = self;
                unsafe {
                    if result == b'v' {
                        let function = transmute::<
                            Plain,
                            unsafe extern "C" fn(*mut c_void, *mut orch_ctx, $($name::Raw),*) -> orch_status,
                        >(function);
                        return function(this, ctx, $($name.lend()),*);
                    }
                    let function = transmute::<
                        Plain,
                        unsafe extern "C" fn(*mut c_void, *mut orch_ctx, $($name::Raw,)* *mut c_void) -> orch_status,
                    >(function);
                    function(this, ctx, $($name.lend(),)* out)
                }
            }
        }
    };
}

arguments!();
arguments!(A);
arguments!(A B);
arguments!(A B C);
arguments!(A B C D);
arguments!(A B C D E);
arguments!(A B C D E F);
arguments!(A B C D E F G);
arguments!(A B C D E F G H);
