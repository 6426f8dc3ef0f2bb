//! Reading JSON with the host's parser.

use std::marker::PhantomData;

use crate::json::Json;
use crate::status::{Error, Status};
use crate::sys::{self, orch_json, orch_json_value};
use crate::text;

/// A parsed JSON text.
pub struct Document {
    table: &'static orch_json,
    doc: *mut sys::orch_json_doc,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A whole number of 64 bits.
    Integer,
    /// Another number.
    Number,
    /// A string.
    Text,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A view of one value of a [`Document`].
#[derive(Clone, Copy)]
pub struct Value<'d> {
    table: &'static orch_json,
    raw: orch_json_value,
    borrowed: PhantomData<&'d Document>,
}

/// The members of an object, or the elements of an array (with an empty name each).
pub struct Members<'d> {
    parent: Value<'d>,
    cursor: sys::orch_json_cursor,
}

/// Calls a function of the extension's table.
macro_rules! json {
    ($table:expr, $function:ident($($argument:expr),*)) => {
        unsafe { $table.$function.expect("the table of functions is complete")($($argument),*) }
    };
}

impl Document {
    pub(crate) fn parse(table: &'static orch_json, json: &str) -> Result<Document, Error> {
        let (mut doc, mut message) = (std::ptr::null_mut(), text::EMPTY);
        match json!(table, parse(text::lend(json.as_bytes()), &mut doc, &mut message)) {
            sys::ORCH_OK => Ok(Document { table, doc }),
            status => Err(Error::new(Status::from_raw(status), unsafe { text::text(message) })),
        }
    }

    /// The whole value.
    pub fn root(&self) -> Value<'_> {
        Value { table: self.table, raw: json!(self.table, root(self.doc)), borrowed: PhantomData }
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        json!(self.table, free(self.doc));
    }
}

impl<'d> Value<'d> {
    fn with(&self, raw: orch_json_value) -> Value<'d> {
        Value { table: self.table, raw, borrowed: PhantomData }
    }

    fn empty() -> orch_json_value {
        orch_json_value { doc: std::ptr::null(), at: 0 }
    }

    /// What the value is.
    pub fn kind(&self) -> Kind {
        match json!(self.table, r#type(self.raw)) as u8 {
            b'b' => Kind::Boolean,
            b'i' => Kind::Integer,
            b'd' => Kind::Number,
            b's' => Kind::Text,
            b'a' => Kind::Array,
            b'o' => Kind::Object,
            _ => Kind::Null,
        }
    }

    /// The boolean, if it is one.
    pub fn boolean(&self) -> Option<bool> {
        let mut out = 0;
        (json!(self.table, boolean(self.raw, &mut out)) != 0).then_some(out != 0)
    }

    /// The whole number, if it is one.
    pub fn integer(&self) -> Option<i64> {
        let mut out = 0;
        (json!(self.table, i64(self.raw, &mut out)) != 0).then_some(out)
    }

    /// The number, if it is one, whole or not.
    pub fn number(&self) -> Option<f64> {
        let mut out = 0.0;
        (json!(self.table, f64(self.raw, &mut out)) != 0).then_some(out)
    }

    /// The string, if it is one.
    pub fn text(&self) -> Option<&'d str> {
        let mut out = text::EMPTY;
        (json!(self.table, str(self.raw, &mut out)) != 0).then(|| unsafe { text::text(out) })
    }

    /// The member of an object.
    pub fn get(&self, name: &str) -> Option<Value<'d>> {
        let mut out = Value::empty();
        (json!(self.table, get(self.raw, text::lend(name.as_bytes()), &mut out)) != 0).then(|| self.with(out))
    }

    /// The value at a JSON pointer (RFC 6901).
    pub fn pointer(&self, pointer: &str) -> Option<Value<'d>> {
        let mut out = Value::empty();
        (json!(self.table, pointer(self.raw, text::lend(pointer.as_bytes()), &mut out)) != 0).then(|| self.with(out))
    }

    /// The number of members or elements.
    pub fn count(&self) -> usize {
        json!(self.table, count(self.raw))
    }

    /// The members or elements, in order.
    pub fn members(&self) -> Members<'d> {
        Members { parent: *self, cursor: sys::orch_json_cursor { next: Value::empty(), state: 0 } }
    }

    /// The value as compact JSON.
    pub fn to_json(&self) -> Json {
        let text = json!(self.table, text(self.raw));
        let bytes = unsafe { text::take(text) };
        Json::from_text(String::from_utf8(bytes).expect("the host passes on UTF-8 alone"))
    }
}

impl<'d> Iterator for Members<'d> {
    type Item = (&'d str, Value<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        let (mut key, mut out) = (text::EMPTY, Value::empty());
        let more = json!(self.parent.table, next(self.parent.raw, &mut self.cursor, &mut key, &mut out));
        (more != 0).then(|| (unsafe { text::text(key) }, self.parent.with(out)))
    }
}
