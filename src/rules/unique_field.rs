//! What belongs to one workflow is not claimed by another.

use crate::model::rule::Level;

use super::folders::files;
use super::{About, Case, Check, Complaint, Rule, state_file};

pub(super) const RULE: Rule = Rule {
    id: "unique-field",
    about: About::State,
    level: Level::Error,
    summary: "one story, one workflow: what only one open workflow may have, no two have",
    help: "A field that a process declares as unique (the story of a change) names the one workflow that it belongs to.\n\
           The front matter of a document that names its workflow (`workflow`, `workstream_id`, `change_id`) names its own.\n\
           Close the other workflow, or give this one another value: `git track set WORKFLOW story=…`.",
    check: Check::Pure(check),
};

/// The keys by which documents name the workflow that they are about.
const NAMES: [&str; 3] = ["workflow", "workstream_id", "change_id"];

fn check(case: &Case) -> Vec<Complaint> {
    let mut found = Vec::new();
    let open: Vec<_> = case.open().map(|(_, board)| board).collect();
    for (at, board) in open.iter().enumerate() {
        let fields = board.profile.workflow.fields.iter().filter(|(_, field)| field.unique);
        for (name, value) in fields.filter_map(|(name, _)| Some((name, board.root().item.fields.get(name)?)))
        {
            let rival = open.iter().take(at).find(|other| {
                other.profile.profile == board.profile.profile
                    && other.root().item.fields.get(name) == Some(value)
            });
            found.extend(rival.map(|rival| {
                let message = format!("`{name}` {value} belongs to {}, which is open", rival.workflow.id);
                let fix = format!("git track set {} {name}=…", board.workflow.id);
                Complaint::new(message).file(state_file(board)).fix(fix).of(board)
            }));
        }
        for (_, _, path) in files(board).into_iter().filter(|(_, _, path)| case.touches(path.as_str())) {
            let Some(page) = case.after.pages.page(&path) else { continue };
            let id = board.workflow.id.as_str();
            let other = |key: &&&str| {
                page.front.get(**key).and_then(|value| value.as_str()).is_some_and(|said| said != id)
            };
            found.extend(NAMES.iter().find(other).map(|key| {
                let message = format!("its front matter says another `{key}` than {id}");
                Complaint::new(message).file(path.as_str()).fix(format!("edit {path}")).of(board)
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn a_story_belongs_to_one_open_workflow() {
        let two = |first: &str, second: &str| {
            judged(&RULE, |case| {
                case.process(CHANGE).workflow("CHG-20260212-a", first).workflow("CHG-20260212-b", second)
            })
        };
        assert_eq!(two("fields: {story: S-1}", "fields: {story: S-2}"), [""; 0]);
        assert_eq!(two("state: dropped\nfields: {story: S-1}", "fields: {story: S-1}"), [""; 0]);
        assert_eq!(
            two("fields: {story: S-1}", "fields: {story: S-1}"),
            [
                ".track/workflows/CHG-20260212-b.yaml: `story` S-1 belongs to CHG-20260212-a, which is open (git track set CHG-20260212-b story=…)"
            ]
        );
    }

    #[test]
    fn a_document_names_its_own_workflow() {
        let path = "changes/CHG-20260212-a/01-triage.md";
        let said = |id: &str| {
            judged(&RULE, |case| {
                case.process(CHANGE)
                    .workflow("CHG-20260212-a", "items: {triage: {title: T, kind: triage}}")
                    .adds(path, &format!("---\nworkstream_id: {id}\n---\n"))
            })
        };
        assert_eq!(said("CHG-20260212-a"), [""; 0]);
        assert_eq!(
            said("CHG-20260212-b"),
            [format!(
                "{path}: its front matter says another `workstream_id` than CHG-20260212-a (edit {path})"
            )]
        );
    }
}
