# The helper. Users compile it when they first enter a shell, so its tests run elsewhere, and its sources are limited to
# what cargo needs: a change to anything else must not rebuild it.
{
  lib,
  stdenv,
  rustPlatform,
  installShellFiles,
}:
rustPlatform.buildRustPackage {
  pname = "sccache-shell";
  inherit ((builtins.fromTOML (builtins.readFile ../Cargo.toml)).workspace.package) version;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../Cargo.toml
      ../Cargo.lock
      (lib.fileset.difference ../helper (
        lib.fileset.unions [
          (lib.fileset.maybeMissing ../helper/tests)
          (lib.fileset.maybeMissing ../helper/fuzz)
        ]
      ))
    ];
  };
  cargoLock.lockFile = ../Cargo.lock;
  doCheck = false;

  nativeBuildInputs = [ installShellFiles ];
  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    installShellCompletion --cmd sccache-shell \
      --bash <($out/bin/sccache-shell completions bash) \
      --fish <($out/bin/sccache-shell completions fish) \
      --zsh <($out/bin/sccache-shell completions zsh)
    mkdir man
    $out/bin/sccache-shell man man
    installManPage man/*
  '';

  meta = {
    description = "Says in one line why sccache does not work in this dev shell, and keeps its compiler wrapper right";
    homepage = "https://github.com/sccache-shell/sccache-shell";
    license = [
      lib.licenses.mit
      lib.licenses.asl20
    ];
    mainProgram = "sccache-shell";
    platforms = lib.platforms.unix;
  };
}
