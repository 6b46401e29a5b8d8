# For `nix-shell`, and for editors and tools that know no flakes: the flake's own shell.
(builtins.getFlake (toString ./.)).devShells.${builtins.currentSystem}.default
