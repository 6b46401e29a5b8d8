# Additional outputs for a flake: the shell as a derivation, and a check of the options.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) literalExpression types;
  inherit (import ./options/kit.nix { inherit lib; }) mkOutput;
  cfg = config;
in
{
  options = {
    devShell = mkOutput {
      type = types.package;
      description = "The shell. Use it with `inputsFrom = [ config.sccache-shell.devShell ]`.";
      example = literalExpression "pkgs.mkShell { inputsFrom = [ config.sccache-shell.devShell ]; }";
    };

    flakeCheck = mkOutput {
      type = types.package;
      description = ''
        For a flake's `checks`; the flake-parts front adds it itself. It fails if options contradict each other, if
        `package` has no sccache, or if `check.ignore` contains an unknown id.
      '';
      example = literalExpression "{ checks.\${system}.sccache-shell = config.sccache-shell.flakeCheck; }";
    };
  };

  config = {
    devShell = pkgs.mkShellNoCC {
      name = "sccache-shell";
      inherit (cfg) packages shellHook;
    };

    flakeCheck =
      pkgs.runCommandLocal "sccache-shell-options"
        { contradictions = lib.concatStringsSep "\n" cfg.contradictions; }
        (
          ''
            failed=0
            fail() {
              printf 'sccache-shell: %s\n' "$1" >&2
              failed=1
            }
            while IFS= read -r line; do
              if [ -n "$line" ]; then fail "$line: remove one of the two"; fi
            done <<<"$contradictions"
          ''
          + lib.optionalString cfg.enable ''
            [ -x ${lib.getExe' cfg.package "sccache"} ] || fail "\`package\` is ${cfg.package}, which has no program bin/sccache"
          ''
          + lib.optionalString (cfg.enable && cfg.helper != null) (
            lib.concatMapStrings (id: ''
              ${lib.getExe' cfg.helper "sccache-shell"} explain ${id} >/dev/null 2>&1 ||
                fail "\`check.ignore\` names ${id}, which is not a check: sccache-shell explain lists them"
            '') cfg.check.ignore
          )
          + ''
            [ "$failed" = 0 ]
            touch $out
          ''
        );
  };
}
