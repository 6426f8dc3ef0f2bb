//! Declarations: said once, and every face of the host follows.

use crate::call::{Call, Deferred};
use crate::json::Json;
use crate::native::Native;
use crate::plugin::Plugin;
use crate::status::Error;
use crate::sys;

/// The type of a parameter or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`.
    Boolean = b'b' as isize,
    /// A whole number, exact in 64 bits.
    Integer = b'i' as isize,
    /// A number.
    Number = b'd' as isize,
    /// A string.
    Text = b's' as isize,
    /// Bytes, base64 in JSON.
    Bytes = b'y' as isize,
    /// Any JSON.
    Json = b'j' as isize,
    /// Nothing; for results.
    Nothing = b'v' as isize,
}

/// One parameter.
pub struct Param {
    pub(crate) name: String,
    pub(crate) kind: u8,
    pub(crate) doc: String,
    pub(crate) default: Option<String>,
    pub(crate) schema: Option<String>,
}

impl Param {
    /// A parameter of a type. Names are camelCase.
    pub fn new(kind: Type, name: &str) -> Param {
        Param { name: name.into(), kind: kind as u8, doc: String::new(), default: None, schema: None }
    }

    /// A string.
    pub fn text(name: &str) -> Param {
        Param::new(Type::Text, name)
    }

    /// A whole number.
    pub fn integer(name: &str) -> Param {
        Param::new(Type::Integer, name)
    }

    /// A number.
    pub fn number(name: &str) -> Param {
        Param::new(Type::Number, name)
    }

    /// A boolean.
    pub fn boolean(name: &str) -> Param {
        Param::new(Type::Boolean, name)
    }

    /// Bytes.
    pub fn bytes(name: &str) -> Param {
        Param::new(Type::Bytes, name)
    }

    /// Any JSON.
    pub fn json(name: &str) -> Param {
        Param::new(Type::Json, name)
    }

    /// What it means, in one line.
    pub fn doc(mut self, doc: &str) -> Param {
        self.doc = doc.into();
        self
    }

    /// The value when it is left out, as JSON; `null` makes it optional without a value.
    pub fn default(mut self, json: &str) -> Param {
        self.default = Some(json.into());
        self
    }

    /// A JSON Schema that narrows the type.
    pub fn schema(mut self, schema: &str) -> Param {
        self.schema = Some(schema.into());
        self
    }
}

/// What answers a call.
pub(crate) enum Body<P> {
    Now(NowFn<P>),
    Later(LaterFn<P>),
    Native(Native<P>),
}

pub(crate) type NowFn<P> = Box<dyn Fn(&P, &Call) -> Result<Json, Error>>;
pub(crate) type LaterFn<P> = Box<dyn Fn(&P, Deferred)>;

/// One method.
pub struct Method<P> {
    pub(crate) name: String,
    pub(crate) flags: u32,
    pub(crate) doc: String,
    pub(crate) route: Option<String>,
    pub(crate) permission: Option<String>,
    pub(crate) examples: Option<String>,
    pub(crate) params: Vec<Param>,
    pub(crate) result: u8,
    pub(crate) result_schema: Option<String>,
    pub(crate) body: Body<P>,
}

impl<P: Plugin> Method<P> {
    fn new(name: &str, flags: u32, result: u8, body: Body<P>) -> Method<P> {
        Method {
            name: name.into(),
            flags,
            doc: String::new(),
            route: None,
            permission: None,
            examples: None,
            params: Vec::new(),
            result,
            result_schema: None,
            body,
        }
    }

    /// A method that answers before it returns. The result is JSON unless [`Method::result`] says otherwise.
    pub fn handler<F>(name: &str, body: F) -> Method<P>
    where
        F: Fn(&P, &Call) -> Result<Json, Error> + 'static,
    {
        let flags = sys::ORCH_METHOD_HANDLER | sys::ORCH_METHOD_ANSWERS_NOW;
        Method::new(name, flags, b'j', Body::Now(Box::new(body)))
    }

    /// A method that runs on the worker pool, because it blocks or takes long.
    pub fn blocking<F>(name: &str, body: F) -> Method<P>
    where
        F: Fn(&P, &Call) -> Result<Json, Error> + Send + Sync + 'static,
        P: Sync,
    {
        let flags = sys::ORCH_METHOD_HANDLER | sys::ORCH_METHOD_WORKER;
        Method::new(name, flags, b'j', Body::Now(Box::new(body)))
    }

    /// A method that answers later, from the loop.
    pub fn deferred<F>(name: &str, body: F) -> Method<P>
    where
        F: Fn(&P, Deferred) + 'static,
    {
        Method::new(name, sys::ORCH_METHOD_HANDLER, b'j', Body::Later(Box::new(body)))
    }

    /// A method that emits chunks before it answers.
    pub fn stream<F>(name: &str, body: F) -> Method<P>
    where
        F: Fn(&P, Deferred) + 'static,
    {
        let flags = sys::ORCH_METHOD_HANDLER | sys::ORCH_METHOD_STREAM;
        Method::new(name, flags, b'j', Body::Later(Box::new(body)))
    }

