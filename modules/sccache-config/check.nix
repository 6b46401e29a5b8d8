# Problems in the settings for sccache's config file, as sentences. sccache would reject the whole file, and with it
# every compile, or read something that was not meant.
{ lib }:
let
  schema = import ./schema.nix;
  inherit (lib) concatMap hasPrefix optional;

  tables = builtins.filter (name: name != "") (builtins.attrNames schema);
  join = path: lib.concatStringsSep "." path;

  # The names that are valid directly below `path`: its own keys, and the tables in it.
  below =
    path:
    let
      prefix = if path == [ ] then "" else join path + ".";
      inner = builtins.filter (hasPrefix prefix) tables;
      heads = map (name: builtins.head (lib.splitString "." (lib.removePrefix prefix name))) inner;
    in
    lib.unique (builtins.attrNames (schema.${join path}.keys or { }) ++ heads);

  isSize =
    value:
    builtins.isInt value && value >= 0
    || builtins.isString value && builtins.match "[0-9]+[KMGTkmgt]?" value != null;
  isTexts = value: builtins.isList value && builtins.all builtins.isString value;
  isAbsolute = value: builtins.isString value && hasPrefix "/" value;
  # sccache expands neither `~` nor `$HOME`.
  isPlain = value: isAbsolute value && builtins.match ".*[$~].*" value == null;
  hasPassword = value: builtins.match "[^/]*//[^/@]*:[^/@]+@.*" value != null;

  # What is wrong with a value, in words; null if it is valid.
  wrong =
    kind: value:
    {
      text = if builtins.isString value then null else "must be a string";
      texts = if isTexts value then null else "must be a list of strings";
      tables = if builtins.isList value then null else "must be a list of tables";
      flag = if builtins.isBool value then null else "must be true or false";
      number = if builtins.isInt value && value >= 0 then null else "must be a whole number";
      size =
        if isSize value then
          null
        else
          ''is not a size that sccache can read: write whole digits and one of K, M, G, T, such as "24G"'';
      mode =
        if value == "READ_ONLY" || value == "READ_WRITE" then
          null
        else
          ''must be "READ_ONLY" or "READ_WRITE"'';
      directory =
        if isPlain value then
          null
        else
          "must be an absolute path without `~` and `$`, which sccache takes literally";
      directories =
        if isTexts value && builtins.all isAbsolute value then
          null
        else
          ''must be a list of absolute paths, such as [ "/home/me/work" ]: with a relative path every call of sccache fails'';
      address =
        if !builtins.isString value then
          "must be a string"
        else if hasPassword value then
          "contains a password, and every user can read the Nix store: set the password by its own key, in `secretFiles`"
        else
          null;
      secret = "is a secret, and every user can read the Nix store: put it into a file, and name that in `secretFiles`";
    }
    .${kind};

  tooNew =
    version: path: entry:
    # Other values than versions cannot be compared.
    optional
      (
        entry ? version
        && builtins.match "[0-9]+[.].*" version != null
        && lib.versionOlder version entry.version
      )
      {
        inherit path;
        what = "needs sccache ${entry.version} or later, and `package` is ${version}";
      };

  problem = path: what: { inherit path what; };

  table =
    version: path: settings:
    let
      known = below path;
      here = schema.${join path} or null;
      given =
        builtins.attrNames settings
        ++ map (alias: here.alias.${alias}) (
          builtins.filter (alias: settings ? ${alias}) (builtins.attrNames (here.alias or { }))
        );
    in
    lib.optionals (here != null) (
      tooNew version path here
      ++ map (name: problem path "needs the key `${name}`, without which sccache rejects the file") (
        builtins.filter (name: !builtins.elem name given) here.required
      )
    )
    ++ concatMap (
      name:
      let
        inner = path ++ [ name ];
        value = settings.${name};
        entry = here.keys.${name} or null;
        what = wrong entry.kind value;
      in
      if !builtins.elem name known then
        [
          (problem inner "is not a key that sccache knows, and it rejects the file: valid are ${lib.concatStringsSep ", " known}")
        ]
      else if entry != null then
        optional (what != null) (problem inner what) ++ tooNew version inner entry
      else if builtins.isAttrs value then
        table version inner value
      else
        [ (problem inner "must be a table") ]
    ) (builtins.attrNames settings);
in
{
  # The problems of `settings` for this version of sccache: { path; what; }.
  problems = version: settings: table version [ ] settings;

  # The keys that contain a secret, as dotted paths.
  secrets = concatMap (
    name:
    map (key: "${name}.${key}") (
      builtins.filter (key: schema.${name}.keys.${key}.kind == "secret") (
        builtins.attrNames schema.${name}.keys
      )
    )
  ) tables;
}
