//! The subject of a commit follows Conventional Commits.

use crate::message::{Header, Kind, suggest};
use crate::model::rule::Level;

use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "conventional-commit",
    about: About::Message,
    level: Level::Off,
    summary: "the subject of a commit is `type(scope): description`",
    help: "Conventional Commits 1.0: a type of the list (`allow:`, else build, chore, ci, docs, feat, fix,\n\
           perf, refactor, revert, style, test), a scope in parentheses (one of `scopes:`, where the team\n\
           names any), `!` for what breaks, a colon and a blank, and what the commit does. The next version and the change\n\
           log are made from it. Merges, reverts, fixup!, squash! and amend! pass.\n\
           `git commit --amend` changes the last one.",
    check: Check::Pure(check),
};

/// The types that a team has that names none.
const TYPES: [&str; 11] =
    ["build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"];

fn check(case: &Case) -> Vec<Complaint> {
    let Some(said) = case.message else { return Vec::new() };
    let message = said.message;
    let by_git = match &message.kind {
        Kind::Ordinary | Kind::Merge => false,
        Kind::Revert { .. } | Kind::Reapply { .. } => !message.reverts.is_empty(),
        Kind::Fixup { .. } | Kind::Squash { .. } | Kind::Amend { .. } | Kind::Empty => true,
    };
    // What a merge is, only its parents tell.
    if said.merge || by_git {
        return Vec::new();
    }
    let team = case.policy.option(&RULE, |setting| setting.allow.as_ref());
    let types: Vec<&str> = team.map_or(TYPES.to_vec(), |types| types.iter().map(String::as_str).collect());
    let subject = message.subject.as_str();
    let wrong = if said.bom {
        Some("it begins with a byte order mark".to_owned())
    } else {
        wrong(case, subject, &types)
    };
    let fix = suggest(subject, &types).filter(|suggested| suggested != subject);
    wrong
        .map(|wrong| {
            Complaint::new(format!("`{subject}`: {wrong}"))
                .fix(fix.map(|subject| format!("write `{subject}`")))
        })
        .into_iter()
        .collect()
}

fn wrong(case: &Case, subject: &str, types: &[&str]) -> Option<String> {
    let header = match Header::parse(subject) {
        Ok(header) => header,
        Err(problem) => return Some(problem.to_string()),
    };
    if !types.contains(&header.kind.as_str()) {
        return Some(format!("`{}` is none of the types {}", header.kind, types.join(", ")));
    }
    let scopes = case.policy.option(&RULE, |setting| setting.scopes.as_ref())?;
    let scope = header.scope.as_ref().filter(|scope| !scopes.contains(scope))?;
    Some(format!("`{scope}` is none of the scopes {}", scopes.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    fn subject(config: &str, text: &str) -> Vec<String> {
        judged(&RULE, |case| case.process(CHANGE).config(config).message(text))
    }

    #[test]
    fn a_subject_has_a_type_of_the_team() {
        let on = "rules: {conventional-commit: error}";
        for text in
            ["feat: x", "fix(auth)!: y", "Revert \"feat: x\"\n\nThis reverts commit 1234567.", "fixup! wip"]
        {
            assert_eq!(subject(on, text), [""; 0], "{text}");
        }
        for text in [
            "Add login",
            "feature: x",
            "feat:x",
            "feat : x",
            "Merge branch 'x'",
            "Merged in junk",
            "Revert \"",
            "Reapply \"x",
        ] {
            assert_eq!(subject(on, text).len(), 1, "{text}");
        }
        assert!(
            subject(on, "Feat: x").concat().ends_with("(write `feat: x`)"),
            "{:?}",
            subject(on, "Feat: x")
        );
        let team = "rules: {conventional-commit: {level: error, allow: [story], scopes: [api]}}";
        assert_eq!(subject(team, "story(api): x"), [""; 0]);
        assert_eq!(subject(team, "story(ui): x"), ["`story(ui): x`: `ui` is none of the scopes api"]);
        assert_eq!(subject(team, "feat: x").len(), 1);
    }
}
