//! `git track`.

// Most of the time of reading many workflows goes into small pieces of text.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(
    unsafe_code,
    reason = "libgit2 reads this variable from the process and resolves it wrongly; no thread runs yet"
)]
fn main() -> std::process::ExitCode {
    let index_file = git_track::take_index_file(|name| unsafe { std::env::remove_var(name) });
    git_track::run(std::env::args_os(), index_file)
}
