# nixpkgs' trivial builders, under their own names.
{ pkgs }:
let
  inherit (pkgs) lib;
  run =
    stdenv: name: env: buildCommand:
    stdenv.mkDerivation (env // { inherit name buildCommand; });
in
rec {
  runCommand = run pkgs.stdenv;
  runCommandLocal = name: env: run pkgs.stdenvNoCC name (env // { preferLocalBuild = true; });
  runCommandCC = runCommand;

  writeTextFile =
    {
      name,
      text,
      executable ? false,
      destination ? "",
      meta ? { },
      ...
    }:
    runCommandLocal name
      {
        inherit text destination meta;
        mode = if executable then "555" else "444";
      }
      ''
        target=$out$destination
        mkdir -p "$(dirname "$target")"
        printf %s "$text" >"$target"
        chmod "$mode" "$target"
      '';
  writeText = name: text: writeTextFile { inherit name text; };
  writeShellScript =
    name: text:
    writeTextFile {
      inherit name;
      text = "#!${pkgs.stdenv.shell}\n${text}\n";
      executable = true;
    };
  writeShellScriptBin =
    name: text:
    writeTextFile {
      inherit name;
      text = "#!${pkgs.stdenv.shell}\n${text}\n";
      executable = true;
      destination = "/bin/${name}";
      meta.mainProgram = name;
    };

  linkFarm =
    name: entries:
    let
      list =
        if lib.isAttrs entries then
          lib.mapAttrsToList (name: path: { inherit name path; }) entries
        else
          entries;
    in
    runCommandLocal name { } (
      "mkdir -p $out; cd $out\n"
      + lib.concatMapStrings (entry: ''
        mkdir -p "$(dirname ${lib.escapeShellArg entry.name})"
        ln -s ${lib.escapeShellArg "${entry.path}"} ${lib.escapeShellArg entry.name}
      '') list
    );
}
