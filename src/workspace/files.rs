//! The only reader: disk plus an overlay by path.
//!
//! Stdin with a name, unsaved editor text and tests are overlays. Small files are given whole, big
//! ones as streams. A FIFO that nobody writes to must not hang the run.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::inputs::scattered::Scattered;

/// What is given whole, and how much of a stream is looked at to see what it is.
pub const WHOLE: usize = 1 << 20;

/// Most that is kept in memory of stdin or a pipe: one without an end must not take all there is.
const LARGEST_KEPT: usize = 512 << 20;

/// How long a FIFO may stay without a writer.
const PATIENCE: Duration = Duration::from_secs(1);

/// An opened file.
pub enum Content {
    /// All of it.
    Whole(Arc<[u8]>),
    /// A part of a file that is held, written while it is read.
    Scattered(Arc<Scattered>),
    /// The first [`WHOLE`] bytes, and what follows them.
    Stream {
        /// First bytes.
        head: Vec<u8>,
        /// The rest.
        rest: Box<dyn Read + Send>,
        /// The same file, where it can be read a second time. Both share one place in it.
        again: Option<File>,
    },
}

impl Content {
    /// The beginning: at least [`WHOLE`] bytes, or all there is. Of what is no file, none.
    pub fn head(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Scattered(_) => &[],
            Self::Stream { head, .. } => head,
        }
    }

    /// True when all of it is in memory.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_) | Self::Scattered(_))
    }

    /// Number of its bytes; `None` where that is known at its end only.
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::Whole(bytes) => u64::try_from(bytes.len()).ok(),
            Self::Scattered(scattered) => u64::try_from(scattered.length()).ok(),
            Self::Stream { again, .. } => Some(again.as_ref()?.metadata().ok()?.len()),
        }
    }

    /// The file, to be read from its start when the stream has ended; `None` for what is held and
    /// for pipes.
    pub fn again(&mut self) -> Option<File> {
        match self {
            Self::Whole(_) | Self::Scattered(_) => None,
            Self::Stream { again, .. } => again.take(),
        }
    }

    /// Reads what is left into memory, to be read again: of a stream at most half a GiB.
    pub fn into_bytes(self) -> Result<Arc<[u8]>, String> {
        const TOO_MUCH: &str =
            "is more than the 512 MiB that are kept of a stream; write it to a file first";
        self.bounded(LARGEST_KEPT)?
            .ok_or_else(|| TOO_MUCH.to_owned())
    }

    /// Reads what is left into memory, unless that is more than a file of its kind ever is.
    pub fn into_bytes_up_to(self, most: usize) -> Result<Arc<[u8]>, String> {
        const TOO_BIG: &str = "is too big for a settings file";
        self.bounded(most)?.ok_or_else(|| TOO_BIG.to_owned())
    }

    /// All of it; `None` where a stream goes on after `most` bytes.
    fn bounded(self, most: usize) -> Result<Option<Arc<[u8]>>, String> {
        let length = self.length().unwrap_or(0);
        let (head, rest) = match self {
            Self::Whole(bytes) => return Ok(Some(bytes)),
            scattered @ Self::Scattered(_) => (Vec::new(), scattered.into_reader()),
            Self::Stream { head, rest, .. } => (head, rest),
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > most {
            return Ok(None);
        }
        let limit = u64::try_from(most.saturating_sub(head.len())).unwrap_or(u64::MAX);
        let bytes = whole(&head, rest.take(limit.saturating_add(1)), length)
            .map_err(|error| format!("cannot be read: {}", error.kind()))?;
        Ok((bytes.len() <= most).then_some(bytes))
    }

    /// What is in memory of it as a stream.
    pub fn held(&self) -> Box<dyn Read + '_> {
        match self {
            Self::Scattered(scattered) => Box::new(Arc::clone(scattered).reader()),
            Self::Whole(_) | Self::Stream { .. } => Box::new(self.head()),
        }
    }

    /// All of it as a stream.
    pub fn into_reader(self) -> Box<dyn Read + Send> {
        match self {
            Self::Whole(bytes) => Box::new(Cursor::new(bytes)),
            Self::Scattered(scattered) => Box::new(scattered.reader()),
            Self::Stream { head, rest, .. } => Box::new(Cursor::new(head).chain(rest)),
        }
    }
}

/// The path of a file that is read from stdin and has no name.
pub const STDIN: &str = "<stdin>";

/// How far reading is, for whoever watches it.
#[derive(Debug, Default)]
pub struct Progress {
    read: AtomicU64,
    whole: AtomicU64,
}

impl Progress {
    /// Bytes that were read.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Bytes of the files that were opened; nobody knows them of pipes.
    pub fn whole(&self) -> u64 {
        self.whole.load(Ordering::Relaxed)
    }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    progress: Arc<Progress>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        let bytes = u64::try_from(length).unwrap_or(0);
        self.progress.read.fetch_add(bytes, Ordering::Relaxed);
        Ok(length)
    }
}

