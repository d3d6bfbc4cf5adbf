//! What commits say, read from the commits or from the cache.

use git2::Oid;

use super::super::bytes::{Bytes, Written};
use super::super::{Repo, Trouble, says};
use crate::error::{Error, Result};
use crate::model::facts::CommitId;
use crate::model::landing::{How, Mention, Work};

/// So many commits are asked of one child.
const CHUNK: usize = 4096;
/// So often progress is told.
const TELL: usize = 2048;

/// How a word stands in a message, by the number that stands for it in the cache.
const HOW: [How; 5] = [How::Track, How::Refers, How::Line, How::Subject, How::Merged];

/// Takes the place of a commit in a list and the commit as it is stored, `None` where it is missing.
pub(in crate::git) type Each<'t> = &'t mut dyn FnMut(usize, Option<&[u8]>) -> Result<()>;

/// What is told about a step: what it is, how much of it is done, of how much.
pub(in crate::git) type Told<'t> = &'t mut dyn FnMut(&'static str, usize, usize);

impl Repo {
    /// Calls `each` with the place in `ids` and the stored commit, `None` where it is missing.
    pub(in crate::git) fn each_commit(
        &self,
        ids: &[Oid],
        what: &'static str,
        told: Told,
        each: Each,
    ) -> Result<()> {
        let fast = self.read_objects(|_| Ok(true), || Ok(false))?;
        if let Some(lib) = self.lib.as_ref().filter(|_| fast) {
            let failed = |error: git2::Error| Error::repository(error.message());
            let mut objects = self.objects_once(lib, ids.len()).map_err(failed)?;
            for (at, id) in ids.iter().enumerate() {
                if at > 0 && at.is_multiple_of(TELL) {
                    told(what, at, ids.len());
                    objects = self.objects_once(lib, ids.len()).map_err(failed)?;
                }
                match objects.read(*id) {
                    Ok(found) => each(at, Some(found.data()))?,
                    Err(error) => match Trouble::from(error) {
                        Trouble::AskGit => each(at, self.asked(*id).as_deref())?,
                        Trouble::Fatal(error) => return Err(error),
                    },
                }
            }
            return Ok(());
        }
        for (chunk, part) in ids.chunks(CHUNK).enumerate() {
            let begin = chunk * CHUNK;
            if begin > 0 {
                told(what, begin, ids.len());
            }
            let names: Vec<String> = part.iter().map(Oid::to_string).collect();
            match self.ask_objects(names.iter().map(String::as_str), usize::MAX) {
                Ok(all) => {
                    for (nth, (_, raw)) in all.iter().enumerate() {
                        each(begin + nth, Some(raw))?;
                    }
                }
                // One of them is missing.
                Err(_) => {
                    for (nth, id) in part.iter().enumerate() {
                        each(begin + nth, self.asked(*id).as_deref())?;
                    }
                }
            }
        }
        Ok(())
    }

    fn asked(&self, id: Oid) -> Option<Vec<u8>> {
        let mut all = self.ask_objects(std::iter::once(id.to_string().as_str()), usize::MAX).ok()?;
        all.pop().map(|(_, raw)| raw)
    }
}

/// A name for the outside.
pub(in crate::git) fn commit_id(id: &Oid) -> Result<CommitId> {
    CommitId::from_bytes(id.as_bytes()).ok_or_else(|| Error::bug("an id has an odd length"))
}

/// What a stored commit says.
pub(super) fn work(id: &Oid, raw: &[u8]) -> Result<Work> {
    let work = says::work(&commit_id(id)?, raw);
    work.ok_or_else(|| Error::repository(format!("commit {id} cannot be read")))
}

/// Whether it can be about an item at all.
pub(super) fn is_about_something(work: &Work) -> bool {
    !(work.mentions.is_empty() && work.reverts.is_empty() && work.undoes.is_none())
}

pub(super) fn write(out: &mut Written, id: &Oid, work: &Work) {
    out.count(work.mentions.len());
    for mention in &work.mentions {
        let how = HOW.iter().position(|how| *how == mention.how).unwrap_or_default();
        out.byte(u8::try_from(how).unwrap_or_default());
        out.text(&mention.text);
    }
    out.count(work.reverts.len());
    work.reverts.iter().for_each(|id| out.text(id));
    out.byte(u8::from(work.undoes.is_some()));
    out.text(work.undoes.as_deref().unwrap_or_default());
    out.id(id);
    out.count(work.parents.len());
    for parent in &work.parents {
        out.text(parent.as_str());
    }
    out.byte(u8::from(work.beside_state.is_some()) | u8::from(work.unread) << 1 | u8::from(work.squash) << 2);
    let beside = work.beside_state.as_deref().unwrap_or_default();
    out.count(beside.len());
    beside.iter().for_each(|path| out.text(path));
    out.seconds(work.authored);
    out.seconds(work.committed);
    out.text(&work.author);
    out.text(&work.subject);
}

pub(super) fn read(bytes: &mut Bytes, width: usize) -> Option<Work> {
    let mut mentions = Vec::new();
    for _ in 0..bytes.number()? {
        let how = *HOW.get(usize::from(bytes.byte()?))?;
        mentions.push(Mention { how, text: bytes.text()?.to_owned() });
    }
    let mut reverts = Vec::new();
    for _ in 0..bytes.number()? {
        reverts.push(bytes.text()?.to_owned());
    }
    let (undoes, text) = (bytes.byte()?, bytes.text()?);
    let id = commit_id(&bytes.id(width)?).ok()?;
    let mut parents = Vec::new();
    for _ in 0..bytes.number()? {
        parents.push(CommitId::parse(bytes.text()?).ok()?);
    }
    let flags = bytes.byte()?;
    let mut beside = Vec::new();
    for _ in 0..bytes.number()? {
        beside.push(bytes.text()?.to_owned());
    }
    Some(Work {
        id,
        parents,
        beside_state: (flags & 1 != 0).then_some(beside),
        unread: flags & 2 != 0,
        squash: flags & 4 != 0,
        authored: bytes.seconds()?,
        committed: bytes.seconds()?,
        author: bytes.text()?.to_owned(),
        subject: bytes.text()?.to_owned(),
        mentions,
        reverts,
        undoes: (undoes != 0).then(|| text.to_owned()),
    })
}

/// Whether somebody wants a commit that [`write`] wrote, without making anything of it.
pub(super) fn is_wanted(bytes: &[u8], wanted: &dyn Fn(How, &str) -> bool) -> Option<bool> {
    let mut bytes = Bytes(bytes);
    for _ in 0..bytes.number()? {
        let how = *HOW.get(usize::from(bytes.byte()?))?;
        let text = bytes.text()?;
        if how == How::Track || wanted(how, text) {
            return Some(true);
        }
    }
    let reverts = bytes.number()?;
    for _ in 0..reverts {
        bytes.text()?;
    }
    Some(reverts > 0 || bytes.byte()? != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Work {
        let mention = |how, text: &str| Mention { how, text: text.to_owned() };
        Work {
            id: CommitId::parse(&"ab".repeat(20)).unwrap(),
            author: "a@b".to_owned(),
            authored: -1,
            committed: 1 << 40,
            parents: vec![CommitId::parse(&"cd".repeat(20)).unwrap(); 2],
            beside_state: Some(vec!["a/b".to_owned()]),
            unread: true,
            squash: true,
            subject: "é".to_owned(),
            mentions: HOW.map(|how| mention(how, "x")).to_vec(),
            reverts: vec!["12".to_owned()],
            undoes: Some(String::new()),
        }
    }

    fn bytes(work: &Work) -> Vec<u8> {
        let mut out = Written::default();
        write(&mut out, &Oid::from_str_ext(work.id.as_str(), git2::ObjectFormat::Sha1).unwrap(), work);
        out.0
    }

    #[test]
    fn what_is_written_is_read() {
        let plain =
            Work { mentions: Vec::new(), reverts: Vec::new(), undoes: None, beside_state: None, ..full() };
        for work in [full(), plain] {
            let bytes = bytes(&work);
            let mut rest = Bytes(&bytes);
            assert_eq!((read(&mut rest, 20), rest.0.len()), (Some(work), 0));
            for length in 0..bytes.len() {
                assert_eq!(read(&mut Bytes(&bytes[..length]), 20), None);
            }
        }
    }

    #[test]
    fn what_is_wanted() {
        let none = |_: How, _: &str| false;
        let says = |work: &Work| is_wanted(&bytes(work), &none).unwrap();
        let plain = Work { mentions: Vec::new(), reverts: Vec::new(), undoes: None, ..full() };
        assert!(says(&full()));
        assert!(!says(&plain));
        assert!(says(&Work { undoes: Some(String::new()), ..plain.clone() }));
        assert!(says(&Work { reverts: vec!["1".to_owned()], ..plain.clone() }));
        let word = Work { mentions: vec![Mention { how: How::Subject, text: "T-1".to_owned() }], ..plain };
        assert!(!says(&word));
        assert_eq!(is_wanted(&bytes(&word), &|how, text| how == How::Subject && text == "T-1"), Some(true));
    }
}
