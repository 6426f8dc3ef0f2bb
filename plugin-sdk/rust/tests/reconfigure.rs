//! Another configuration while a plugin runs.

use std::cell::RefCell;

use orchestron::*;
use orchestron_testing::FakeHost;

struct Moody {
    host: Host,
    mode: RefCell<String>,
}

impl Plugin for Moody {
    fn declare() -> Declaration<Self> {
        let mode = Method::handler("mode", |moody: &Moody, _| Ok(Json::text(&moody.mode.borrow())));
        Declaration::new()
            .service(Service::new("moody", "1.0.0").doc("Has a mode.").method(mode.doc("Tells it.").read()))
    }

    fn create(host: Host, config: &str, _: &[u8]) -> Result<Self, Error> {
        let moody = Moody { host, mode: RefCell::default() };
        moody.reconfigure(config)?;
        Ok(moody)
    }

    fn reconfigure(&self, config: &str) -> Result<(), Error> {
        let config = self.host.parse(config)?;
        match config.root().get("mode").and_then(|mode| mode.text()) {
            Some("fail") => return Err(Error::invalid_argument("The mode is fail.")),
            Some("panic") => panic!("The mode is panic."),
            mode => *self.mode.borrow_mut() = mode.unwrap_or("none").to_owned(),
        }
        Ok(())
    }
}

export_plugin!(moody: Moody);

#[test]
fn another_configuration_is_taken_or_refused_while_it_runs() {
    let mut fake = FakeHost::new("moody", ".");
    fake.load(orchestron_entry, "{}").unwrap();
    assert_eq!(fake.call("moody.mode", "{}").unwrap().as_str(), r#""none""#);
    fake.reconfigure(r#"{"mode":"quiet"}"#).unwrap();
    let error = fake.reconfigure(r#"{"mode":"fail"}"#).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (Status::InvalidArgument, "The mode is fail."));
    assert_eq!(fake.reconfigure(r#"{"mode":"panic"}"#).unwrap_err().status, Status::Internal);
    assert!(fake.logged("reconfigure panicked: The mode is panic."));
    assert_eq!(fake.call("moody.mode", "{}").unwrap().as_str(), r#""quiet""#);
}
