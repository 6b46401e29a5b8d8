# Types whose error names the option and a valid value. sccache itself silently ignores an invalid size, and cannot
# start if the path of its socket is too long.
{ lib }:
let
  inherit (lib) mkOptionType showOption;
  inherit (lib.options) mergeEqualOption showDefs;

  # Accepts any value, so that `problem` can say what is wrong with it; `null` means valid.
  checked =
    name: description: problem:
    mkOptionType {
      inherit name description;
      descriptionClass = "noun";
      merge =
        loc: defs:
        let
          value = mergeEqualOption loc defs;
          wrong = problem value;
        in
        if wrong == null then
          value
        else
          throw "The option `${showOption loc}' ${wrong}. Definition values:${showDefs defs}";
    };
in
rec {
  cacheSize =
    let
      type = checked "cacheSize" "size in sccache's syntax (digits and at most one of K, M, G, T)" (
        value:
        let
          size = toString value;
          # Common spellings that sccache does not accept.
          close = builtins.match "[[:space:]]*([0-9]+)[[:space:]]*([KMGTkmgt])[iI]?[bB]?[[:space:]]*" size;
        in
        if builtins.isInt value && value >= 0 then
          null
        else if !builtins.isString value then
          ''must be a size in sccache's syntax: write a string such as "24G"''
        else if builtins.match "[0-9]+[KMGTkmgt]?" value != null then
          null
        else if close != null then
          ''is not a size that sccache can read: write "${lib.toUpper (lib.concatStrings close)}"''
        else
          ''is not a size that sccache can read: write whole digits and one of K, M, G, T, such as "24G"''
      );
    in
    type // { merge = loc: defs: toString (type.merge loc defs); };

  tmpDir =
    { isDarwin }:
    checked "tmpDir" "absolute path as a string, of at most 88 bytes (84 on macOS)" (
      value:
      let
        limit = if isDarwin then 84 else 88;
        length = builtins.stringLength value;
      in
      if !builtins.isString value then
        ''must be a string, such as "/var/tmp": a path would be copied to the Nix store''
      else if builtins.substring 0 1 value != "/" then
        ''must be an absolute path, such as "/var/tmp": nothing is expanded in it''
      else if length > limit then
        "has ${toString length} bytes, and sccache cannot start its server below more than ${toString limit}: write a shorter path"
      else
        null
    );

  checkId = checked "checkId" "id of a check" (
    value:
    if builtins.isString value && builtins.match "[a-z0-9]+(-[a-z0-9]+)*" value != null then
      null
    else
      ''must be the id of a check, in lower case with dashes: write it as `sccache-shell explain` does, such as "config-missing"''
  );

  secretFile = checked "secretFile" "absolute path of a file outside the Nix store, as a string" (
    value:
    if !builtins.isString value then
      ''must be a string, such as "/run/secrets/redis": a path would be copied to the Nix store, which every user can read''
    else if builtins.substring 0 1 value != "/" then
      ''must be an absolute path, such as "/run/secrets/redis": nothing is expanded in it''
    else if lib.hasPrefix "${builtins.storeDir}/" value then
      "is in the Nix store, which every user can read: use a file outside it"
    else
      null
  );

  # Keys of sccache's config file that contain a secret.
  secretFiles =
    let
      inherit (import ./sccache-config/check.nix { inherit lib; }) secrets;
      type = lib.types.lazyAttrsOf secretFile;
    in
    type
    // {
      merge =
        loc: defs:
        let
          value = type.merge loc defs;
          unknown = builtins.filter (key: !builtins.elem key secrets) (builtins.attrNames value);
        in
        if unknown == [ ] then
          value
        else
          throw "The option `${showOption loc}' has no secret `${builtins.head unknown}': there are ${lib.concatStringsSep ", " secrets}. Definition values:${showDefs defs}";
    };
}