    /// A native function, made by [`crate::native!`]. Its parameters are declared like all others; names and types must
    /// be the function's.
    pub fn native(name: &str, function: Native<P>) -> Method<P> {
        let result = function.result;
        Method::new(name, 0, result, Body::Native(function))
    }

    /// What it does: one line, a sentence.
    pub fn doc(mut self, doc: &str) -> Method<P> {
        self.doc = doc.into();
        self
    }

    /// The REST route, `GET /api/tasks/{id}`.
    pub fn route(mut self, route: &str) -> Method<P> {
        self.route = Some(route.into());
        self
    }

    /// What the caller must hold, when the effects do not say it.
    pub fn permission(mut self, permission: &str) -> Method<P> {
        self.permission = Some(permission.into());
        self
    }

    /// Examples, which tests of every face run: JSON, `[{"args":{…},"result":…},{"args":{…},"error":"not_found"}]`.
    pub fn examples(mut self, json: &str) -> Method<P> {
        self.examples = Some(json.into());
        self
    }

    /// Adds a parameter.
    pub fn param(mut self, param: Param) -> Method<P> {
        self.params.push(param);
        self
    }

    /// The type of a handler's result; a native function brings its own.
    pub fn result(mut self, kind: Type) -> Method<P> {
        self.result = kind as u8;
        self
    }

    /// A JSON Schema of the result.
    pub fn result_schema(mut self, schema: &str) -> Method<P> {
        self.result_schema = Some(schema.into());
        self
    }

    /// It changes nothing.
    pub fn read(self) -> Method<P> {
        self.flag(sys::ORCH_METHOD_READ)
    }

    /// It changes something.
    pub fn write(self) -> Method<P> {
        self.flag(sys::ORCH_METHOD_WRITE)
    }

    /// It may destroy something.
    pub fn destructive(self) -> Method<P> {
        self.flag(sys::ORCH_METHOD_WRITE | sys::ORCH_METHOD_DESTRUCTIVE)
    }

    /// A second call with the same arguments changes nothing more.
    pub fn idempotent(self) -> Method<P> {
        self.flag(sys::ORCH_METHOD_IDEMPOTENT)
    }

    /// It answers with an entity that the call has made.
    pub fn creates(self) -> Method<P> {
        self.flag(sys::ORCH_METHOD_WRITE | sys::ORCH_METHOD_CREATES)
    }

    /// For plugins only: absent from every public face.
    pub fn internal(self) -> Method<P> {
        self.flag(sys::ORCH_METHOD_INTERNAL)
    }

    /// It may run on any thread; for native functions.
    pub fn any_thread(self) -> Method<P>
    where
        P: Sync,
    {
        self.flag(sys::ORCH_METHOD_ANY_THREAD)
    }

    fn flag(mut self, flag: u32) -> Method<P> {
        self.flags |= flag;
        self
    }
}

/// A named, versioned set of methods.
pub struct Service<P> {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) doc: String,
    pub(crate) methods: Vec<Method<P>>,
}

impl<P: Plugin> Service<P> {
    /// A service; `version` is that of the contract.
    pub fn new(name: &str, version: &str) -> Service<P> {
        Service { name: name.into(), version: version.into(), doc: String::new(), methods: Vec::new() }
    }

    /// What it is for, in one line.
    pub fn doc(mut self, doc: &str) -> Service<P> {
        self.doc = doc.into();
        self
    }

    /// Adds a method.
    pub fn method(mut self, method: Method<P>) -> Service<P> {
        self.methods.push(method);
        self
    }
}

/// A topic that the plugin publishes.
pub struct Topic {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) schema: Option<String>,
    pub(crate) example: Option<String>,
}

impl Topic {
    /// A topic, `task:created`.
    pub fn new(name: &str) -> Topic {
        Topic { name: name.into(), doc: String::new(), schema: None, example: None }
    }

    /// What it says, in one line.
    pub fn doc(mut self, doc: &str) -> Topic {
        self.doc = doc.into();
        self
    }

    /// A JSON Schema of the data.
    pub fn schema(mut self, schema: &str) -> Topic {
        self.schema = Some(schema.into());
        self
    }

    /// An example of the data, as JSON.
    pub fn example(mut self, json: &str) -> Topic {
        self.example = Some(json.into());
        self
    }
}

/// All that a plugin declares.
pub struct Declaration<P> {
    pub(crate) services: Vec<Service<P>>,
    pub(crate) topics: Vec<Topic>,
}

impl<P: Plugin> Declaration<P> {
    /// Declares nothing yet.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Declaration<P> {
        Declaration { services: Vec::new(), topics: Vec::new() }
    }

    /// Adds a service.
    pub fn service(mut self, service: Service<P>) -> Declaration<P> {
        self.services.push(service);
        self
    }

    /// Adds a topic.
    pub fn topic(mut self, topic: Topic) -> Declaration<P> {
        self.topics.push(topic);
        self
    }
}
