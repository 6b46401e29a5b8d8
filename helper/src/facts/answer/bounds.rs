//! Upper bounds for the numbers in an answer: a different sccache may answer anything, and they are added and
//! multiplied later. They are bounded once, when they are read.

use super::Answer;

/// The highest count: a hundred times the sum of all counts in an answer does not overflow.
const MAX_COUNT: u64 = 1 << 36;

/// The largest size in bytes: an exbibyte.
const MAX_SIZE: u64 = 1 << 60;

impl Answer {
    /// Reads what sccache printed.
    pub(crate) fn parse(json: &[u8]) -> serde_json::Result<Self> {
        let mut answer: Self = serde_json::from_slice(json)?;
        answer.bound();
        Ok(answer)
    }

    fn bound(&mut self) {
        let stats = &mut self.stats;
        let counts = [
            &mut stats.compile_requests,
            &mut stats.requests_executed,
            &mut stats.requests_unsupported_compiler,
            &mut stats.requests_not_compile,
            &mut stats.requests_not_cacheable,
            &mut stats.cache_timeouts,
            &mut stats.cache_read_errors,
            &mut stats.cache_write_errors,
            &mut stats.forced_recaches,
            &mut stats.compilations,
        ];
        let languages = [&mut stats.cache_hits, &mut stats.cache_misses, &mut stats.cache_errors];
        let by_language = languages.into_iter().flat_map(|language| language.counts.values_mut());
        let all = counts
            .into_iter()
            .chain(by_language)
            .chain(stats.not_cached.values_mut());
        all.for_each(|count| *count = (*count).min(MAX_COUNT));
        for size in [&mut self.cache_size, &mut self.max_cache_size] {
            *size = size.map(|size| size.min(MAX_SIZE));
        }
    }
}
