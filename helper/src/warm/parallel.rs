//! Copies many units, several at a time.

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::copy::{Copied, CopyError, Parcel};
use super::{Summary, WarmError, Watch};

/// More threads than this only wait for the disk.
const MAX_THREADS: usize = 4;

/// Copies all parcels from the build directory `from`, and counts them in the summary. Ends early when somebody stops
/// it, or a file cannot be written; then nothing is left that is not whole.
pub(super) fn copy(plan: &[Parcel], from: &Path, watch: &dyn Watch, summary: &mut Summary) -> Result<(), WarmError> {
    watch.begin(plan.iter().map(|parcel| parcel.bytes).sum());
    let to = summary.to.clone();
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(None);
    let summary = Mutex::new(summary);
    let work = || {
        while let Some(parcel) = plan.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = parcel.copy(from, &to, &|| watch.go_on() && locked(&failed).is_none());
            match result {
                Ok(copied) => {
                    locked(&summary).add(parcel, copied);
                    watch.copied(parcel.bytes);
                }
                Err(CopyError::Changed) => locked(&summary).changed += 1,
                Err(CopyError::Stopped) => {
                    locked(&summary).stopped = true;
                    return;
                }
                Err(CopyError::Io(path, error)) => {
                    locked(&failed).get_or_insert(WarmError::Io(path, error));
                    return;
                }
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.map_or(Ok(()), Err)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Summary {
    fn add(&mut self, parcel: &Parcel, copied: Copied) {
        self.units += 1;
        self.bytes += parcel.bytes;
        self.files += copied.files;
        self.shared += copied.shared;
    }
}
