//! One thread reads, several work, and the one that called writes in the order of the input.
//!
//! A fixed number of jobs goes round: the reader fills one and numbers it, whoever is free works on
//! it, the writer puts it back. So memory stays within that number whatever the input's size, and
//! where the output is slow, reading waits.

use super::failure::Failure;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often somebody looks whether all is to stop.
const TICK: Duration = Duration::from_millis(100);

/// What is done with jobs of the kind `J`.
pub(super) struct Flow<R, W> {
    /// Fills a job with what comes next; false at the end. It runs on the thread that reads.
    pub(super) read: R,
    /// What each thread that works does with a job.
    pub(super) workers: Vec<W>,
    /// Jobs that are there at the same time.
    pub(super) jobs: usize,
}

/// What the calling thread does.
pub(super) trait Writer<J> {
    /// Takes the next job.
    fn put(&mut self, job: &mut J) -> Result<(), Failure>;
    /// Has a moment, since no job is ready.
    fn idle(&mut self) -> Result<(), Failure>;
    /// Whether reading is to stop; what was read is still worked on and written.
    fn stops(&self) -> bool;
}

enum Message<J> {
    Done(u64, J),
    /// So many jobs are all there are, and why there are no more if that is a failure.
    Ended(u64, Option<Failure>),
    /// A thread panicked.
    Lost,
}

/// Runs all to the end, or until the writer fails or stops.
pub(super) fn run<J, R, W>(flow: Flow<R, W>, writer: &mut impl Writer<J>) -> Result<(), Failure>
where
    J: Default + Send + 'static,
    R: FnMut(&mut J) -> Result<bool, Failure> + Send + 'static,
    W: FnMut(&mut J) + Send + 'static,
{
    let (to_reader, empty) = mpsc::channel::<J>();
    let (to_workers, full) = mpsc::channel::<(u64, J)>();
    let (to_writer, done) = mpsc::channel::<Message<J>>();
    for _ in 0..flow.jobs {
        // The other end is in this function, so it is there.
        let _ = to_reader.send(J::default());
    }
    let sent = Arc::new(AtomicU64::new(0));
    // The threads are not waited for: one that reads from a pipe may wait for ever.
    let full = Arc::new(Mutex::new(full));
    for work in flow.workers {
        let (full, to_writer) = (full.clone(), to_writer.clone());
        thread::spawn(move || work_on(&full, work, to_writer));
    }
    let (read, count) = (flow.read, sent.clone());
    thread::spawn(move || {
        let mut lost = Lost(to_writer.clone());
        let ended = read_on(&empty, read, &to_workers, &count);
        lost.send(Message::Ended(count.load(Ordering::SeqCst), ended.err()));
    });
    let mut waiting: BTreeMap<u64, J> = BTreeMap::new();
    let (mut next, mut all, mut failure) = (0, None, None);
    while all != Some(next) {
        let message = match done.try_recv() {
            Err(TryRecvError::Empty) => {
                writer.idle()?;
                match done.recv_timeout(TICK) {
                    // What was read is written; the reader itself may be stuck in a pipe.
                    Err(RecvTimeoutError::Timeout)
                        if writer.stops() && sent.load(Ordering::SeqCst) == next =>
                    {
                        return Ok(());
                    }
                    Err(RecvTimeoutError::Timeout) => continue,
                    received => received.unwrap_or(Message::Lost),
                }
            }
            received => received.unwrap_or(Message::Lost),
        };
        match message {
            Message::Done(number, job) => {
                waiting.insert(number, job);
                while let Some(mut job) = waiting.remove(&next) {
                    writer.put(&mut job)?;
                    next += 1;
                    // A reader that is done takes no more jobs.
                    let _ = to_reader.send(job);
                }
            }
            Message::Ended(jobs, why) => (all, failure) = (Some(jobs), why),
            Message::Lost => {
                return Err(Failure::usage("a thread that judges broke off")
                    .help("this is a mistake in kakou itself; please report it"));
            }
        }
    }
    failure.map_or(Ok(()), Err)
}

/// Fills jobs and hands them out until the end.
fn read_on<J>(
    empty: &Receiver<J>,
    mut read: impl FnMut(&mut J) -> Result<bool, Failure>,
    to_workers: &Sender<(u64, J)>,
    sent: &AtomicU64,
) -> Result<(), Failure> {
    // Where nobody takes the jobs any more, the writer has said why.
    while let Ok(mut job) = empty.recv() {
        if !read(&mut job)? {
            break;
        }
        let number = sent.fetch_add(1, Ordering::SeqCst);
        if to_workers.send((number, job)).is_err() {
            break;
        }
    }
    Ok(())
}

fn work_on<J>(
    full: &Mutex<Receiver<(u64, J)>>,
    mut work: impl FnMut(&mut J),
    to_writer: Sender<Message<J>>,
) {
    let mut lost = Lost(to_writer);
    loop {
        // The lock is held only while a job is taken, and taking one does not panic.
        let taken = full.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, mut job)) = taken else { return };
        work(&mut job);
        lost.send(Message::Done(number, job));
    }
}

/// Tells the writer of a thread that panics, so that it does not wait for what never comes.
struct Lost<J>(Sender<Message<J>>);

impl<J> Lost<J> {
    fn send(&mut self, message: Message<J>) {
        // A writer that is gone has its reason.
        let _ = self.0.send(message);
    }
}

impl<J> Drop for Lost<J> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.send(Message::Lost);
        }
    }
}
