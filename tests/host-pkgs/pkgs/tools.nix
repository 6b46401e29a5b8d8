# The packages that our modules, examples and shells name.
{ lib, pkgs }:
let
  tool =
    name: programs:
    import ./host-tool.nix {
      inherit (pkgs) system;
      inherit name programs;
    };
  own = name: tool name [ name ];
in
lib.genAttrs [
  "cargo-nextest"
  "cmake"
  "curl"
  "deadnix"
  "direnv"
  "git"
  "jq"
  "nixfmt"
  "rustfmt"
  "sccache"
  "shellcheck"
] own
// {
  bashInteractive = tool "bash-interactive" [ "bash" ];
  cargo = tool "cargo" [ "cargo" ];
  clippy = tool "clippy" [
    "cargo-clippy"
    "clippy-driver"
  ];
  gcc-unwrapped = tool "gcc" [
    "gcc"
    "g++"
    "cc"
    "c++"
    "ar"
    "as"
    "ld"
    "nm"
    "ranlib"
    "strip"
    "objcopy"
    "objdump"
  ];
  gnumake = tool "gnumake" [ "make" ];
  util-linux = tool "util-linux" [
    "setpriv"
    "unshare"
  ];
  rustc-unwrapped = tool "rustc" [
    "rustc"
    "rustdoc"
  ];

  # As nixpkgs' own: without arguments, all Nix files of the tree.
  nixfmt-tree = pkgs.writeShellScriptBin "nixfmt-tree" ''
    if [ $# -eq 0 ]; then set -- .; fi
    exec ${pkgs.findutils}/bin/find "$@" -name '*.nix' -not -path '*/.*/*' -exec ${pkgs.nixfmt}/bin/nixfmt {} +
  '';
  findutils = tool "findutils" [
    "find"
    "xargs"
  ];
}
