//! Locks of files, by which commands that run at the same time keep out of each other's way.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::Context as _;

use crate::progress;

/// Locks the file at `path`, which is made, until what is given is dropped. While another process has it, this waits, and
/// says `why`.
///
/// # Errors
/// When it cannot be made or locked.
pub fn wait(path: &Path, why: &str) -> anyhow::Result<File> {
    let file = File::create(path).with_context(|| format!("`{}` cannot be written", path.display()))?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        progress::note(why);
    }
    file.lock().with_context(|| format!("`{}` cannot be locked", path.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_another_has_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = wait(&path, "nobody has it").unwrap();
        let other = thread::spawn({
            let path = path.clone();
            move || wait(&path, "another has it").unwrap()
        });
        thread::sleep(Duration::from_millis(50));
        assert!(!other.is_finished());
        drop(held);
        other.join().unwrap();
        let missing = wait(&folder.path().join("none/lock"), "nobody has it").unwrap_err().to_string();
        assert!(missing.ends_with("none/lock` cannot be written"), "{missing}");
    }
}
