# The shell hook. It puts things in place and decides nothing that the helper could. Whatever runs it may do so under
# `set -eu`, for stdout that is somebody's data, or twice: so no command here may fail, and nothing but stderr is written.
{
  lib,
  cfg,
  # Variables for the helper; those that are null are an outer shell's and go.
  told,
  # What RUSTC_WRAPPER becomes.
  wrapper,
  # Its directory, for PATH; null without the helper.
  wrapperDir,
  helper,
  # Whether the helper looks at the shell, and so speaks of a RUSTC_WRAPPER that is not ours.
  checks,
}:
let
  inherit (lib) escapeShellArg optionalString;

  tell = lib.concatStrings (
    lib.mapAttrsToList (
      name: value: if value == null then "unset ${name}\n" else "export ${name}=${escapeShellArg value}\n"
    ) told
  );

  path = ''

    # First on PATH, so that the bare word sccache is this one too.
    case ''${PATH-}: in
      ${wrapperDir}:*) ;;
      *) export PATH="${wrapperDir}''${PATH:+:$PATH}" ;;
    esac
  '';

  # Unset counts as ours: the pattern that replaces ours then sets it.
  setWrapper = ''

    # Yours, set before this shell, stays; one of ours, from an outer shell or another version, makes way.
    case ''${RUSTC_WRAPPER-/libexec/sccache-shell/sccache} in
      */libexec/sccache-shell/sccache) export RUSTC_WRAPPER=${wrapper} ;;
    ${
      optionalString (!checks) ''
        ${"  "}sccache${optionalString (wrapperDir == null) " | ${wrapper}"}) ;;
        ${"  "}*) printf 'sccache-shell: RUSTC_WRAPPER=%s was set before this shell and stays\n' "$RUSTC_WRAPPER" >&2 || : ;;
      ''
    }esac
  '';

  dropWrapper = ''

    # RUSTC_WRAPPER is not ours to set here; one of ours, from an outer shell, goes.
    case ''${RUSTC_WRAPPER-} in
      */libexec/sccache-shell/sccache) unset RUSTC_WRAPPER ;;
    esac
  '';

  launchers = ''

    # The bare word: CMake keeps it in its cache, where a store path would outlive the shell.
    export CMAKE_C_COMPILER_LAUNCHER="''${CMAKE_C_COMPILER_LAUNCHER-sccache}"
    export CMAKE_CXX_COMPILER_LAUNCHER="''${CMAKE_CXX_COMPILER_LAUNCHER-sccache}"
  '';

  chosenTmpDir = ''
    export SCCACHE_SHELL_TMPDIR=${escapeShellArg cfg.tmpDir}
  '';

  # Nix makes its directory below the caller's TMPDIR, which may be one that Nix made for an outer shell.
  callersTmpDir = ''
    unset SCCACHE_SHELL_TMPDIR
    _sccache_shell_dir=''${NIX_BUILD_TOP-}
    while [[ ''${_sccache_shell_dir##*/} == nix-shell[.-]* ]]; do
      _sccache_shell_dir=''${_sccache_shell_dir%/*}
      export SCCACHE_SHELL_TMPDIR="''${_sccache_shell_dir:-/}"
    done
    unset _sccache_shell_dir
  '';

  tmpDir = ''

    # Nix throws its temporary directory away with the shell; a server that is started here lives on.
    ${if cfg.tmpDir == null then callersTmpDir else chosenTmpDir}_sccache_shell_top=''${NIX_BUILD_TOP-}
    if [[ ''${_sccache_shell_top##*/} == nix-shell[.-]* ]]; then
      [ -d "$SCCACHE_SHELL_TMPDIR" ] || mkdir -p "$SCCACHE_SHELL_TMPDIR" 2>/dev/null || :
      if [ -d "$SCCACHE_SHELL_TMPDIR" ] && [ -w "$SCCACHE_SHELL_TMPDIR" ] && [ -x "$SCCACHE_SHELL_TMPDIR" ]; then
        for _sccache_shell_name in TMPDIR TMP TEMP TEMPDIR; do
          if [ "''${!_sccache_shell_name-}" = "$_sccache_shell_top" ]; then
            export "$_sccache_shell_name=$SCCACHE_SHELL_TMPDIR"
          fi
        done
        unset _sccache_shell_name
      fi
    fi
    unset _sccache_shell_top
  '';

  run = arguments: "${helper} ${arguments} >&2 </dev/null || :\n";

  # Not exported: a shell in this shell is looked at again.
  checkOnce =
    let
      asked = escapeShellArg (lib.concatStringsSep " " (lib.mapAttrsToList (_: toString) told));
    in
    ''

      # Where two fronts set up one shell alike, one of them looks.
      [ "''${_sccache_shell_checked-none}" = ${asked} ] || ${run "check --quiet"}_sccache_shell_checked=${asked}
    '';
in
"# sccache-shell\n"
+ optionalString (!cfg.incremental) "export CARGO_INCREMENTAL=0\n"
+ tell
+ optionalString (wrapperDir != null) path
+ (if cfg.rustcWrapper then setWrapper else dropWrapper)
+ optionalString cfg.cmakeLauncher launchers
+ tmpDir
+ optionalString (cfg.helper != null && cfg.initConfig) ("\n" + run "init --if-missing")
+ optionalString checks checkOnce
