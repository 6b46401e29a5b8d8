//! Whether cargo compiles a workspace's own crates incrementally, by its own precedence.

use super::places::Places;
use super::setting::nearest;
use crate::environment::Environment;
use crate::origin::{Origin, Setting};
use crate::toml_file::TomlFile;

const CI: &str = "CI";

/// As cargo 1.99 decides for the `dev` profile: CARGO_INCREMENTAL (only `1` is on), `build.incremental`, never where CI is
/// set, the profile. Older ones do not look at CI; whoever has one builds there with what the next would.
pub(super) fn of_dev(places: &Places<'_>) -> Setting<bool> {
    const FORCED: &str = "CARGO_INCREMENTAL";
    if let Some(value) = places.env.get(FORCED) {
        return Setting {
            value: value == "1",
            origin: Origin::Env(FORCED.into()),
        };
    }
    of_build(places)
        .or_else(|| {
            places.env.get(CI).map(|_| Setting {
                value: false,
                origin: Origin::Env(CI.into()),
            })
        })
        .or_else(|| of_profile(places, "dev"))
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
    let places = Places::of(env);
    let own = || bool_at(&places, &["profile", profile, "package", package, "incremental"]);
    let said = of_build(&places).or_else(own).or_else(|| of_profile(&places, profile));
    let by_default = || ancestry(&places, profile).last().is_some_and(|root| root == "dev");
    said.map_or_else(by_default, |setting| setting.value)
}

fn of_build(places: &Places<'_>) -> Option<Setting<bool>> {
    let by_variable = bool_from_env(places.env, "CARGO_BUILD_INCREMENTAL");
    by_variable.or_else(|| nearest(&places.configs, &["build", "incremental"], |found| found.item.as_bool()))
}

fn of_profile(places: &Places<'_>, profile: &str) -> Option<Setting<bool>> {
    let mut all = ancestry(places, profile).into_iter();
    all.find_map(|name| {
        let variable = format!("CARGO_PROFILE_{}_INCREMENTAL", name.to_uppercase().replace('-', "_"));
        bool_from_env(places.env, &variable).or_else(|| bool_at(places, &["profile", &name, "incremental"]))
    })
}

/// The profile and what it inherits from, as far as the files say.
fn ancestry(places: &Places<'_>, profile: &str) -> Vec<String> {
    let mut all = vec![profile.to_owned()];
    while let Some(parent) = parent(places, &all[all.len() - 1])
        && !all.contains(&parent)
    {
        all.push(parent);
    }
    all
}

fn parent(places: &Places<'_>, profile: &str) -> Option<String> {
    match profile {
        "dev" | "release" => None,
        "test" => Some("dev".to_owned()),
        "bench" => Some("release".to_owned()),
        _ => {
            let keys = ["profile", profile, "inherits"];
            let text = |files: &[TomlFile]| nearest(files, &keys, |found| Some(found.item.as_str()?.to_owned()));
            let named = text(&places.configs).or_else(|| text(places.manifest.as_slice()));
            named.map(|named| named.value)
        }
    }
}

fn bool_at(places: &Places<'_>, keys: &[&str]) -> Option<Setting<bool>> {
    let at = |files: &[TomlFile]| nearest(files, keys, |found| found.item.as_bool());
    at(&places.configs).or_else(|| at(places.manifest.as_slice()))
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
