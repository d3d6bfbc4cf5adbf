//! Version files that a repository has, by their usual names: what `init` proposes.

use crate::error::Result;
use crate::model::path::RepoPath;
use crate::model::release::Place;

use super::table::{Sources, read_place};

/// A value that usually is a version.
struct Known {
    file: &'static str,
    path: &'static str,
    label: &'static str,
}

const fn known(file: &'static str, path: &'static str, label: &'static str) -> Known {
    Known { file, path, label }
}

/// Every version that is looked for, in the order in which they are shown.
const KNOWN: &[Known] = &[
    known(".claude-plugin/marketplace.json", "metadata.version", "marketplace"),
    known(".claude-plugin/marketplace.json", "version", "marketplace"),
    known(".claude-plugin/marketplace.json", "plugins[*].version", "marketplace plugin"),
    known(".claude-plugin/plugin.json", "version", "plugin"),
    known("Cargo.toml", "package.version", "crate"),
    known("Cargo.toml", "workspace.package.version", "workspace"),
    known("package.json", "version", "package"),
    known("pyproject.toml", "project.version", "package"),
    known("pyproject.toml", "tool.poetry.version", "package"),
    known("setup.cfg", r"/^version\s*=\s*(?P<version>[0-9][^\s]*)/", "package"),
    known("pom.xml", "project.version", "artifact"),
    known("Directory.Build.props", "Project.PropertyGroup.Version", "projects"),
    known("Chart.yaml", "version", "chart"),
    known("pubspec.yaml", "version", "package"),
    known("composer.json", "version", "package"),
    known("gradle.properties", r"/^version\s*=\s*(?P<version>[^\s]+)/", "project"),
    known("VERSION", r"/\A\s*(?P<version>v?[0-9][^\s]*)/", "version"),
    known("version.txt", r"/\A\s*(?P<version>v?[0-9][^\s]*)/", "version"),
];

/// The places at the top of a repository that hold a version.
pub fn find(sources: &Sources) -> Result<Vec<Place>> {
    let mut found = Vec::new();
    for known in KNOWN {
        found.extend(place(RepoPath::parse(known.file)?, known, sources));
    }
    Ok(found)
}

/// Places in files of the same names further down.
pub fn find_below(sources: &Sources) -> Result<Vec<Place>> {
    let mut found = Vec::new();
    for known in KNOWN {
        let (folder, name) = known.file.rsplit_once('/').unwrap_or(("", known.file));
        for file in (sources.named)(name)? {
            let parent = file.parent().map(|parent| parent.to_string()).unwrap_or_default();
            let alike = file.as_str() != known.file && (folder.is_empty() || parent.ends_with(folder));
            found.extend(Some(file).filter(|_| alike).and_then(|file| place(file, known, sources)));
        }
    }
    found.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(found)
}

// What cannot be read, or says no version, is not proposed.
fn place(file: RepoPath, known: &Known, sources: &Sources) -> Option<Place> {
    let (path, label) = (known.path.to_owned(), Some(known.label.to_owned()));
    let mut place = Place { file, path, format: None, label, count: None };
    let values = read_place(&place, sources).ok()??;
    if values.is_empty() || values.iter().any(|value| value.version.is_none()) {
        return None;
    }
    match u16::try_from(values.len()).ok()? {
        // The only one of a list is named by its place.
        1 => place.path = known.path.replace("[*]", "[0]"),
        count => place.count = Some(count),
    }
    Some(place)
}
