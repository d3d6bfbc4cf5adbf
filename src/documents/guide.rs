//! What the runbook of a process is told: the profile, with the team's own paths.

use serde_json::{Map, Value, json};

use crate::model::config::Config;
use crate::model::document::{Begun, Document, On};
use crate::model::gate::{FullPart, Part};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::place::{Places, at_large};
use crate::model::profile::{Kind, Profile, StateSource};
use crate::model::release::{Group, Policy};
use crate::model::table::Table;

use super::rules::{either, guarded};
use super::values::{kind_of, process};

/// What a template about a process alone is told; `config`: what the team decided.
///
/// `profile`, `guide`; `root` and `kinds` with what must hold before each move (`rules`) and their `fields`;
/// `documents` where this team has them; `reports`; `starts_with`: `items`, `gates`, `checkpoints`, `metrics`; `releases`: the
/// groups of versions that move together, each with its `places` and the `option` that names it.
pub fn of_profile(profile: &Profile, config: &Config) -> Value {
    let places = &config.paths;
    let kinds: Vec<Value> = profile.kinds.iter().map(|(id, kind)| told(profile, id.as_str(), kind)).collect();
    let documents = profile.documents.iter();
    let documents: Vec<Value> = documents.map(|found| document(profile, places, found)).collect();
    let reports = profile.reports.iter();
    let reports: Vec<Value> = reports
        .map(|(name, report)| json!({ "name": name, "title": report.title, "days": report.days }))
        .collect();
    let all: Map<String, Value> =
        profile.paths.iter().chain(places).map(|(name, path)| (name.clone(), json!(path))).collect();
    json!({
        "profile": process(profile), "guide": profile.guide, "root": told(profile, "workflow", &profile.workflow),
        "kinds": kinds, "documents": documents, "reports": reports, "places": all,
        "logs": profile.logs.as_ref().map(|logs| &logs.variable),
        "waivable": profile.waivable,
        "stops": profile.on_failure == crate::model::profile::OnFailure::Stop,
        "starts_with": seed(profile), "releases": releases(config),
    })
}

fn releases(config: &Config) -> Vec<Value> {
    let groups: Vec<_> =
        config.versions.iter().filter(|(_, group)| group.policy == Policy::Lockstep).collect();
    let one = |(name, group): &(&Id, &Group)| {
        let option = if groups.len() > 1 { format!(" -g {name}") } else { String::new() };
        let places = group.locations.iter().map(|place| format!("{} {}", place.file, place.path));
        json!({ "name": name, "tag": group.tag(), "option": option, "places": places.collect::<Vec<_>>() })
    };
    groups.iter().map(one).collect()
}

fn told(profile: &Profile, id: &str, kind: &Kind) -> Value {
    let mut value = kind_of(id, kind);
    let rules: Vec<Value> = guarded(profile, kind)
        .into_iter()
        .map(|(verbs, holds)| json!({ "verbs": verbs, "holds": holds }))
        .collect();
    let field = |(name, field): (&Id, &crate::model::field::Field)| {
        json!({
            "name": name, "title": field.title.clone().unwrap_or_else(|| name.to_string()),
            "type": field.kind, "values": field.of, "from": field.from, "required": field.required,
        })
    };
    let under: Vec<&str> = kind.under.iter().map(|under| title(profile, under)).collect();
    if let Some(map) = value.as_object_mut() {
        map.insert("rules".to_owned(), json!(rules));
        map.insert("fields".to_owned(), kind.fields.iter().map(field).collect());
        map.insert("stands_under".to_owned(), json!(under));
        map.insert("can_begin".to_owned(), json!(kind.state == StateSource::Own));
    }
    value
}

fn title<'a>(profile: &'a Profile, kind: &'a Id) -> &'a str {
    profile.kinds.get(kind).map_or(profile.workflow.title.as_str(), |kind| kind.title.as_str())
}

// `begun`: the command that begins it, null where none does; `begun_by`: of which kinds.
fn document(profile: &Profile, places: &Places, (name, document): (&Id, &Document)) -> Value {
    let of = profile.kinds.iter().filter(|(_, kind)| kind.documents.contains(name));
    let kinds: Vec<&str> = of.map(|(_, kind)| kind.title.as_str()).collect();
    let begun = match document.begun {
        Begun::New => Some("new"),
        Begun::Start => (!kinds.is_empty()).then_some("start"),
    };
    let when = match document.on {
        On::Base => "base",
        On::Always => "always",
        On::Never => "never",
    };
    json!({
        "name": name, "title": document.title, "path": at_large(document, profile, places),
        "rendered": document.template.is_some(), "when": when, "block": document.block,
        "begun": begun, "begun_by": either(&kinds),
        "sections": document.sections, "points": document.points, "front": document.front,
        "copy": document.copy, "append": document.append, "retention": document.retention,
    })
}

