# The checks of `nix flake check`. Everything is evaluated and built with the consumer's nixpkgs, the real one or
# tests/host-pkgs.
{ self, pkgs }:
let
  inherit (pkgs) lib;
  shell = configuration: (self.lib.evalModule pkgs configuration).config;

  # Every form of the hook.
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

      With flake-parts they are in `perSystem`, with devenv in `devenv.nix` (without `devShell` and `flakeCheck`). For `lib.evalModule pkgs { … }` leave out the prefix `sccache-shell.`. The options of
      a user or a machine are in [options-home.md](options-home.md). Both pages are generated from the option sets, and a test compares them.
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

      For `homeModules.default`, `nixosModules.default` and `darwinModules.default`. They run no hook and no check; those belong to a dev shell, which has [its own options](options.md).
    '';
    only.secretFiles = "home-manager only: every user can read the file of a machine";
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

  # The repository's own shell, which is also the shell of a flake without flake-parts.
  dev-shell = self.devShells.${pkgs.stdenv.hostPlatform.system}.default;
}
