//! Whether cargo compiles a workspace's own crates incrementally, by its own precedence.

use super::layers::Layers;
use super::setting::nearest;
use crate::environment::Environment;
use crate::origin::{Origin, Setting};
use crate::toml_file::TomlFile;

const CI: &str = "CI";

/// As cargo 1.99 decides for the `dev` profile: CARGO_INCREMENTAL (only `1` is on), `build.incremental`, off if CI is
/// set, the profile. Older versions ignore CI.
pub(super) fn of_dev(layers: &Layers<'_>) -> Setting<bool> {
    const FORCED: &str = "CARGO_INCREMENTAL";
    if let Some(value) = layers.env.get(FORCED) {
        return Setting {
            value: value == "1",
            origin: Origin::Env(FORCED.into()),
        };
    }
    of_build(layers)
        .or_else(|| {
            layers.env.get(CI).map(|_| Setting {
                value: false,
                origin: Origin::Env(CI.into()),
            })
        })
        .or_else(|| of_profile(layers, "dev"))
        .unwrap_or(Setting {
            value: true,
            origin: Origin::Default,
        })
}

/// Whether a package of the workspace would be compiled incrementally if CARGO_INCREMENTAL were not set.
pub(crate) fn without_the_variable(env: &Environment, profile: &str, package: &str) -> bool {
    if env.get(CI).is_some() {
        return false;
    }
    let layers = Layers::of(env);
    let own = || bool_at(&layers, &["profile", profile, "package", package, "incremental"]);
    let set = of_build(&layers).or_else(own).or_else(|| of_profile(&layers, profile));
    let by_default = || ancestry(&layers, profile).last().is_some_and(|root| root == "dev");
    set.map_or_else(by_default, |setting| setting.value)
}

fn of_build(layers: &Layers<'_>) -> Option<Setting<bool>> {
    let by_variable = bool_from_env(layers.env, "CARGO_BUILD_INCREMENTAL");
    by_variable.or_else(|| nearest(&layers.configs, &["build", "incremental"], |found| found.item.as_bool()))
}

fn of_profile(layers: &Layers<'_>, profile: &str) -> Option<Setting<bool>> {
    let mut all = ancestry(layers, profile).into_iter();
    all.find_map(|name| {
        let variable = format!("CARGO_PROFILE_{}_INCREMENTAL", name.to_uppercase().replace('-', "_"));
        bool_from_env(layers.env, &variable).or_else(|| bool_at(layers, &["profile", &name, "incremental"]))
    })
}

/// The profile and those that it inherits from.
fn ancestry(layers: &Layers<'_>, profile: &str) -> Vec<String> {
    let mut all = vec![profile.to_owned()];
    while let Some(parent) = parent(layers, &all[all.len() - 1])
        && !all.contains(&parent)
    {
        all.push(parent);
    }
    all
}

fn parent(layers: &Layers<'_>, profile: &str) -> Option<String> {
    match profile {
        "dev" | "release" => None,
        "test" => Some("dev".to_owned()),
        "bench" => Some("release".to_owned()),
        _ => {
            let keys = ["profile", profile, "inherits"];
            let text = |files: &[TomlFile]| nearest(files, &keys, |found| Some(found.item.as_str()?.to_owned()));
            let named = text(&layers.configs).or_else(|| text(layers.manifest.as_slice()));
            named.map(|named| named.value)
        }
    }
}

fn bool_at(layers: &Layers<'_>, keys: &[&str]) -> Option<Setting<bool>> {
    let at = |files: &[TomlFile]| nearest(files, keys, |found| found.item.as_bool());
    at(&layers.configs).or_else(|| at(layers.manifest.as_slice()))
}

fn bool_from_env(env: &Environment, name: &str) -> Option<Setting<bool>> {
    let value = env.get(name)?.to_str()?.parse().ok()?;
    Some(Setting {
        value,
        origin: Origin::Env(name.to_owned().into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_any_profile() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let is_on = |vars: &[(&str, &str)], dir_name: &str| {
            let vars = vars.iter().copied().chain([("CARGO_INCREMENTAL", "0")]);
            without_the_variable(&Environment::new(vars, dir.path()), dir_name, "a")
        };
        write(
            "Cargo.toml",
            "[package]\nname = \"a\"\n[profile.quick]\ninherits = \"dev\"\n[profile.slow]\ninherits = \"release\"\n",
        );
        assert!(is_on(&[], "dev") && is_on(&[], "quick"));
        assert!(!is_on(&[], "release") && !is_on(&[], "slow") && !is_on(&[], "unknown"));
        assert!(!is_on(&[("CI", "true")], "dev"));
        assert!(is_on(&[("CARGO_BUILD_INCREMENTAL", "true")], "release"));
        assert!(is_on(&[("CARGO_PROFILE_RELEASE_INCREMENTAL", "true")], "slow"));
        write(
            ".cargo/config.toml",
            "[profile.dev]\nincremental = false\n[profile.quick.package.a]\nincremental = true\n",
        );
        assert!(!is_on(&[], "dev") && is_on(&[], "quick"));
        assert!(is_on(&[("CARGO_PROFILE_DEV_INCREMENTAL", "true")], "dev"));
    }
}
