# numtide/devshell's `mkShell`: a shell without stdenv and TMPDIR, with start-up steps.
pkgs: configuration:
let
  inherit (pkgs) lib;
  inherit (lib) types;
  inherit (import ../host-pkgs/nixos/lib/checked.nix { inherit lib; }) option;

  inherit
    (lib.evalModules {
      modules = [
        configuration
        {
          options.devshell = {
            packages = option (types.listOf types.package) [ ];
            startup = option (types.attrsOf (
              types.submodule { options.text = lib.mkOption { type = types.str; }; }
            )) { };
          };
          config._module.args.pkgs = pkgs;
        }
      ];
    })
    config
    ;
  setup = pkgs.writeTextFile {
    name = "naked-stdenv";
    destination = "/setup";
    text = ''
      : ''${outputs:=out}
      runHook() {
        eval "$shellHook"
        unset runHook
      }
    '';
  };
in
builtins.derivation {
  name = "devshell";
  inherit (pkgs) system;
  builder = pkgs.stdenv.shell;
  args = [
    "-ec"
    "${pkgs.stdenv.initialPath}/bin/ln -s /dev/null $out"
  ];
  stdenv = setup;
  shellHook = ''
    unset NIX_BUILD_TOP NIX_BUILD_CORES NIX_STORE TEMP TEMPDIR TMP TMPDIR
    unset builder out shellHook stdenv system dontAddDisableDepTrack outputs
    PATH=${
      lib.concatMapStrings (package: "${package}/bin:") config.devshell.packages
    }${pkgs.stdenv.initialPath}/bin:$PATH
    ${lib.concatStrings (lib.mapAttrsToList (_: step: step.text + "\n") config.devshell.startup)}
  '';
}
