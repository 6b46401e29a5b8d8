# File sets as predicates over paths below a root: enough for unions of files and directories.
{ lib }:
let
  toSet =
    value:
    if builtins.isPath value then
      if builtins.pathExists value then
        {
          covers = path: path == toString value || lib.hasPrefix "${toString value}/" path;
          paths = [ (toString value) ];
        }
      else
        throw "lib.fileset: ${toString value} does not exist"
    else
      value;
in
{
  unions =
    values:
    let
      sets = map toSet values;
    in
    {
      covers = path: lib.any (set: set.covers path) sets;
      paths = lib.concatMap (set: set.paths) sets;
    };
  difference =
    from: without:
    let
      all = toSet from;
      left = toSet without;
    in
    {
      covers = path: all.covers path && !left.covers path;
      inherit (all) paths;
    };
  maybeMissing =
    path:
    if builtins.pathExists path then
      path
    else
      {
        covers = _: false;
        paths = [ ];
      };
  toSource =
    { root, fileset }:
    let
      set = toSet fileset;
    in
    builtins.path {
      name = "source";
      path = root;
      # Parent directories of included files are included too.
      filter = path: _: set.covers path || lib.any (lib.hasPrefix "${path}/") set.paths;
    };
}
