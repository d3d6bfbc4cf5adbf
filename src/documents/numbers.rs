//! Risks and metrics as templates see them.

use serde_json::{Number, Value, json};

use crate::derive::board::Board;
use crate::model::id::Id;
use crate::model::record::Severity;
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
/// `value` and `before` are null where there is none; `trend` is `up`, `down` or `same`, `delta` what lies between them
/// with its sign: `+5`.
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
    let delta =
        inside.zip(before).and_then(|((_, now), (_, before))| Some(signed(now.as_f64()? - before.as_f64()?)));
    let met =
        metric.target.as_ref().zip(inside).and_then(|(target, (_, now))| Some(target.met(now.as_f64()?)));
    json!({
        "id": id, "title": metric.title.clone().unwrap_or_else(|| id.to_string()), "unit": metric.unit,
        "target": metric.target, "value": number(inside), "at": inside.map(|(date, _)| date),
        "before": number(before), "trend": trend, "delta": delta, "met": met,
    })
}

// To four decimals, for what lies between two decimals is seldom one.
fn signed(change: f64) -> String {
    let text = format!("{change:+.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if matches!(text, "+0" | "-0") { "0".to_owned() } else { text.to_owned() }
}

/// How many findings are open, by how bad they are.
pub(super) fn open_findings(board: &Board) -> Value {
    let count = |severity: Severity| {
        let all = board.nodes().flat_map(|(_, node)| node.item.findings.values());
        all.filter(|finding| finding.severity == severity && finding.is_open()).count()
    };
    Severity::ALL.into_iter().map(|severity| (severity.word().to_owned(), json!(count(severity)))).collect()
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
            ["value", "before", "trend", "delta", "met"].map(|key| value[key].to_string()).join(" ")
        };
        assert_eq!(told(None, None), "94.5 96 \"down\" \"-1.5\" false");
        assert_eq!(told(day("2026-02-07"), day("2026-02-13")), "96 91 \"up\" \"+5\" true");
        assert_eq!(told(day("2026-02-07"), day("2026-02-12")), "null 91 null null null");
        assert_eq!(told(None, day("2026-02-01")), "null null null null null");
    }

    #[test]
    fn changes_are_signed_and_short() {
        let told: Vec<String> = [0.3 - 0.1, -2.0, 1200.0, 0.0, -0.000_01].map(signed).into();
        assert_eq!(told, ["+0.2", "-2", "+1200", "0", "0"]);
    }

    #[test]
    fn only_open_findings_are_counted() {
        let scene = Scene::items(
            "a: {title: A, findings: {f1: {severity: high, text: x}, f2: {severity: high, text: y, verified: \
             \"2026-02-12T09:00:00Z\"}}}, b: {title: B, findings: {f1: {severity: high, text: z}}}",
        );
        let counts = open_findings(&scene.world().boards[0]);
        assert_eq!((counts["high"].as_u64(), counts["critical"].as_u64()), (Some(2), Some(0)));
    }
}