/// Disk plus overlay.
#[derive(Debug, Default)]
pub struct Files {
    progress: Arc<Progress>,
    overlay: BTreeMap<PathBuf, Arc<[u8]>>,
    /// What can be read only once (stdin, pipes), where it is wanted again.
    streams: Option<Mutex<BTreeMap<PathBuf, Arc<[u8]>>>>,
}

impl Files {
    /// The disk as it is.
    pub fn new() -> Self {
        Self::default()
    }

    /// How far reading is, from any thread.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    fn counted<R>(&self, inner: R) -> Counted<R> {
        Counted {
            inner,
            progress: self.progress(),
        }
    }

    /// Lets `path` have this content, whatever the disk holds.
    pub fn overlay(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Arc<[u8]>>) {
        self.overlay.insert(path.into(), bytes.into());
    }

    /// From now on stdin and pipes are kept in memory, so that they can be read again.
    pub fn keep_streams(&mut self) {
        self.streams.get_or_insert_default();
    }

    /// Lets stdin have this content from now on.
    pub fn replace_stdin(&mut self, bytes: impl Into<Arc<[u8]>>) {
        let streams = self.streams.get_or_insert_default();
        let streams = streams.get_mut().unwrap_or_else(PoisonError::into_inner);
        streams.insert(PathBuf::from(STDIN), bytes.into());
    }

    /// What `read` gives, from memory when it is asked for again.
    fn once(
        &self,
        path: &Path,
        read: impl FnOnce() -> Result<Content, String>,
    ) -> Result<Content, String> {
        let Some(streams) = &self.streams else {
            return read();
        };
        let known = || {
            let streams = streams.lock().unwrap_or_else(PoisonError::into_inner);
            streams.get(path).map(Arc::clone)
        };
        let failed = |error: io::Error| format!("cannot be read: {}", error.kind());
        let bytes = if let Some(bytes) = known() {
            bytes
        } else {
            let bytes = read()?.into_bytes()?;
            let mut streams = streams.lock().unwrap_or_else(PoisonError::into_inner);
            streams.insert(path.to_owned(), Arc::clone(&bytes));
            bytes
        };
        peek(Cursor::new(bytes)).map_err(failed)
    }

    /// The disk counts again, and stdin as it was kept.
    pub fn forget_overlay(&mut self) {
        self.overlay.clear();
    }

    /// True for a path of the overlay.
    pub fn is_overlaid(&self, path: &Path) -> bool {
        self.overlay.contains_key(path)
    }

    /// True when there is something at `path`.
    pub fn exists(&self, path: &Path) -> bool {
        self.overlay.contains_key(path) || path.exists()
    }

    /// Opens a file, or says in a few words (nothing of its content) why it cannot.
    pub fn open(&self, path: &Path) -> Result<Content, String> {
        if let Some(bytes) = self.overlay.get(path) {
            return Ok(Content::Whole(Arc::clone(bytes)));
        }
        let file = open_nonblocking(path).map_err(|error| reason(path, &error))?;
        let metadata = file.metadata().map_err(|error| reason(path, &error))?;
        if metadata.is_dir() {
            return Err("is a directory, not a file".to_owned());
        }
        if is_fifo(&metadata) {
            return self.once(path, || open_fifo(file, self.progress()));
        }
        if !metadata.is_file() && self.streams.is_some() {
            let failed = |error: io::Error| reason(path, &error);
            return self.once(path, || peek(self.counted(file)).map_err(failed));
        }
        self.progress
            .whole
            .fetch_add(metadata.len(), Ordering::Relaxed);
        let again = file.try_clone().ok().filter(|_| metadata.is_file());
        let mut content = peek(self.counted(file)).map_err(|error| reason(path, &error))?;
        if let Content::Stream { again: place, .. } = &mut content {
            *place = again;
        }
        Ok(content)
    }

    /// Stdin.
    pub fn stdin(&self) -> Result<Content, String> {
        let failed = |error: io::Error| format!("cannot be read: {}", error.kind());
        let stdin = || peek(self.counted(io::stdin())).map_err(failed);
        self.once(Path::new(STDIN), stdin)
    }
}

/// Reads the head of a stream.
fn peek(mut stream: impl Read + Send + 'static) -> io::Result<Content> {
    let mut head = Vec::new();
    let limit = u64::try_from(WHOLE).unwrap_or(u64::MAX);
    stream.by_ref().take(limit).read_to_end(&mut head)?;
    if head.len() < WHOLE {
        return Ok(Content::Whole(head.into()));
    }
    Ok(Content::Stream {
        head,
        rest: Box::new(stream),
        again: None,
    })
}

