//! Writes log lines in a thread of its own, behind a bounded queue.
//!
//! Standard error can fail (a full disk, a dead pipe) or block (a pipe that is not read). Neither may delay or panic a
//! request, so a line that cannot be queued or written is dropped and counted. `tracing-appender` does not count a failed
//! write and prints to standard output when its queue is full at the end: decision 19.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;

use crate::platform::supervision::Restarts;

/// How many lines may wait. A line has about 200 bytes.
const QUEUE: usize = 4096;
/// How long the thread pauses after it has emptied the queue. A line that arrives in the pause wakes no thread: under load
/// a wake for each line cost the service a tenth of its processor time. The next pause begins only after another line.
const PAUSE: Duration = Duration::from_millis(1);
/// How long [`LogWriter::flush`] waits at most.
const FLUSH: Duration = Duration::from_secs(1);

enum Message {
    Line(Vec<u8>),
    Flush(flume::Sender<()>),
}

/// Queues log lines for the thread that writes them.
pub(super) struct LogWriter {
    queue: flume::Sender<Message>,
    dropped: Counter,
}

impl LogWriter {
    /// Starts the thread that writes to `sink`. `dropped` counts the lines that are lost.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub(super) fn start(sink: impl Write + Send + 'static, dropped: Counter) -> io::Result<Self> {
        let (queue, messages) = flume::bounded(QUEUE);
        let mut lines = Lines { sink, torn: false };
        let count = dropped.clone();
        let run = move || {
            let mut restarts = Restarts::of("log-writer");
            while restarts.thread_has_panicked(|| write_queued(&messages, &mut lines, &count)) {
                // The panic lost the line that was being written.
                count.inc();
            }
        };
        std::thread::Builder::new().name("log-writer".to_owned()).spawn(run)?;
        Ok(Self { queue, dropped })
    }

    /// Waits until the lines queued so far are written or dropped, for a second at most.
    pub(super) fn flush(&self) {
        let until = Instant::now() + FLUSH;
        let (done, is_done) = flume::bounded(1);
        if self.queue.send_deadline(Message::Flush(done), until).is_ok() {
            let _ = is_done.recv_deadline(until);
        }
    }
}

impl Write for &LogWriter {
    /// Takes one line. It never fails and never waits.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Message::Line(line.to_vec())).is_err() {
            self.dropped.inc();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes the queued lines until the queue is closed. A line that arrives after a pause is written at once.
fn write_queued(messages: &flume::Receiver<Message>, lines: &mut Lines<impl Write>, dropped: &Counter) {
    for first in messages {
        for message in std::iter::once(first).chain(messages.try_iter()) {
            match message {
                Message::Line(line) => {
                    if lines.write(&line).is_err() {
                        dropped.inc();
                    }
                }
                Message::Flush(done) => {
                    let _ = done.send(());
                }
            }
        }
        std::thread::park_timeout(PAUSE);
    }
}

/// Where the lines go.
struct Lines<S> {
    sink: S,
    /// The last line may have been cut off in the middle.
    torn: bool,
}

impl<S: Write> Lines<S> {
    /// Writes a line, in one piece if the sink takes it. It begins on a line of its own, also after one that was cut off.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.sink.write_all(b"\n")?;
        }
        // It is, if the sink panics now.
        self.torn = true;
        let mut rest = line;
        while !rest.is_empty() {
            let written = match self.sink.write(rest) {
                Ok(0) => Err(io::ErrorKind::WriteZero.into()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other,
            };
            match written {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) => {
                    self.torn = rest.len() < line.len();
                    return Err(error);
                }
            }
        }
        self.torn = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A disk with room for so many bytes.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(usize, Vec<u8>)>>);

    impl Disk {
        fn frees(&self, room: usize) {
            self.0.lock().unwrap().0 = room;
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().1.clone()).unwrap()
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let (room, written) = &mut *self.0.lock().unwrap();
            let count = bytes.len().min(*room);
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            *room -= count;
            written.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_cannot_be_written_are_dropped_and_counted() {
        let (disk, dropped) = (Disk::default(), Counter::default());
        let writer = LogWriter::start(disk.clone(), dropped.clone()).unwrap();
        let write = |line: &str| {
            (&writer).write_all(format!("{line}\n").as_bytes()).unwrap();
            writer.flush();
        };
        disk.frees(8);
        write("one");
        write("two is cut off");
        write("three");
        assert_eq!((disk.text().as_str(), dropped.get()), ("one\ntwo ", 2));
        disk.frees(100);
        write("four");
        write("five");
        assert_eq!((disk.text().as_str(), dropped.get()), ("one\ntwo \nfour\nfive\n", 2));
    }

    /// A disk on which the line `panic` cannot be written.
    struct Faulty(Disk);

    impl Write for Faulty {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            assert_ne!(bytes, b"panic\n", "on purpose");
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_loses_its_line_and_the_writer_goes_on() {
        let (disk, dropped) = (Disk::default(), Counter::default());
        disk.frees(100);
        let writer = LogWriter::start(Faulty(disk.clone()), dropped.clone()).unwrap();
        for line in ["one\n", "panic\n", "two\n", "panic\n", "three\n"] {
            (&writer).write_all(line.as_bytes()).unwrap();
        }
        // The flush of a queue whose thread panics waits for the lines after the panic as well.
        writer.flush();
        assert_eq!((disk.text().as_str(), dropped.get()), ("one\n\ntwo\n\nthree\n", 2));
    }

    /// A pipe that is not read until `read` is dropped.
    struct Pipe {
        read: flume::Receiver<()>,
    }

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.read.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_pipe_that_is_not_read_blocks_no_request() {
        let (reader, read) = flume::bounded::<()>(0);
        let dropped = Counter::default();
        let writer = LogWriter::start(Pipe { read }, dropped.clone()).unwrap();
        let began = Instant::now();
        for _ in 0..2 * QUEUE {
            (&writer).write_all(b"a line\n").unwrap();
        }
        // One line is with the thread, or will be.
        assert!((QUEUE - 1..=QUEUE).contains(&usize::try_from(dropped.get()).unwrap()), "{}", dropped.get());
        writer.flush();
        assert!(began.elapsed() < 10 * FLUSH, "{:?}", began.elapsed());
        drop(reader);
        writer.flush();
        assert!((QUEUE - 1..=QUEUE).contains(&usize::try_from(dropped.get()).unwrap()), "{}", dropped.get());
    }
}
