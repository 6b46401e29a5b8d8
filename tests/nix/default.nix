# What `nix flake check` runs. Everything here is evaluated and built with the consumer's nixpkgs, so it holds for a real
# one as well as for tests/host-pkgs.
{ self, pkgs }:
let
  inherit (pkgs) lib;
  shell = configuration: (self.lib.evalModule pkgs configuration).config;

  # Every shape that the hook can have.
  hooks = lib.mapAttrs (_: configuration: (shell configuration).shellHook) (
    import ./hook-variants.nix { inherit pkgs; }
  );
  hookFiles = pkgs.linkFarm "hooks" (
    lib.mapAttrsToList (name: hook: {
      name = "${name}.sh";
      path = pkgs.writeText "${name}.sh" hook;
    }) hooks
  );
in
{
  hook-lint = pkgs.runCommandLocal "hook-lint" { nativeBuildInputs = [ pkgs.shellcheck ]; } ''
    shellcheck --shell=bash ${hookFiles}/*.sh
    shellcheck ${../host-pkgs/pkgs/stdenv}/*.sh ${../host-pkgs/pkgs/install-shell-files}/*.sh
    touch $out
  '';

  hook-behaviour =
    pkgs.runCommandLocal "hook-behaviour"
      { nativeBuildInputs = lib.optional pkgs.stdenv.hostPlatform.isLinux pkgs.util-linux; }
      ''
        bash ${./hook-behaviour.sh} ${hookFiles} | tee $out
      '';

  module = import ./module.nix { inherit self pkgs; };

  sccache-config = import ./sccache-config.nix { inherit pkgs; };

  options-docs = import ./option-docs.nix {
    inherit pkgs;
    set = "devShell";
    prefix = [ "sccache-shell" ];
    page = "options";
    head = ''
      # Options of a dev shell

      With flake-parts they stand in `perSystem`, with devenv in `devenv.nix`, which has no `devShell` and no `flakeCheck`; `lib.evalModule pkgs { … }` takes them without
      `sccache-shell.` before them. What a person or a machine has, whatever is entered, is in [options-home.md](options-home.md). Both files are made of the option sets, and a test compares them.
    '';
  };

  options-home-docs = import ./option-docs.nix {
    inherit pkgs;
    set = "person";
    prefix = [
      "programs"
      "sccache-shell"
    ];
    page = "options-home";
    head = ''
      # Options of home-manager, NixOS and nix-darwin

      `homeModules.default`, `nixosModules.default` and `darwinModules.default` take them. Nothing here runs a hook or looks at the door: that is a dev shell's, with [its own options](options.md).
    '';
    only.secretFiles = "home-manager only: the file of a machine can be read by all its users";
  };

  formatting =
    pkgs.runCommandLocal "formatting"
      {
        nativeBuildInputs = [
          pkgs.nixfmt
          pkgs.deadnix
        ];
      }
      ''
        find ${self} -name '*.nix' -exec nixfmt --check {} +
        deadnix --fail ${self}
        touch $out
      '';

  # The repository's own shell, and the shell of a flake that knows no flake-parts.
  dev-shell = self.devShells.${pkgs.stdenv.hostPlatform.system}.default;
}
