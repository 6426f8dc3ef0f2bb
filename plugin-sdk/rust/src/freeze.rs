//! Turns declarations into the constants of the ABI. They live until the process ends, and are made once.

use std::ffi::{c_void, CString};
use std::mem::size_of;
use std::os::raw::c_char;

use crate::barrier::guard;
use crate::call::{Call, Deferred};
use crate::declare::{Body, LaterFn, Method, NowFn, Param, Service, Topic};
use crate::plugin::{Instance, Plugin};
use crate::status::Error;
use crate::sys;

/// Why a declaration cannot be used.
pub(crate) type Refusal = String;

pub(crate) fn services<P: Plugin>(services: Vec<Service<P>>) -> Result<&'static [*const sys::orch_service], Refusal> {
    each(services, |service| {
        let mut methods = Vec::new();
        for method in service.methods {
            let name = format!("{}.{}", service.name, method.name);
            methods.push(freeze_method(method).map_err(|problem| format!("{}: {}", name, problem))? as *const _);
        }
        let methods = leak_list(methods);
        Ok(leak(sys::orch_service {
            size: size_of::<sys::orch_service>() as u32,
            flags: 0,
            name: text(&service.name)?,
            version: text(&service.version)?,
            doc: text(&service.doc)?,
            methods: methods.as_ptr(),
            n_methods: methods.len(),
        }))
    })
}

pub(crate) fn topics(topics: Vec<Topic>) -> Result<&'static [*const sys::orch_topic], Refusal> {
    each(topics, |topic| {
        Ok(leak(sys::orch_topic {
            size: size_of::<sys::orch_topic>() as u32,
            flags: 0,
            name: text(&topic.name)?,
            doc: text(&topic.doc)?,
            schema: optional(&topic.schema)?,
            example: optional(&topic.example)?,
        }))
    })
}

/// A string of C that is never freed.
pub(crate) fn text(text: &str) -> Result<*const c_char, Refusal> {
    let text = CString::new(text).map_err(|_| format!("a text of the declaration contains NUL: {:?}", text))?;
    Ok(text.into_raw())
}

fn optional(value: &Option<String>) -> Result<*const c_char, Refusal> {
    value.as_deref().map_or(Ok(std::ptr::null()), text)
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn leak_list<T>(values: Vec<*const T>) -> &'static [*const T] {
    Box::leak(values.into_boxed_slice())
}

fn each<A, B: 'static>(
    values: Vec<A>,
    mut freeze: impl FnMut(A) -> Result<&'static B, Refusal>,
) -> Result<&'static [*const B], Refusal> {
    let mut frozen = Vec::new();
    for value in values {
        frozen.push(freeze(value)? as *const B);
    }
    Ok(leak_list(frozen))
}

fn freeze_param(param: &Param) -> Result<&'static sys::orch_param, Refusal> {
    Ok(leak(sys::orch_param {
        size: size_of::<sys::orch_param>() as u32,
        r#type: param.kind as c_char,
        reserved: [0; 3],
        name: text(&param.name)?,
        doc: text(&param.doc)?,
        default_json: optional(&param.default)?,
        schema: optional(&param.schema)?,
    }))
}

/// The handler that a method's `user` pointer leads to.
struct Handler<P> {
    name: String,
    body: HandlerBody<P>,
}

enum HandlerBody<P> {
    Now(NowFn<P>),
    Later(LaterFn<P>),
}

fn freeze_method<P: Plugin>(method: Method<P>) -> Result<&'static sys::orch_method, Refusal> {
    let handler = |body| {
        let handler = leak(Handler { name: method.name.clone(), body }) as *const Handler<P>;
        // SAFETY: function pointers have one size; the host casts it back.
        let entry = unsafe { std::mem::transmute::<*const (), unsafe extern "C" fn()>(handle::<P> as *const ()) };
        (entry, handler as *mut c_void)
    };
    let (entry, user) = match method.body {
        Body::Now(body) => handler(HandlerBody::Now(body)),
        Body::Later(body) => handler(HandlerBody::Later(body)),
        Body::Native(native) => {
            check_native(&native.parameters, &method.params)?;
            (native.entry, std::ptr::null_mut())
        }
    };
    let params = each(method.params, |param| freeze_param(&param))?;
    Ok(leak(sys::orch_method {
        size: size_of::<sys::orch_method>() as u32,
        flags: method.flags,
        name: text(&method.name)?,
        doc: text(&method.doc)?,
        route: optional(&method.route)?,
        permission: optional(&method.permission)?,
        examples: optional(&method.examples)?,
        params: params.as_ptr(),
        n_params: params.len(),
        result: method.result as c_char,
        reserved: [0; 7],
        result_schema: optional(&method.result_schema)?,
        r#fn: Some(entry),
        user,
    }))
}

/// A native function is called with what its declaration says: both must say the same.
fn check_native(function: &[(&'static str, u8)], declared: &[Param]) -> Result<(), Refusal> {
    let list = |params: &mut dyn Iterator<Item = (String, u8)>| {
        params.map(|(name, kind)| format!("{}: {}", name, kind as char)).collect::<Vec<_>>().join(", ")
    };
    let function = list(&mut function.iter().map(|(name, kind)| (camel_case(name), *kind)));
    let declared = list(&mut declared.iter().map(|param| (param.name.clone(), param.kind)));
    if function != declared {
        return Err(format!("the function takes ({}), but ({}) is declared", function, declared));
    }
    Ok(())
}

fn camel_case(snake: &str) -> String {
    let mut parts = snake.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut chars = part.chars();
        camel.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        camel.push_str(chars.as_str());
    }
    camel
}

unsafe extern "C" fn handle<P: Plugin>(this: *mut c_void, call: *mut sys::orch_call) {
    let instance = unsafe { &*(this as *const Instance<P>) };
    let call = unsafe { Call::from_raw(call) };
    let handler = unsafe { &*(call.user() as *const Handler<P>) };
    match &handler.body {
        HandlerBody::Now(body) => {
            let result =
                guard(instance.host, format_args!("the method {}", handler.name), || body(&instance.plugin, &call));
            call.respond(result.unwrap_or_else(|| {
                let message = format!("{} failed in an unexpected way; the log says more.", handler.name);
                Err(Error::internal(message))
            }));
        }
        HandlerBody::Later(body) => {
            // A panic drops the call, which answers it.
            guard(instance.host, format_args!("the method {}", handler.name), || {
                body(&instance.plugin, Deferred::new(&call, instance.host))
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;

    #[test]
    fn names_of_rust_become_those_of_the_declaration() {
        assert_eq!(camel_case("text"), "text");
        assert_eq!(camel_case("max_items_2"), "maxItems2");
    }

    #[test]
    fn a_native_function_and_its_declaration_must_agree() {
        let declared = [Param::text("name"), Param::new(Type::Integer, "maxItems")];
        assert_eq!(check_native(&[("name", b's'), ("max_items", b'i')], &declared), Ok(()));
        assert_eq!(
            check_native(&[("name", b's'), ("max_items", b'd')], &declared).unwrap_err(),
            "the function takes (name: s, maxItems: d), but (name: s, maxItems: i) is declared"
        );
        assert!(check_native(&[("name", b's')], &declared).is_err());
    }

    #[test]
    fn refuses_text_with_nul() {
        assert!(text("a\0b").unwrap_err().contains("NUL"));
    }
}