// What a new workflow begins with, items in their order with their depth.
fn seed(profile: &Profile) -> Value {
    let seed = &profile.starts_with;
    let (mut items, mut gates) = (Vec::new(), Vec::new());
    grown(&seed.items, 0, &mut items, &mut gates);
    gates.extend(seed.gates.iter().map(|found| gate(None, found)));
    let checkpoints = seed.checkpoints.iter().map(|(id, checkpoint)| {
        json!({ "id": id, "title": checkpoint.title, "role": checkpoint.role, "summary": checkpoint.summary })
    });
    let metrics = seed.metrics.iter().map(|(id, metric)| {
        json!({
            "id": id, "title": metric.title.clone().unwrap_or_else(|| id.to_string()), "unit": metric.unit,
            "target": metric.target,
        })
    });
    json!({
        "items": items, "gates": gates, "checkpoints": checkpoints.collect::<Vec<_>>(),
        "metrics": metrics.collect::<Vec<_>>(), "protocol": seed.protocol.clone().unwrap_or_default(),
    })
}

fn grown(found: &Table<Item>, depth: usize, items: &mut Vec<Value>, gates: &mut Vec<Value>) {
    for (id, item) in found.iter() {
        items.push(json!({ "id": id, "title": item.title, "kind": item.kind, "depth": depth }));
        gates.extend(item.gates.iter().map(|found| gate(Some(id), found)));
        grown(&item.items, depth + 1, items, gates);
    }
}

fn gate(item: Option<&Id>, (id, gate): (&Id, &crate::model::gate::Gate)) -> Value {
    let part = |(id, part): (&Id, &Part)| {
        let none = FullPart::default();
        let full = match part {
            Part::Short(_) => &none,
            Part::Full(full) => full,
        };
        json!({
            "id": id, "title": full.title.as_ref().map_or_else(|| id.to_string(), Clone::clone),
            "answers": full.human.as_ref().or(full.review.as_ref()), "review": full.review.is_some(),
            "run": full.is_run(),
        })
    };
    json!({
        "id": id, "title": gate.title.as_ref().map_or_else(|| id.to_string(), Clone::clone), "item": item,
        "parts": gate.parts.iter().map(part).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::testing::Scene;
    use crate::model::path::RepoPath;

    #[test]
    fn a_guide_names_the_paths_of_this_team() {
        let scene = Scene::shipped("phase", "items: {}");
        let world = scene.world();
        let paths = [("agents".to_owned(), RepoPath::parse("docs/agents").unwrap())].into();
        let config = Config { paths, ..Config::default() };
        let value = of_profile(world.boards[0].profile, &config);
        let all = value["documents"].as_array().unwrap();
        let path = |name: &str| all.iter().find(|found| found["name"] == name).unwrap()["path"].clone();
        assert_eq!(path("agent_plan"), "docs/agents/AGENT_<owner>_PLAN_VERBATIM.md");
        assert_eq!(path("acceptance_gates"), "planning/<workflow>/ACCEPTANCE_GATES.md");
        let part = &value["starts_with"]["gates"][0]["parts"][0];
        assert_eq!((&part["answers"], &part["run"]), (&Value::Null, &json!(true)));
        assert_eq!(value["starts_with"]["items"][1]["depth"], 1);
    }

    #[test]
    fn every_shipped_process_has_a_runbook() {
        for name in ["change", "orchestration", "phase", "program", "trace"] {
            let scene = Scene::shipped(name, "items: {}");
            let world = scene.world();
            let profile = world.boards[0].profile;
            let (guide, kinds) = (&profile.guide, &profile.kinds);
            assert!(!guide.commands.is_empty() && !guide.use_when.is_empty(), "{name}");
            let silent = kinds.iter().find(|(_, kind)| kind.guide.is_none());
            assert!(silent.is_none(), "{name}: {:?}", silent.map(|(id, _)| id));
        }
    }
}
