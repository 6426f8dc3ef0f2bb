//! wordcount: string in, JSON out.
#![deny(warnings)]

use std::collections::HashMap;

use orchestron::*;

struct WordCount;

impl WordCount {
    fn count(&self, call: &Call) -> Result<Json, Error> {
        let text = call.text("text")?;
        let top = call.integer("top")?;
        if !(0..=100).contains(&top) {
            return Err(Error::invalid_argument(format!("top must be between 0 and 100, not {}.", top)));
        }
        let mut counts = HashMap::new();
        let mut words = 0;
        for word in text.split_whitespace() {
            words += 1;
            *counts.entry(word.to_lowercase()).or_insert(0_i64) += 1;
        }
        let mut frequent: Vec<_> = counts.into_iter().collect();
        frequent.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
        let top = frequent
            .iter()
            .take(top as usize)
            .map(|(word, n)| Json::object().text("word", word).integer("count", *n).end());
        Ok(Json::object()
            .integer("words", words)
            .integer("lines", text.lines().count() as i64)
            .integer("characters", text.chars().count() as i64)
            .member("top", Json::array(top))
            .end())
    }
}

impl Plugin for WordCount {
    fn declare() -> Declaration<Self> {
        Declaration::new().service(
            Service::new("wordcount", "1.0.0").doc("Counts the words of a text.").method(
                Method::handler("count", Self::count)
                    .doc("Counts words, lines and characters, and lists the most frequent words.")
                    .read()
                    .idempotent()
                    .param(Param::text("text").doc("The text."))
                    .param(Param::integer("top").doc("How many words to list: 0 to 100.").default("3"))
                    .result_schema(
                        r#"{"type":"object","required":["words","lines","characters","top"],"properties":{
                            "words":{"type":"integer"},"lines":{"type":"integer"},"characters":{"type":"integer"},
                            "top":{"type":"array","items":{"type":"object","required":["word","count"],
                                "properties":{"word":{"type":"string"},"count":{"type":"integer"}}}}}}"#,
                    )
                    .examples(
                        r#"[
                        {"args":{"text":"To be or not to be","top":2},
                         "result":{"words":6,"lines":1,"characters":18,
                                   "top":[{"word":"be","count":2},{"word":"to","count":2}]}},
                        {"args":{"text":""},"result":{"words":0,"lines":0,"characters":0,"top":[]}},
                        {"args":{"text":"a","top":101},"error":"invalid_argument"}
                        ]"#,
                    ),
            ),
        )
    }

    fn create(_: Host, _config: &str, _state: &[u8]) -> Result<Self, Error> {
        Ok(WordCount)
    }
}

export_plugin!(wordcount: WordCount);

#[cfg(test)]
mod tests {
    use super::*;
    use orchestron_testing::FakeHost;

    fn load() -> FakeHost {
        let mut fake = FakeHost::new("wordcount", ".");
        fake.load(orchestron_entry, "{}").unwrap();
        fake
    }

    #[test]
    fn its_examples_are_true() {
        assert_eq!(load().check_examples(), 3);
    }

    #[test]
    fn counts_characters_not_bytes() {
        let result = load().call("wordcount.count", r#"{"text":"Größe\nÄ ä","top":1}"#).unwrap();
        assert_eq!(result.as_str(), r#"{"words":3,"lines":2,"characters":9,"top":[{"word":"ä","count":2}]}"#);
    }

    #[test]
    fn refuses_a_list_that_is_too_long() {
        let error = load().call("wordcount.count", r#"{"text":"a","top":-1}"#).unwrap_err();
        assert_eq!(error.status, Status::InvalidArgument);
        assert_eq!(error.message, "top must be between 0 and 100, not -1.");
    }
}
