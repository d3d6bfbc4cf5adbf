//! The version files that a workflow is about say the same.

use crate::model::field::{FieldType, FieldValue};
use crate::model::location::{Found, Location};
use crate::model::rule::Level;

use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "version-mismatch",
    about: About::State,
    level: Level::Warn,
    summary: "the places that hold one version hold the same one",
    help: "A field of a workflow that lists where a version stands is read with every commit that touches one of these\n\
           files. Set the others to the same version in the same commit.",
    check: Check::Pure(check),
};

fn check(case: &Case) -> Vec<Complaint> {
    let mut found = Vec::new();
    for (_, board) in case.open() {
        let declared =
            board.profile.workflow.fields.iter().filter(|(_, field)| field.kind == FieldType::Locations);
        let lists = declared.filter_map(|(name, _)| match board.root().item.fields.get(name)? {
            FieldValue::List(texts) => Some(texts),
            _ => None,
        });
        let locations: Vec<Location> =
            lists.flatten().filter_map(|text| Location::parse(text).ok()).collect();
        let Some(touched) = locations.iter().find(|location| case.touches(location.file().as_str())) else {
            continue;
        };
        let mut values: Vec<String> = Vec::new();
        for location in &locations {
            if let Found::Values(here) = case.after.pages.located(location) {
                values.extend(here.into_iter().filter(|value| !values.contains(value)).collect::<Vec<_>>());
            }
        }
        if values.len() > 1 {
            let message = format!("the version files say {}", values.join(", "));
            let fix = format!("git track show {}", board.workflow.id);
            found.push(Complaint::new(message).file(touched.file().as_str()).fix(fix).of(board));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn versions_are_compared_when_one_of_them_changes() {
        let body = "fields: {versions: [a.json version, b.json version]}";
        let two = |first: &str, second: &str| {
            judged(&RULE, |case| {
                let json = |version: &str| format!("{{\"version\": \"{version}\"}}");
                case.process(CHANGE)
                    .workflow("w", body)
                    .adds("a.json", &json(first))
                    .holds("b.json", &json(second))
            })
        };
        assert_eq!(two("1.0.0", "1.0.0"), [""; 0]);
        assert_eq!(two("1.0.0", "0.1.0"), ["a.json: the version files say 1.0.0, 0.1.0 (git track show w)"]);
    }
}
