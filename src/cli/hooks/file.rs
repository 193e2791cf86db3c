//! An agent's file, read and replaced whole: through links, with its mode, and only if nobody else changed it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// A longer configuration is none.
const LONGEST: u64 = 16 << 20;

/// What the file holds; nothing where it is not there.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<String>> {
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if path.is_symlink() {
                bail!("{} is a link to nothing; mend or remove it", path.display());
            }
            return Ok(None);
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    if !meta.is_file() || meta.len() > LONGEST {
        bail!("{} is no file of settings", path.display());
    }
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match String::from_utf8(text) {
        Ok(text) => Ok(Some(text)),
        Err(_) => bail!("{} is not UTF-8", path.display()),
    }
}

/// Makes the file hold `after`, or go where there is none; `before` is what it was seen to hold.
pub(super) fn replace(
    path: &Path,
    before: Option<&str>,
    after: Option<&str>,
) -> anyhow::Result<()> {
    let target = match before {
        // What a link leads to is edited, the link stays.
        Some(_) => fs::canonicalize(path),
        None => Ok(path.to_owned()),
    };
    let target = target.with_context(|| format!("cannot follow {}", path.display()))?;
    if before.is_some() {
        writable(&target)?;
    }
    let Some(after) = after else {
        return unchanged(path, before).and_then(|()| {
            fs::remove_file(&target).with_context(|| format!("cannot remove {}", target.display()))
        });
    };
    let folder = target.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let fresh = folder.join(format!(".live-status-{}.tmp", std::process::id()));
    let written = write(&fresh, &target, after)
        .with_context(|| format!("cannot write {}", fresh.display()))
        .and_then(|()| unchanged(path, before))
        .and_then(|()| {
            fs::rename(&fresh, &target)
                .with_context(|| format!("cannot replace {}", target.display()))
        });
    if written.is_err() {
        // What it was to become is of no use any more.
        let _ = fs::remove_file(&fresh);
    }
    written
}

/// A file that its person made read-only, or that is another's, is left alone.
fn writable(target: &PathBuf) -> anyhow::Result<()> {
    let meta = fs::metadata(target).with_context(|| format!("cannot read {}", target.display()))?;
    if meta.mode() & 0o200 == 0 {
        bail!(
            "{} is read-only; chmod u+w it if you want it changed",
            target.display()
        );
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        bail!(
            "{} belongs to another user, who must do this",
            target.display()
        );
    }
    Ok(())
}

fn write(fresh: &Path, target: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(fresh)?;
    file.write_all(text.as_bytes())?;
    let mode = fs::metadata(target).map_or(0o600, |meta| meta.mode() & 0o7777);
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()
}

/// Agents write their settings too.
fn unchanged(path: &Path, before: Option<&str>) -> anyhow::Result<()> {
    if read(path)?.as_deref() != before {
        bail!("{} was changed meanwhile; try again", path.display());
    }
    Ok(())
}