/// All of a stream that is `length` bytes long by its own account: read to where it stays, so that it is never held
/// twice. What has grown since is read all the same.
fn whole(head: &[u8], mut rest: impl Read, length: usize) -> io::Result<Arc<[u8]>> {
    let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, length.max(head.len())).collect();
    let Some(room) = Arc::get_mut(&mut bytes) else {
        return Err(io::ErrorKind::OutOfMemory.into());
    };
    room[..head.len()].copy_from_slice(head);
    let mut filled = head.len();
    while filled < room.len() {
        match rest.read(&mut room[filled..]) {
            Ok(0) => return Ok(bytes[..filled].into()),
            Ok(count) => filled += count.min(room.len() - filled),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut more = Vec::new();
    rest.read_to_end(&mut more)?;
    if more.is_empty() {
        return Ok(bytes);
    }
    Ok([&*bytes, &more].concat().into())
}

/// The operating system's words hold at most the kind of the error, never content.
fn reason(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => "is a symbolic link to nothing".to_owned(),
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "cannot be read: permission denied".to_owned(),
        kind => format!("cannot be read: {kind}"),
    }
}

#[cfg(unix)]
fn open_nonblocking(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open_nonblocking(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(unix)]
fn is_fifo(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_fifo(_: &std::fs::Metadata) -> bool {
    false
}

/// Without a writer a non-blocking read says "end of file"; with a writer that has not written
/// yet, "would block". As soon as there is one, the pipe is read like any other file.
#[cfg(unix)]
fn open_fifo(file: File, progress: Arc<Progress>) -> Result<Content, String> {
    let failed = |error: &io::Error| format!("cannot be read: {}", error.kind());
    let deadline = Instant::now() + PATIENCE;
    let mut file = Counted {
        inner: file,
        progress,
    };
    let mut first = [0; 4096];
    loop {
        match file.read(&mut first) {
            Ok(0) => {}
            Ok(length) => {
                block(&file.inner).map_err(|error| failed(&error))?;
                let start = Cursor::new(first[..length].to_vec());
                return peek(start.chain(file)).map_err(|error| failed(&error));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                block(&file.inner).map_err(|error| failed(&error))?;
                return peek(file).map_err(|error| failed(&error));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(&error)),
        }
        if Instant::now() >= deadline {
            return Err("is a FIFO that nobody writes to".to_owned());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(not(unix))]
fn open_fifo(inner: File, progress: Arc<Progress>) -> Result<Content, String> {
    peek(Counted { inner, progress }).map_err(|error| format!("cannot be read: {}", error.kind()))
}

#[cfg(unix)]
fn block(file: &File) -> io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(file)?;
    rustix::fs::fcntl_setfl(file, flags - rustix::fs::OFlags::NONBLOCK)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overlay_wins_over_the_disk() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("airflow.cfg");
        std::fs::write(&path, "disk").unwrap();
        let mut files = Files::new();
        assert_eq!(files.open(&path).unwrap().head(), b"disk");
        files.overlay(&path, b"overlay".to_vec());
        assert_eq!(files.open(&path).unwrap().head(), b"overlay");
        assert!(files.exists(&path));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read_again_where_it_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, 0o600.into()).unwrap();
        let to = path.clone();
        let writer = std::thread::spawn(move || std::fs::write(to, "text").unwrap());
        let mut files = Files::new();
        files.keep_streams();
        assert_eq!(files.open(&path).unwrap().head(), b"text");
        assert_eq!((files.progress().read(), files.progress().whole()), (4, 0));
        writer.join().unwrap();
        assert_eq!(files.open(&path).unwrap().head(), b"text");
    }

    #[test]
    fn a_big_file_is_a_stream_that_loses_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("big.json");
        let bytes: Vec<u8> = (0..WHOLE + 10)
            .map(|n| u8::try_from(n % 251).unwrap())
            .collect();
        std::fs::write(&path, &bytes).unwrap();
        let files = Files::new();
        let content = files.open(&path).unwrap();
        assert!(!content.is_whole());
        let length = bytes.len() as u64;
        let progress = files.progress();
        assert_eq!((progress.read(), progress.whole()), (WHOLE as u64, length));
        let mut read = Vec::new();
        content.into_reader().read_to_end(&mut read).unwrap();
        assert!(read == bytes);
        assert_eq!(progress.read(), length);
    }

    #[test]
    fn a_stream_without_an_end_is_not_kept() {
        let content = peek(io::repeat(b'y')).unwrap();
        assert_eq!(content.bounded(WHOLE + 10), Ok(None));
        let content = peek(io::repeat(b'y').take(3 << 20)).unwrap();
        let bytes = content.bounded(3 << 20).unwrap().unwrap();
        assert_eq!(bytes.len(), 3 << 20);
    }

    #[test]
    fn a_stream_is_whole_whatever_its_length_was_said_to_be() {
        for said in [0, 3, 9, 10, 11, 500] {
            let bytes = whole(b"012", &b"3456789"[..], said).unwrap();
            assert_eq!(&*bytes, b"0123456789", "{said}");
        }
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        let directory = tempfile::tempdir().unwrap();
        let why = |name: &str| {
            let path = directory.path().join(name);
            Files::new().open(&path).err().unwrap()
        };
        assert_eq!(why("nothing"), "does not exist");
        assert_eq!(why(""), "is a directory, not a file");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("nowhere", directory.path().join("link")).unwrap();
            assert_eq!(why("link"), "is a symbolic link to nothing");
        }
    }
}
