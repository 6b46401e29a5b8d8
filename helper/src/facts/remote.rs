//! Remote caches, as configured by the environment and the config file.

use super::config_file::ConfigFile;
use crate::environment::Environment;
use crate::origin::Origin;

/// The table in the file, and the variables that turn the cache on, any one of them (`config_from_env` in sccache's
/// `src/config.rs`).
const REMOTES: [(&str, &[&str]); 9] = [
    ("s3", &["SCCACHE_BUCKET"]),
    (
        "redis",
        &[
            "SCCACHE_REDIS_ENDPOINT",
            "SCCACHE_REDIS_CLUSTER_ENDPOINTS",
            "SCCACHE_REDIS",
        ],
    ),
    ("memcached", &["SCCACHE_MEMCACHED_ENDPOINT", "SCCACHE_MEMCACHED"]),
    ("gcs", &["SCCACHE_GCS_BUCKET"]),
    ("gha", &["SCCACHE_GHA_ENABLED"]),
    ("azure", &["SCCACHE_AZURE_BLOB_CONTAINER"]),
    ("webdav", &["SCCACHE_WEBDAV_ENDPOINT"]),
    ("oss", &["SCCACHE_OSS_BUCKET"]),
    ("cos", &["SCCACHE_COS_BUCKET"]),
];

/// A configured remote cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// sccache's name for its kind, such as `redis`.
    pub kind: &'static str,
    /// The variable, or the file and line, that configures it.
    pub origin: Origin,
}

/// The one that sccache takes: the environment before the file, then by kind.
pub(super) fn wanted(env: &Environment, config: Option<&ConfigFile>) -> Option<Remote> {
    let from_env = REMOTES.iter().find_map(|(kind, names)| {
        let variable = *names.iter().find(|name| is_on(env, name))?;
        Some(Remote {
            kind,
            origin: Origin::Env(variable.into()),
        })
    });
    from_env.or_else(|| {
        let file = config?.toml()?;
        REMOTES.iter().find_map(|(kind, _)| {
            let found = file.get(&["cache", kind])?;
            Some(Remote {
                kind,
                origin: file.origin(found),
            })
        })
    })
}

/// Whether a server's environment configures one.
pub(crate) fn is_in(env: &Environment) -> bool {
    wanted(env, None).is_some()
}

/// SCCACHE_GHA_ENABLED is a boolean; any other variable counts unless it is empty.
fn is_on(env: &Environment, name: &str) -> bool {
    env.text(name).is_some_and(|value| match name {
        "SCCACHE_GHA_ENABLED" => matches!(value.to_lowercase().as_str(), "true" | "on" | "1"),
        _ => !value.is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_environment_turns_them_on() {
        let kind = |vars: &[(&str, &str)]| {
            let env = Environment::new(vars.iter().copied(), Path::new("/"));
            wanted(&env, None).map(|remote| (remote.kind, remote.origin.to_string()))
        };
        assert_eq!(kind(&[]), None);
        assert_eq!(kind(&[("SCCACHE_BUCKET", "")]), None);
        assert_eq!(kind(&[("SCCACHE_GHA_ENABLED", "false")]), None);
        let redis = Some(("redis", "SCCACHE_REDIS".to_owned()));
        assert_eq!(
            kind(&[("SCCACHE_REDIS", "redis://x"), ("SCCACHE_COS_BUCKET", "y")]),
            redis
        );
    }
}
