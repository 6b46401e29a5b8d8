# The links that a compile goes through: cc-rs and CMake need the name `sccache`, and the helper finds the real one
# beside the link that it was called by.
{
  lib,
  callPackage,
  linkFarm,
  sccache,
  sccache-shell ? callPackage ./package.nix { },
}:
linkFarm "sccache-shell-wrapper" [
  {
    name = "libexec/sccache-shell/sccache";
    path = lib.getExe' sccache-shell "sccache-shell";
  }
  {
    name = "libexec/sccache-shell/real";
    path = lib.getExe' sccache "sccache";
  }
]
