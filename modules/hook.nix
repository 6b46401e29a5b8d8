# The shell hook. It sets variables and leaves decisions to the helper. It may run under `set -eu`, with a stdout that
# carries data, or twice: so no command here may fail, and it writes to stderr only.
{
  lib,
  cfg,
  # Variables for the helper. Those that are null are unset, because an outer shell may have set them.
  told,
  # The value for RUSTC_WRAPPER.
  wrapper,
  # Its directory, for PATH; null without the helper.
  wrapperDir,
  helper,
  # Whether the helper checks the shell. It then also reports a foreign RUSTC_WRAPPER.
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

    # First on PATH, so that the bare name sccache finds the wrapper too.
    case ''${PATH-}: in
      ${wrapperDir}:*) ;;
      *) export PATH="${wrapperDir}''${PATH:+:$PATH}" ;;
    esac
  '';

  # An unset variable counts as ours, so that the pattern that replaces ours sets it.
  setWrapper = ''

    # A value of your own is kept. One of ours, from an outer shell or a different version, is replaced.
    case ''${RUSTC_WRAPPER-/libexec/sccache-shell/sccache} in
      */libexec/sccache-shell/sccache) export RUSTC_WRAPPER=${wrapper} ;;
    ${
      optionalString (!checks) ''
        ${"  "}sccache${optionalString (wrapperDir == null) " | ${wrapper}"}) ;;
        ${"  "}*) printf 'sccache-shell: RUSTC_WRAPPER=%s was set before this shell and is kept\n' "$RUSTC_WRAPPER" >&2 || : ;;
      ''
    }esac
  '';

  dropWrapper = ''

    # RUSTC_WRAPPER is not set here. One of ours, from an outer shell, is removed.
    case ''${RUSTC_WRAPPER-} in
      */libexec/sccache-shell/sccache) unset RUSTC_WRAPPER ;;
    esac
  '';

  launchers = ''

    # The bare name: CMake stores it in its cache, where a store path would outlive the shell.
    export CMAKE_C_COMPILER_LAUNCHER="''${CMAKE_C_COMPILER_LAUNCHER-sccache}"
    export CMAKE_CXX_COMPILER_LAUNCHER="''${CMAKE_CXX_COMPILER_LAUNCHER-sccache}"
  '';

  chosenTmpDir = ''
    export SCCACHE_SHELL_TMPDIR=${escapeShellArg cfg.tmpDir}
  '';

  # Nix creates its directory below the caller's TMPDIR, which may be the one of an outer Nix shell.
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

    # Nix deletes its temporary directory with the shell; a server that is started here lives longer.
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

  # Not exported: a nested shell is checked again.
  checkOnce =
    let
      asked = escapeShellArg (lib.concatStringsSep " " (lib.mapAttrsToList (_: toString) told));
    in
    ''

      # If two fronts configure one shell in the same way, the check runs once.
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
