//! Faulty declarations: the host is told why by `create`.

use orchestron::*;
use orchestron_testing::FakeHost;

struct Mistaken;

impl Mistaken {
    fn add(&self, _: &Context, a: f64, b: f64) -> Result<f64, Error> {
        Ok(a + b)
    }
}

impl Plugin for Mistaken {
    fn declare() -> Declaration<Self> {
        Declaration::new().service(
            Service::new("two_words", "1.0.0").method(
                Method::native("add", native!(Mistaken, add(a: f64, b: f64) -> f64))
                    .param(Param::number("a"))
                    .param(Param::integer("b")),
            ),
        )
    }

    fn create(_: Host, _: &str, _: &[u8]) -> Result<Self, Error> {
        Ok(Mistaken)
    }
}

export_plugin!(two_words: Mistaken);

#[test]
fn create_says_what_is_wrong_with_the_declarations() {
    let mut fake = FakeHost::new("two-words", ".");
    let error = fake.load(orchestron_entry, "{}").unwrap_err();
    assert_eq!(
        error.message,
        "The declarations are wrong: two_words.add: the function takes (a: d, b: d), but (a: d, b: i) is declared."
    );
}
