//! Risks and metrics as templates see them.

use serde_json::{Number, Value, json};

use crate::derive::board::Board;
use crate::model::id::Id;
use crate::model::time::Date;
use crate::model::watch::{Metric, Risk};

use super::items::numbered;

/// The risks of a workflow, in the order of the file.
pub(super) fn risks(board: &Board) -> Vec<Value> {
    let of = |risk: (&Id, &Risk), item: &Id| {
        let table = json!({ risk.0.as_str(): risk.1 });
        let mut value = numbered(&table).get(0).cloned().unwrap_or_default();
        if let Some(map) = value.as_object_mut() {
            map.insert("item".to_owned(), json!(item));
        }
        value
    };
    board.nodes().flat_map(|(_, node)| node.item.risks.iter().map(|risk| of(risk, node.id))).collect()
}

/// The metrics of a workflow with their newest values, in the order of the file.
pub(super) fn metrics(board: &Board) -> Vec<Value> {
    let all = board.nodes().flat_map(|(_, node)| node.item.metrics.iter());
    all.map(|(id, found)| metric(id, found, None, None)).collect()
}

/// A metric with the newest of its values from one day to another, both included.
///
/// `value` and `before` are null where there is none; `trend` is `up`, `down` or `same`.
pub fn metric(id: &Id, metric: &Metric, since: Option<Date>, until: Option<Date>) -> Value {
    let samples = || metric.samples.iter().filter(|(date, _)| until.is_none_or(|until| **date <= until));
    let newest = samples().next_back();
    let inside = newest.filter(|(date, _)| since.is_none_or(|since| **date >= since));
    let before = match inside {
        Some((newest, _)) => samples().rfind(|(date, _)| *date < newest),
        None => newest,
    };
    let number = |sample: Option<(&Date, &Number)>| sample.map(|(_, number)| number.clone());
    let trend = inside.zip(before).and_then(|((_, now), (_, before))| {
        Some(match now.as_f64()?.partial_cmp(&before.as_f64()?)? {
            std::cmp::Ordering::Less => "down",
            std::cmp::Ordering::Equal => "same",
            std::cmp::Ordering::Greater => "up",
        })
    });
    let met = metric.target.as_ref().zip(inside).and_then(|(target, (_, now))| Some(target.met(now.as_f64()?)));
    json!({
        "id": id, "title": metric.title.clone().unwrap_or_else(|| id.to_string()), "unit": metric.unit,
        "target": metric.target, "value": number(inside), "at": inside.map(|(date, _)| date),
        "before": number(before), "trend": trend, "met": met,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::testing::{Scene, id};

    #[test]
    fn a_metric_says_only_what_was_measured_in_the_window() {
        let scene = Scene::team(
            "metrics: {ci: {unit: '%', target: '>=95', samples: {'2026-02-06': 91, '2026-02-13': 96, '2026-02-20': 94.5}}}",
        );
        let ci = scene.workflows[0].root.metrics.get(&id("ci")).unwrap();
        let day = |text| Some(Date::parse(text).unwrap());
        let told = |since, until| {
            let value = metric(&id("ci"), ci, since, until);
            ["value", "before", "trend", "met"].map(|key| value[key].to_string()).join(" ")
        };
        assert_eq!(told(None, None), "94.5 96 \"down\" false");
        assert_eq!(told(day("2026-02-07"), day("2026-02-13")), "96 91 \"up\" true");
        assert_eq!(told(day("2026-02-07"), day("2026-02-12")), "null 91 null null");
        assert_eq!(told(None, day("2026-02-01")), "null null null null");
    }
}
