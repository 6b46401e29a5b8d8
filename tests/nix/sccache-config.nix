# Compares the schema of sccache's config file with the real sccache: it accepts each table with all its keys, and
# rejects what the modules reject.
{ pkgs }:
let
  inherit (pkgs) lib;
  schema = import ../../modules/sccache-config/schema.nix;
  inherit (import ../../modules/sccache-config/check.nix { inherit lib; }) problems;
  toml = pkgs.formats.toml { };

  sample = {
    text = "x";
    texts = [ "disk" ];
    tables = [ ];
    flag = true;
    number = 1;
    size = "1G";
    mode = "READ_WRITE";
    directory = "/nonexistent/x";
    directories = [ "/nonexistent/x" ];
    address = "http://localhost";
    secret = "x";
  };
  # Keys with a fixed set of values.
  words = {
    "cache.multilevel".write_error_policy = "all";
    "dist.auth" = {
      type = "token";
      token = "x";
    };
  };
  full =
    name: table:
    let
      keys = lib.filterAttrs (key: _: !(table.alias or { } ? ${key})) table.keys;
      aliases = [
        "expiration"
        "client_id"
        "auth_url"
        "token_url"
      ];
      all = builtins.mapAttrs (key: entry: words.${name}.${key} or sample.${entry.kind}) keys;
    in
    lib.setAttrByPath (if name == "" then [ ] else lib.splitString "." name) (
      # Redis has two names for one key; a token is one of three ways to be known.
      if name == "cache.redis" || name == "dist.auth" then removeAttrs all aliases else all
    );

  taken = lib.mapAttrsToList full schema;
  refused = [
    { cache.disc.size = "1G"; }
    { cache.disk.sise = "1G"; }
    { cache.disk.size = "1.5G"; }
    { cache.disk.size = "24GB"; }
    { basedirs = [ "relative" ]; }
    { cache.s3.bucket = "b"; }
    { cache.disk.rw_mode = "ro"; }
    { unknown = 1; }
  ];
  # Settings that the modules would accept.
  wrongly = builtins.filter (settings: problems "0.19.0" settings == [ ]) refused;
  files = kind: list: lib.concatMapStringsSep " " (it: "${toml.generate kind it}") list;
in
assert wrongly == [ ] || throw "taken: ${builtins.toJSON wrongly}";
pkgs.runCommandLocal "sccache-config" { nativeBuildInputs = [ pkgs.sccache ]; } ''
  export HOME=$PWD SCCACHE_SERVER_UDS=$PWD/none
  answer() { SCCACHE_CONF=$1 sccache --show-stats 2>&1; }
  for file in ${files "taken" taken}; do
    said=$(answer $file) || { cat $file; echo "$said"; exit 1; } >&2
  done
  for file in ${files "refused" refused}; do
    if answer $file >/dev/null; then cat $file >&2; echo "sccache takes it" >&2; exit 1; fi
  done
  echo '${toString (builtins.length taken)} tables taken, ${toString (builtins.length refused)} refused' | tee $out
''
