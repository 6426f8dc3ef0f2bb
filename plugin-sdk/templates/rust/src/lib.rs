//! @NAME@: one native function, one handler, one event.
#![deny(warnings)]

use orchestron::*;

struct Greeter {
    host: Host,
}

impl Greeter {
    /// A native function: plain arguments in, a plain result out; the fastest form.
    fn add(&self, _: &Context, a: f64, b: f64) -> Result<f64, Error> {
        Ok(a + b)
    }

    /// A handler: reads its arguments by name and answers with JSON.
    fn greet(&self, call: &Call) -> Result<Json, Error> {
        let name = call.text("name")?;
        if name.is_empty() {
            return Err(Error::invalid_argument("name must not be empty."));
        }
        let greeting = Json::object()
            .text("greeting", "Hello")
            .text("name", name)
            .end();
        self.host
            .publish(&call.context(), "@ID@:greeted", &greeting)?;
        Ok(greeting)
    }
}

impl Plugin for Greeter {
    fn declare() -> Declaration<Self> {
        let service = Service::new("@SYMBOL@", "0.1.0")
            .doc("Greets and adds.")
            .method(
                Method::native("add", native!(Greeter, add(a: f64, b: f64) -> f64))
                    .doc("Adds two numbers.")
                    .read()
                    .idempotent()
                    .param(Param::number("a").doc("The first number."))
                    .param(Param::number("b").doc("The second number."))
                    .examples(r#"[{"args":{"a":1,"b":2.5},"result":3.5}]"#),
            )
            .method(
                Method::handler("greet", Self::greet)
                    .doc("Greets somebody.")
                    .read()
                    .param(
                        Param::text("name").doc("Whom to greet.").default("\"world\"").schema(r#"{"maxLength":200}"#),
                    )
                    .result_schema(
                        r#"{"type":"object","required":["greeting","name"],
                            "properties":{"greeting":{"type":"string"},"name":{"type":"string"}}}"#,
                    )
                    .examples(
                        r#"[{"args":{},"result":{"greeting":"Hello","name":"world"}},
                            {"args":{"name":"Ada \"A\""},"result":{"greeting":"Hello","name":"Ada \"A\""}},
                            {"args":{"name":""},"error":"invalid_argument"}]"#,
                    ),
            );
        let greeted = Topic::new("@ID@:greeted")
            .doc("Somebody was greeted.")
            .example(r#"{"greeting":"Hello","name":"world"}"#);
        Declaration::new().service(service).topic(greeted)
    }

    fn create(host: Host, _config: &str, _state: &[u8]) -> Result<Self, Error> {
        Ok(Greeter { host })
    }
}

export_plugin!(@SYMBOL@: Greeter);

#[cfg(test)]
mod tests {
    use super::*;
    use orchestron_testing::FakeHost;

    fn load() -> FakeHost {
        let mut fake = FakeHost::new("@ID@", ".");
        fake.load(orchestron_entry, "{}").unwrap();
        fake
    }

    #[test]
    fn adds() {
        type Add = unsafe extern "C" fn(
            *mut std::ffi::c_void,
            *mut sys::orch_ctx,
            f64,
            f64,
            *mut f64,
        ) -> sys::orch_status;
        let mut fake = load();
        let (function, this, context) = fake.native("@SYMBOL@.add").unwrap();
        let mut result = 0.0;
        let status = unsafe {
            let add: Add = std::mem::transmute(function);
            add(this, context, 1.0, 2.5, &mut result)
        };
        assert_eq!((status, result), (sys::ORCH_OK, 3.5));
    }

    #[test]
    fn greets_and_tells_it() {
        let mut fake = load();
        let greeting = fake.call("@SYMBOL@.greet", r#"{"name":"Ada"}"#).unwrap();
        assert_eq!(greeting.as_str(), r#"{"greeting":"Hello","name":"Ada"}"#);
        assert_eq!(
            fake.published(0),
            Some(("@ID@:greeted".into(), greeting.into_string()))
        );
    }

    #[test]
    fn refuses_an_empty_name() {
        let mut fake = load();
        let error = fake.call("@SYMBOL@.greet", r#"{"name":""}"#).unwrap_err();
        assert_eq!(error.message, "name must not be empty.");
        assert_eq!(fake.published(0), None);
    }

    #[test]
    fn its_examples_are_true() {
        assert_eq!(load().check_examples(), 3); // those of the handler
    }
}
