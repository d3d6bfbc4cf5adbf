//! What the writer writes, the plain reader takes.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::plain_tests::{WORDS, same};
use super::{emit, plain};
use crate::model::item::Item;

fn tree() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z][a-z0-9 .:#/_-]{0,12}",
        "[ -~é\u{2028}\u{feff}\u{1f600}\\n\\t\u{0}\u{7f}]{0,10}",
        prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned),
        "[0-9a-fx_.:+-]{1,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        text.clone().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((text.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_taken(inner in tree()) {
        for whole in [json!({ "k": inner.clone() }), json!([inner])] {
            let text = emit::write(&whole);
            prop_assert!(same::<Value>(&text), "not taken:\n{}", text);
            prop_assert_eq!(plain::read::<Value>(&text), Some(whole));
        }
    }

    #[test]
    fn whatever_item_is_written_is_taken(title in "\\PC{0,30}", texts in prop::collection::vec("[ -~]{1,20}", 4)) {
        let item = json!({
            "title": title, "owner": texts[0], "team": texts, "progress": 40, "counted": true, "state": "done",
            "started": "2026-02-12T09:00:00Z", "due": "2026-02-12", "limits": {"files": 3},
            "fields": {"a": texts[1], "b": 3, "c": texts, "d": {"e": texts[2]}, "f": {}},
            "metrics": {"m1": {"target": ">=95", "samples": {"2026-02-12": 1.5, "2026-02-13": 3}}},
            "items": {"x": {"title": texts[3], "iterations": {"i1": {"score": "0.92", "note": texts[0]}}}},
            "gates": {"g": {"parts": {"p": texts[2], "q": {"human": texts[1], "passed": "2026-02-12T09:00:00Z"}}}},
        });
        let text = emit::write(&item);
        prop_assert!(same::<Item>(&text), "not taken:\n{}", text);
        prop_assert!(same::<Value>(&text));
    }
}
