//! What lies in the data directory, and how it is removed.
//!
//! ```text
//! <data>/images/host-userland/   root/ (everything but /usr), usr/ (a layer above the host's /usr)
//! <data>/instances/<id>/         root/{upper,work}  usr/{upper,work}  merged/  ids  pid
//! <data>/spaces/<name>/          pid
//! ```

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Attempt, HostError, Result};
use crate::tree;

/// What an earlier program kept of an instance's console, and how much of it.
const CONSOLE_LOG: &str = "console.log";
const CONSOLE_LOG_BYTES: u64 = 64 * 1024;

/// The directories of one data directory.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    data: PathBuf,
}

impl Layout {
    pub(crate) fn new(data: &Path) -> Self {
        Self { data: data.to_owned() }
    }

    pub(crate) fn images(&self) -> PathBuf {
        self.data.join("images")
    }

    pub(crate) fn instances(&self) -> PathBuf {
        self.data.join("instances")
    }

    pub(crate) fn namespaces(&self) -> PathBuf {
        // Data directories of earlier versions have them there, and what is left in them has to be found.
        self.data.join("spaces")
    }

    pub(crate) fn instance(&self, id: &str) -> Result<PathBuf> {
        Ok(self.instances().join(checked(id)?))
    }

    pub(crate) fn namespace(&self, name: &str) -> Result<PathBuf> {
        Ok(self.namespaces().join(checked(name)?))
    }
}

/// A name that stays inside its directory.
fn checked(name: &str) -> Result<&str> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !name.is_empty() && name.len() <= 64 && name.bytes().all(good) {
        return Ok(name);
    }
    Err(HostError::BadName(name.to_owned()))
}

/// The first process of a running instance, for [`crate::enter()`].
pub fn instance_pid(data: &Path, id: &str) -> Result<i32> {
    read_pid(&Layout::new(data).instance(id)?)?
        .ok_or_else(|| HostError::Unsupported(format!("instance {id} is not running")))
}

/// The first process of a network namespace, for [`crate::enter()`].
pub fn namespace_pid(data: &Path, name: &str) -> Result<i32> {
    read_pid(&Layout::new(data).namespace(name)?)?
        .ok_or_else(|| HostError::Unsupported(format!("the {name} is not there: Hamlet does not run")))
}

/// Remembers a process so that another program can find it, and be sure that it is still the same one.
pub(crate) fn write_pid(directory: &Path, pid: i32) -> Result<()> {
    let started = started_at(pid).unwrap_or_default();
    fs::write(directory.join("pid"), format!("{pid} {started}\n")).attempt("writing the process id")
}

/// The process remembered in `directory`, if it still runs.
pub(crate) fn read_pid(directory: &Path) -> Result<Option<i32>> {
    let text = match fs::read_to_string(directory.join("pid")) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).attempt("reading the process id"),
    };
    let mut words = text.split_whitespace();
    let pid = words.next().and_then(|word| word.parse::<i32>().ok());
    let started = words.next();
    Ok(pid.filter(|&pid| started.is_some() && started_at(pid).as_deref() == started))
}

/// When a process started, in ticks since boot: field 22 of `/proc/<pid>/stat`.
fn started_at(pid: i32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything; what follows the last one may not.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // A zombie has ended.
    (fields.first() != Some(&"Z")).then(|| fields.get(19).map(|&field| field.to_owned()))?
}

/// What an earlier program kept of an instance's console; nothing if there is none.
pub(crate) fn read_console_log(directory: &Path) -> Result<Vec<u8>> {
    let mut options = fs::File::options();
    let options = options.read(true).custom_flags(libc::O_NOFOLLOW);
    let mut file = match options.open(directory.join(CONSOLE_LOG)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).attempt("opening an old console"),
    };
    let length = file.metadata().attempt("reading an old console")?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(CONSOLE_LOG_BYTES))).attempt("reading an old console")?;
    let mut bytes = Vec::new();
    file.take(CONSOLE_LOG_BYTES).read_to_end(&mut bytes).attempt("reading an old console")?;
    Ok(bytes)
}

pub(crate) fn remove_console_log(directory: &Path) -> Result<()> {
    match fs::remove_file(directory.join(CONSOLE_LOG)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.attempt("removing an old console"),
    }
}

/// How much of a file of the guest's is read: of its users, its keys.
const GUEST_FILE_BYTES_MAX: u64 = 1024 * 1024;

/// A text file of the guest's, as far as it makes sense to read one. The guest may have put anything in its place: a
/// pipe that nobody writes to, a device, a terabyte of nothing.
pub(crate) fn read_guest_file(path: &Path) -> io::Result<(String, fs::Metadata)> {
    let mut options = fs::File::options();
    options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a file"));
    }
    let mut bytes = Vec::new();
    file.take(GUEST_FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), metadata))
}

/// Writes a file of the guest's, whatever the guest has put in its place: what is no file is not waited for.
pub(crate) fn write_guest_file(path: impl AsRef<Path>, text: &str) -> io::Result<()> {
    let mut options = fs::File::options();
    options.write(true).create(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    let mut file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a file"));
    }
    file.set_len(0)?;
    file.write_all(text.as_bytes())
}

/// The names of the directories in `parent`.
pub(crate) fn names_in(parent: &Path) -> Result<Vec<String>> {
    match fs::read_dir(parent) {
        Ok(entries) => {
            Ok(entries.filter_map(|entry| entry.ok()?.file_name().to_str().map(str::to_owned)).collect())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).attempt(format!("listing {}", parent.display())),
    }
}

/// Removes a tree, whatever a guest has made of it.
pub(crate) fn remove_tree(path: &Path) -> Result<()> {
    tree::remove(path).attempt(format!("removing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_inside_its_directory() {
        let layout = Layout::new(Path::new("/data"));
        assert_eq!(
            layout.instance("i-0123456789abcdef0").unwrap(),
            Path::new("/data/instances/i-0123456789abcdef0")
        );
        for bad in ["", "..", "a/b", "a.b", "a:b", "a b"] {
            assert!(layout.instance(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_process_id_is_only_believed_for_the_process_it_was_written_for() {
        let directory = std::env::temp_dir().join(format!("hamlet-files-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let own = i32::try_from(std::process::id()).unwrap();
        write_pid(&directory, own).unwrap();
        assert_eq!(read_pid(&directory).unwrap(), Some(own));
        fs::write(directory.join("pid"), format!("{own} 1\n")).unwrap();
        assert_eq!(read_pid(&directory).unwrap(), None, "the same number, another process");
        remove_tree(&directory).unwrap();
    }
}
