//! Writing JSON. (Reading is the host's: see `Host::parse`.)

use std::fmt::{self, Write};

/// One JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(String);

impl Json {
    /// `null`.
    pub fn null() -> Json {
        Json("null".into())
    }

    /// `true` or `false`.
    pub fn boolean(value: bool) -> Json {
        Json(if value { "true" } else { "false" }.into())
    }

    /// A whole number.
    pub fn integer(value: i64) -> Json {
        Json(value.to_string())
    }

    /// A number. What JSON cannot say (NaN, infinity) becomes `null`.
    pub fn number(value: f64) -> Json {
        Json(if value.is_finite() { value.to_string() } else { "null".into() })
    }

    /// A string, quoted and escaped.
    pub fn text(value: &str) -> Json {
        let mut out = String::with_capacity(value.len() + 2);
        quote(value, &mut out);
        Json(out)
    }

    /// An array.
    pub fn array(values: impl IntoIterator<Item = Json>) -> Json {
        let mut out = String::from("[");
        for value in values {
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(&value.0);
        }
        out.push(']');
        Json(out)
    }

    /// Begins an object.
    pub fn object() -> JsonObject {
        JsonObject(String::from("{"))
    }

    /// Takes a text that the caller knows to be JSON. The host refuses an answer that is not.
    pub fn from_text(text: impl Into<String>) -> Json {
        Json(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The text, given away.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An object under construction: `Json::object().text("name", "Ada").integer("age", 36).end()`.
#[derive(Clone, Debug)]
pub struct JsonObject(String);

impl JsonObject {
    /// Adds a member of any value.
    pub fn member(mut self, name: &str, value: Json) -> JsonObject {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(name, &mut self.0);
        self.0.push(':');
        self.0.push_str(&value.0);
        self
    }

    /// Adds a string.
    pub fn text(self, name: &str, value: &str) -> JsonObject {
        self.member(name, Json::text(value))
    }

    /// Adds a whole number.
    pub fn integer(self, name: &str, value: i64) -> JsonObject {
        self.member(name, Json::integer(value))
    }

    /// Adds a number; see [`Json::number`].
    pub fn number(self, name: &str, value: f64) -> JsonObject {
        self.member(name, Json::number(value))
    }

    /// Adds `true` or `false`.
    pub fn boolean(self, name: &str, value: bool) -> JsonObject {
        self.member(name, Json::boolean(value))
    }

    /// Ends the object.
    pub fn end(mut self) -> Json {
        self.0.push('}');
        Json(self.0)
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
