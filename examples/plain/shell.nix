# The flake's shell for `nix-shell`, and for editors and tools without flakes.
(builtins.getFlake (toString ./.)).devShells.${builtins.currentSystem}.default
