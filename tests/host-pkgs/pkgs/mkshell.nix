# `mkShell` and `mkShellNoCC` as nixpkgs means them (pkgs/build-support/mkshell): of the shells in `inputsFrom` the
# inputs and the hooks are taken over, the hooks in reverse order and before the shell's own; their other attributes,
# environment variables among them, are not.
{ lib, stdenv }:
{
  name ? "nix-shell",
  packages ? [ ],
  inputsFrom ? [ ],
  ...
}@attrs:
let
  mergeInputs =
    kind:
    attrs.${kind} or [ ] ++ lib.subtractLists inputsFrom (lib.flatten (lib.catAttrs kind inputsFrom));
  own = removeAttrs attrs [
    "name"
    "packages"
    "inputsFrom"
    "buildInputs"
    "nativeBuildInputs"
    "propagatedBuildInputs"
    "propagatedNativeBuildInputs"
    "shellHook"
  ];
in
stdenv.mkDerivation (
  {
    inherit name;
    buildInputs = mergeInputs "buildInputs";
    nativeBuildInputs = packages ++ mergeInputs "nativeBuildInputs";
    propagatedBuildInputs = mergeInputs "propagatedBuildInputs";
    propagatedNativeBuildInputs = mergeInputs "propagatedNativeBuildInputs";
    shellHook = lib.concatStringsSep "\n" (
      lib.catAttrs "shellHook" (lib.reverseList inputsFrom ++ [ attrs ])
    );
    buildCommand = "export > $out";
    preferLocalBuild = true;
  }
  // own
)
