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

  option-docs = import ./option-docs.nix { inherit pkgs; };

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
