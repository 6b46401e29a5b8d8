# The shell hook. It sets variables and leaves decisions to the helper. It may run under `set -eu`, with a stdout that
# carries data, or twice: so no command here may fail, and it writes to stderr only. It starts one program, the helper.
{
  lib,
  cfg,
  # The table of variables.nix.
  variables,
}:
let
  inherit (lib) escapeShellArg getExe' optionalString;

  hasHelper = cfg.helper != null;
  wrapperDir = "${cfg.prefix}/libexec/sccache-shell";
  # The helper then also reports a foreign RUSTC_WRAPPER.
  checks = hasHelper && cfg.check.enable;

  export = name: value: "export ${name}=${escapeShellArg value}\n";
  # By what happens to an existing value.
  set = {
    replace = name: value: optionalString (value != null) (export name value);
    remove = name: value: if value == null then "unset ${name}\n" else export name value;
    keep = name: value: optionalString (value != null) "export ${name}=\"\${${name}-${value}}\"\n";
    wrapper = _: value: if value == null then dropWrapper else setWrapper value;
  };
  setVariables = lib.concatStrings (
    lib.mapAttrsToList (name: { existing, value }: set.${existing} name value) variables
  );

  # An unset variable counts as ours, so that the pattern that replaces ours sets it.
  setWrapper = wrapper: ''
    # A value of your own is kept. One of ours, from an outer shell or a different version, is replaced.
    case ''${RUSTC_WRAPPER-/libexec/sccache-shell/sccache} in
      */libexec/sccache-shell/sccache) export RUSTC_WRAPPER=${wrapper} ;;
    ${
      optionalString (!checks) ''
        ${"  "}sccache${optionalString (!hasHelper) " | ${wrapper}"}) ;;
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

  path = ''

    # First on PATH, so that the bare name sccache finds the wrapper too.
    case ''${PATH-}: in
      ${wrapperDir}:*) ;;
      *) export PATH="${wrapperDir}''${PATH:+:$PATH}" ;;
    esac
  '';

  # Nix creates its directory below the caller's TMPDIR, which may be the one of an outer Nix shell.
  callersTmpDir = ''
    _sccache_shell_dir=''${NIX_BUILD_TOP-}
    while [[ ''${_sccache_shell_dir##*/} == nix-shell[.-]* ]]; do
      _sccache_shell_dir=''${_sccache_shell_dir%/*}
      export SCCACHE_SHELL_TMPDIR="''${_sccache_shell_dir:-/}"
    done
    unset _sccache_shell_dir
  '';

  # Only the first shell of a machine finds no directory, and then starts `mkdir`.
  tmpDir = ''

    # Nix deletes its temporary directory with the shell; a server that is started here lives longer.
    ${optionalString (cfg.tmpDir == null) callersTmpDir}_sccache_shell_top=''${NIX_BUILD_TOP-}
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

  # One program for both, because each costs the start of a process.
  arguments =
    if cfg.initConfig then
      "init --if-missing" + optionalString checks " --check"
    else
      optionalString checks "check --quiet";

  # Not exported: a nested shell is checked again.
  runOnce =
    let
      ours = lib.filterAttrs (_: it: it.existing == "remove") variables;
      asked = lib.mapAttrsToList (_: it: toString it.value) ours ++ [ arguments ];
      mark = escapeShellArg (lib.concatStringsSep " " asked);
    in
    ''

      # If two fronts configure one shell in the same way, this runs once.
      [ "''${_sccache_shell_checked-none}" = ${mark} ] || ${getExe' cfg.helper "sccache-shell"} ${arguments} >&2 </dev/null || :
      _sccache_shell_checked=${mark}
    '';
in
"# sccache-shell\n"
+ setVariables
+ optionalString hasHelper path
+ tmpDir
+ optionalString (hasHelper && arguments != "") runOnce
