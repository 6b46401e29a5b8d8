//! The oracle: a build through the wrapper gives what a build without any cache gives.
//!
//! A case is a workspace and one thing that is changed in it. It is built in two git worktrees, with and without the
//! change, in both orders, from a cold and from a warm cache; its program says what it is made of. Plain sccache is asked
//! the same, and what it gets wrong is printed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

#[path = "../common/mod.rs"]
mod common;

mod macros;
mod native;
mod sources;
mod world;

use world::{Case, prove};

macro_rules! cases {
    ($($module:ident: $($name:ident)*;)*) => { $( $(
        #[test]
        fn $name() {
            prove(&$module::$name());
        }
    )* )* };
}

cases! {
    sources: a_source_is_edited
        a_source_is_renamed
        an_included_file
        a_generated_file
        a_generated_value
        the_manifest_dir
        a_profile_variable
        a_feature
        a_lint
        the_env_table
        a_file_outside_of_the_package
        a_test_knows_its_program;
    macros: a_macro_reads_a_file
        a_macro_lists_a_directory
        a_macro_looks_for_a_file
        a_macro_runs_a_program
        a_macro_reads_a_variable
        a_macro_gives_the_place
        a_macro_gives_its_out_dir
        a_macro_is_changed;
    native: a_static_library
        a_static_library_with_modifiers
        a_static_library_by_attribute
        a_static_library_without_a_kind
        an_incbin
        a_version_script
        the_linkers_variables
        a_linker;
}
