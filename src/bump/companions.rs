//! Lock files and requirements that repeat the version of a manifest: they move with it, without a package manager and its
//! network.

use crate::error::Result;
use crate::formats::locate::{Path, Step, locate};
use crate::model::path::RepoPath;
use crate::model::release::Place;

use super::table::{Row, Sources};

/// A manifest whose version others repeat.
struct Manifest {
    file: &'static str,
    /// Where the version stands in it.
    path: &'static str,
    find: fn(&RepoPath, &Sources) -> Result<Vec<Place>>,
}

/// Every manifest; a line is all that a new one needs besides its search.
const MANIFESTS: &[Manifest] = &[
    Manifest { file: "Cargo.toml", path: "package.version", find: cargo_package },
    Manifest { file: "Cargo.toml", path: "workspace.package.version", find: cargo_workspace },
    Manifest { file: "package.json", path: "version", find: npm },
    Manifest { file: "pyproject.toml", path: "project.version", find: uv },
];

/// How entries of lock files are called.
const LABEL: &str = "lock file";

/// How requirements are called that other packages of the repository have.
const REQUIRED: &str = "requirement";

/// The tables in which a package may require another one.
const REQUIREMENTS: [&str; 4] =
    ["workspace.dependencies", "dependencies", "dev-dependencies", "build-dependencies"];

/// Whether a place is a requirement: one that says less than the whole version is nobody's mistake.
pub(super) fn is_requirement(place: &Place) -> bool {
    place.label.as_deref() == Some(REQUIRED)
}

/// The places that repeat what a place says, as far as their files are there.
pub(super) fn companions(row: &Row, sources: &Sources) -> Result<Vec<Place>> {
    let place = &row.place;
    let fits = |manifest: &&Manifest| place.file.file_name() == manifest.file && place.path == manifest.path;
    MANIFESTS.iter().find(fits).map_or(Ok(Vec::new()), |manifest| (manifest.find)(&place.file, sources))
}

fn cargo_package(manifest: &RepoPath, sources: &Sources) -> Result<Vec<Place>> {
    let names = values(manifest, "package.name", sources)?;
    cargo(manifest, &names, sources)
}

// Every member that takes its version from the workspace.
fn cargo_workspace(manifest: &RepoPath, sources: &Sources) -> Result<Vec<Place>> {
    let top = manifest.parent();
    let below =
        |member: &RepoPath| top.as_ref().is_none_or(|top| member.as_str().starts_with(&format!("{top}/")));
    let mut names = Vec::new();
    for member in (sources.named)("Cargo.toml")?.iter().filter(|member| below(member)) {
        // Something that cannot be read is no member.
        let inherits = values(member, "package.version.workspace", sources).unwrap_or_default();
        if inherits == ["true"] {
            names.extend(values(member, "package.name", sources)?);
        }
    }
    cargo(manifest, &names, sources)
}

/// The entries of packages in the lock file, and what other packages of the repository require of them.
fn cargo(manifest: &RepoPath, names: &[String], sources: &Sources) -> Result<Vec<Place>> {
    let lock = nearest(manifest, "Cargo.lock", sources)?;
    let mut found: Vec<Place> =
        lock.iter().flat_map(|lock| names.iter().map(|name| package(lock, name))).collect();
    for other in (sources.named)("Cargo.toml")? {
        let bytes = (sources.read)(&other)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        // Most packages require few others, and each question reads the whole file.
        for name in names.iter().filter(|name| text.contains("path") && text.contains(name.as_str())) {
            for table in REQUIREMENTS {
                let at = |last: &str| {
                    let keys = table.split('.').chain([name.as_str(), last]);
                    Path::Steps(keys.map(|key| Step::Key(key.to_owned())).collect()).to_string()
                };
                // One that is taken from elsewhere has a version of its own.
                if !values(&other, &at("path"), sources).unwrap_or_default().is_empty() {
                    found.push(Place { label: Some(REQUIRED.to_owned()), ..follower(&other, at("version")) });
                }
            }
        }
    }
    Ok(found)
}

fn npm(manifest: &RepoPath, sources: &Sources) -> Result<Vec<Place>> {
    let mut found = Vec::new();
    for name in ["package-lock.json", "npm-shrinkwrap.json"] {
        let Some(lock) = nearest(manifest, name, sources)? else { continue };
        let (own, theirs) = (manifest.parent(), lock.parent());
        let own = own.as_ref().map_or("", RepoPath::as_str);
        let theirs = theirs.map_or(String::new(), |theirs| format!("{theirs}/"));
        let inside =
            if theirs.trim_end_matches('/') == own { "" } else { own.strip_prefix(&theirs).unwrap_or(own) };
        if inside.is_empty() {
            found.push(follower(&lock, "version".to_owned()));
        }
        let keys = ["packages", inside, "version"].map(|key| Step::Key(key.to_owned()));
        found.push(follower(&lock, Path::Steps(keys.to_vec()).to_string()));
    }
    Ok(found)
}

fn uv(manifest: &RepoPath, sources: &Sources) -> Result<Vec<Place>> {
    let Some(lock) = nearest(manifest, "uv.lock", sources)? else { return Ok(Vec::new()) };
    let names = values(manifest, "project.name", sources)?;
    Ok(names.iter().map(|name| package(&lock, &normal(name))).collect())
}

/// A name as Python's lock files have it: in lower case, with one hyphen for every run of separators.
fn normal(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

fn package(lock: &RepoPath, name: &str) -> Place {
    let key = |key: &str| Step::Key(key.to_owned());
    let select = Step::Where { key: "name".to_owned(), value: name.to_owned() };
    follower(lock, Path::Steps(vec![key("package"), select, key("version")]).to_string())
}

fn follower(lock: &RepoPath, path: String) -> Place {
    Place { file: lock.clone(), path, format: None, label: Some(LABEL.to_owned()), count: None }
}

/// The file of this name beside another one or above it.
fn nearest(from: &RepoPath, name: &str, sources: &Sources) -> Result<Option<RepoPath>> {
    let mut folder = from.parent();
    loop {
        let path = match &folder {
            Some(folder) => folder.join(name)?,
            None => RepoPath::parse(name)?,
        };
        if (sources.read)(&path)?.is_some() {
            return Ok(Some(path));
        }
        match folder {
            Some(inner) => folder = inner.parent(),
            None => return Ok(None),
        }
    }
}

fn values(file: &RepoPath, path: &str, sources: &Sources) -> Result<Vec<String>> {
    let Some(bytes) = (sources.read)(file)? else { return Ok(Vec::new()) };
    let found = locate(file.as_str(), &bytes, &Path::parse(path)?)?;
    Ok(found.into_iter().map(|located| located.text).collect())
}
