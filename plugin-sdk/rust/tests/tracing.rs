//! Spans, in the fake host.

use orchestron::*;
use orchestron_testing::FakeHost;

struct Painter {
    host: Host,
}

impl Painter {
    fn paint(&self, call: Deferred) {
        let span = match self.host.span("render", SpanKind::Server, &call.context()) {
            Some(span) => span,
            None => return call.answer(Json::text("nobody records")),
        };
        span.number("pages", 3);
        span.text("format", "text");
        let query = self.host.span_below(span.traceparent(), "query", SpanKind::Client).unwrap();
        drop(span);
        let work = move || {
            query.number("rows", 2);
            query.end(&Err::<(), _>(Error::new(Status::Aborted, "Somebody was faster.")));
        };
        self.host.work(work, move |_| call.answer(Json::text("recorded"))).unwrap();
        self.host.span_below("", "last", SpanKind::Internal).unwrap().end(&Ok(()));
    }
}

impl Plugin for Painter {
    fn declare() -> Declaration<Self> {
        let paint = Method::deferred("paint", Self::paint).doc("Works on a trace.");
        Declaration::new().service(Service::new("painter", "1.0.0").doc("Paints.").method(paint))
    }

    fn create(host: Host, _config: &str, _state: &[u8]) -> Result<Self, Error> {
        Ok(Painter { host })
    }
}

export_plugin!(painter: Painter);

#[test]
fn spans_end_once_in_the_trace_of_their_call() {
    let mut fake = FakeHost::new("painter", std::env::temp_dir());
    fake.load(orchestron_entry, "{}").unwrap();
    assert_eq!(fake.call("painter.paint", "{}").unwrap().as_str(), r#""nobody records""#);
    fake.record();
    assert_eq!(fake.call("painter.paint", "{}").unwrap().as_str(), r#""recorded""#);
    assert_eq!(fake.span(0).unwrap(), "2 render\npages=3\nformat=text\n0");
    assert_eq!(fake.span(1).unwrap(), "1 last\n0");
    let below = "00-00000000000000000000000000000001-0000000000000001-01";
    assert_eq!(fake.span(2).unwrap(), format!("3 query < {}\nrows=2\n10 Somebody was faster.", below));
    assert_eq!(fake.span(3), None);
}
