use super::super::{entries, with_section};
use super::judged;
use crate::model::release::Group;

#[test]
fn sections_are_added_and_nothing_else_changes() {
    let section = "## [1.1.0] - 2026-02-12\n\n### Added\n\n- a";
    for (before, expected) in [
        (None, "# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2026-02-12\n\n### Added\n\n- a\n"),
        (
            Some("# C\n\n## [1.0.0]\n\n- x\n"),
            "# C\n\n## [1.1.0] - 2026-02-12\n\n### Added\n\n- a\n\n## [1.0.0]\n\n- x\n",
        ),
        (
            Some("# C\n\n## [Unreleased]\n\n## 1.0.0\n"),
            "# C\n\n## [Unreleased]\n\n## [1.1.0] - 2026-02-12\n\n### Added\n\n- a\n\n## 1.0.0\n",
        ),
        // What people wrote becomes the section.
        (
            Some("## Unreleased\n\n- by hand\n\n## 1.0.0\n"),
            "## Unreleased\n\n## [1.1.0] - 2026-02-12\n\n- by hand\n\n## 1.0.0\n",
        ),
        (Some("# C"), "# C\n\n## [1.1.0] - 2026-02-12\n\n### Added\n\n- a\n"),
        (
            Some("# C\r\n\r\n## 1.0.0\r\n"),
            "# C\r\n\r\n## [1.1.0] - 2026-02-12\r\n\r\n### Added\r\n\r\n- a\r\n\r\n## 1.0.0\r\n",
        ),
        (
            Some("```\n## 0.1.0\n```\n\n## [Unreleased]\n\n[Unreleased]: https://x\n"),
            "```\n## 0.1.0\n```\n\n## [Unreleased]\n\n## [1.1.0] - 2026-02-12\n\n### Added\n\n- a\n\n[Unreleased]: https://x\n",
        ),
    ] {
        assert_eq!(with_section(before, "1.1.0", section).as_deref(), Some(expected), "{before:?}");
    }
    // What a template leaves is nothing that people wrote, and what is commented out is no heading.
    let skeleton = "## [Unreleased]\n\n### Added\n\n### Fixed\n\n## 1.0.0\n";
    assert!(with_section(Some(skeleton), "1.1.0", section).unwrap().contains("- a\n"));
    let hidden = "# C\n\n<!--\n## [Unreleased]\n-->\n\n### [1.0.1]\n\n- x\n\n## 1.0.0\n";
    let after = with_section(Some(hidden), "1.1.0", section).unwrap();
    assert!(after.contains("-->\n\n## [1.1.0] - 2026-02-12\n\n### Added\n\n- a\n\n### [1.0.1]"), "{after}");
    for title in ["## Version 1.1.0", "### 1.1.0", "## [1.1.0] - x", "## v1.1.0 (x)", "## 1.1.0"] {
        assert_eq!(with_section(Some(title), "1.1.0", section), None, "{title}");
    }
    assert!(with_section(Some("## 1.1.0-rc.1\n"), "1.1.0", section).is_some());
}

#[test]
fn entries_stand_below_what_they_are() {
    let reasons = judged(
        &["feat(ui): a", "fix: b", "fix!: c\n\nBREAKING CHANGE: the\n  flag", "docs: d", "revert: e"],
        &Group::default(),
    );
    let entries = entries(&reasons);
    let titles: Vec<&str> =
        entries.as_array().unwrap().iter().map(|section| section["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Added", "Removed", "Fixed"]);
    assert_eq!(entries[0]["entries"][0]["scope"], "ui");
    assert_eq!(entries[2]["entries"][0]["breaking"], "the flag");
    assert_eq!(entries[2]["entries"][1]["text"], "b");
}
