//! What must hold for any environment: a name for its content, that no other variable changes.

use std::ffi::OsString;

use super::{C_KEY, SEED, c, c_key, rust, without_seeds};
use crate::environment::Environment;

pub(crate) fn assert_invariants(env: &Environment) {
    for inputs in [c(env), rust(env)].into_iter().flatten() {
        assert!(inputs.names.is_sorted() && !inputs.names.is_empty());
        assert!(inputs.names.iter().all(|name| env.names().any(|set| set == name)));
        let key = c_key(env, &inputs);
        let ends = key.to_string_lossy().ends_with(&format!("nix-{}", inputs.hash));
        assert!(ends && (env.get(C_KEY).is_some() || key.to_string_lossy().starts_with("nix-")));
    }
    // What neither kind of compiler reads changes nothing.
    let other = (OsString::from("XDG_SESSION_ID"), OsString::from("1"));
    let vars = env.vars().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let more = Environment::new(vars.chain([other]), env.cwd());
    assert_eq!((c(&more), rust(&more)), (c(env), rust(env)));
    for (_, value) in env.vars() {
        let kept = without_seeds(value.as_encoded_bytes());
        assert_eq!(without_seeds(&kept), kept);
        assert!(
            !kept
                .split(|byte| b" \t\n".contains(byte))
                .any(|word| word.starts_with(SEED))
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn of_any_environment(
            vars in proptest::collection::vec(
                ("NIX_CFLAGS_COMPILE(_[A-Z]{1,3})?|NIX_RUSTFLAGS|NIX_ENFORCE_PURITY|TMPDIR|DEVELOPER_DIR|\\PC{1,5}", "( |\t|-frandom-seed=[a-z]?|-I[a-z]|\\PC){0,8}"), 0..6,
            ),
        ) {
            let vars = vars.into_iter().filter(|(name, _)| !name.contains('='));
            assert_invariants(&Environment::new(vars, std::path::Path::new("/")));
        }
    }
}
