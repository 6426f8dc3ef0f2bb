//! A panic while declaring.

use orchestron::*;
use orchestron_testing::FakeHost;

struct Panicking;

impl Plugin for Panicking {
    fn declare() -> Declaration<Self> {
        panic!("asked to")
    }

    fn create(_: Host, _: &str, _: &[u8]) -> Result<Self, Error> {
        Ok(Panicking)
    }
}

export_plugin!(panicking: Panicking);

#[test]
fn a_panic_in_declare_does_not_cross() {
    let mut fake = FakeHost::new("panicking", ".");
    let error = fake.load(orchestron_entry, "{}").unwrap_err();
    assert_eq!(error.message, "The declarations are wrong: declare panicked: asked to.");
}
