# `rustPlatform.buildRustPackage` with the machine's cargo. nixpkgs fetches the crates that Cargo.lock names one by
# one, by their checksums; here cargo does, into a directory that later builds find again.
{
  lib,
  stdenv,
  cargo,
  rustc,
}:
{
  buildRustPackage =
    args:
    let
      attrs = if lib.isFunction args then args attrs else args;
      lockFile =
        attrs.cargoLock.lockFile or (throw "buildRustPackage: this stand-in needs `cargoLock.lockFile`");
      flags = lib.escapeShellArgs (attrs.cargoBuildFlags or [ ]);
      directory = attrs.buildAndTestSubdir or ".";
    in
    stdenv.mkDerivation (
      {
        doCheck = true;
      }
      // removeAttrs attrs [
        "cargoLock"
        "cargoBuildFlags"
        "buildAndTestSubdir"
      ]
      // {
        inherit lockFile;
        nativeBuildInputs = attrs.nativeBuildInputs or [ ] ++ [
          cargo
          rustc
        ];
        buildPhase = ''
          cmp Cargo.lock "$lockFile"
          export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
          export CARGO_HOME=/var/cache/host-pkgs/cargo-home
          mkdir -p "$CARGO_HOME" 2>/dev/null || export CARGO_HOME=$NIX_BUILD_TOP/cargo-home
          export CARGO_TARGET_DIR=$NIX_BUILD_TOP/target
          (cd ${directory} && cargo build --release --locked ${flags})
        '';
        checkPhase = ''
          (cd ${directory} && cargo test --release --locked ${flags})
        '';
        installPhase = ''
          mkdir -p $out/bin
          find "$CARGO_TARGET_DIR/release" -maxdepth 1 -type f -perm -100 ! -name '*.so' -exec cp -t $out/bin {} +
        '';
      }
    );
}
