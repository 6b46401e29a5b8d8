# home-manager's `homeManagerConfiguration`, with an activation that links files, in the requested order.
{ pkgs, modules }:
let
  inherit (pkgs) lib;
  inherit (lib) types;
  inherit (import ../host-pkgs/nixos/lib/checked.nix { inherit lib; }) option module checked;

  dag = rec {
    entryBetween = before: after: data: { inherit data before after; };
    entryBefore = before: entryBetween before [ ];
    entryAfter = entryBetween [ ];
    entryAnywhere = entryBetween [ ] [ ];
  };

  # The names of `entries`, in topological order.
  sorted =
    entries:
    let
      comesAfter =
        name:
        entries.${name}.after
        ++ builtins.filter (other: builtins.elem name entries.${other}.before) (builtins.attrNames entries);
      next =
        done:
        let
          left = lib.subtractLists done (builtins.attrNames entries);
          ready = builtins.filter (name: lib.subtractLists done (comesAfter name) == [ ]) left;
        in
        if left == [ ] then
          done
        else if ready == [ ] then
          throw "Dependency cycle in activation script: ${toString left}"
        else
          next (done ++ [ (builtins.head ready) ]);
    in
    next [ ];

  files =
    config:
    pkgs.linkFarm "home-manager-files" (
      lib.mapAttrsToList (name: file: {
        inherit name;
        path = file.source;
      }) config.home.file
    );

  activate = config: ''
    set -eu -o pipefail
    cd "$HOME"
    run() { if [ -n "''${DRY_RUN-}" ]; then echo "$@"; else "$@"; fi; }
    ${lib.concatMapStrings (name: ''
      echo "Activating ${name}"
      ${config.home.activation.${name}.data}
    '') (sorted config.home.activation)}
  '';

  each =
    config: script:
    lib.concatStrings (
      lib.mapAttrsToList (name: file: ''
        name=${lib.escapeShellArg name} force=${if file.force then "1" else "''"}
        ${script}
      '') config.home.file
    );

  core =
    { config, ... }:
    {
      imports = [ module ];
      options = {
        home = {
          username = lib.mkOption { type = types.str; };
          homeDirectory = lib.mkOption { type = types.str; };
          stateVersion = lib.mkOption { type = types.str; };
          packages = option (types.listOf types.package) [ ];
          sessionVariables = option (types.lazyAttrsOf types.str) { };
          sessionPath = option (types.listOf types.str) [ ];
          activation = option (types.attrsOf types.raw) { };
          file = option (types.attrsOf (
            types.submodule {
              options.source = lib.mkOption { type = types.raw; };
              options.force = option types.bool false;
            }
          )) { };
        };
        xdg.configHome = option types.str "${config.home.homeDirectory}/.config";
      };
      config = {
        _module.args.pkgs = pkgs;
        home.activation = {
          writeBoundary = dag.entryAnywhere "";
          checkLinkTargets = dag.entryBefore [ "writeBoundary" ] (
            each config ''
              if [ -z "$force" ] && [ -e "$HOME/$name" ] && [[ $(readlink "$HOME/$name") != *-home-manager-files/* ]]; then
                echo "Existing file '$HOME/$name' would be clobbered" >&2
                exit 1
              fi
            ''
          );
          linkGeneration = dag.entryAfter [ "writeBoundary" ] (
            each config ''
              run mkdir -p "$(dirname "$HOME/$name")"
              run ln -sfn ${files config}/"$name" "$HOME/$name"
            ''
          );
        };
      };
    };

  evaluate =
    modules:
    let
      result = lib.evalModules {
        class = "homeManager";
        inherit modules;
        specialArgs.lib = lib // {
          hm = { inherit dag; };
        };
      };
      inherit (result) config;
      variables = lib.mapAttrsToList (name: value: "export ${name}=${lib.escapeShellArg value}\n");
    in
    {
      inherit config;
      extendModules = more: evaluate (modules ++ more.modules);
      # `activate`, and in `home-path` what the profile gets.
      activationPackage = checked config (
        pkgs.linkFarm "home-manager-generation" {
          activate = pkgs.writeShellScript "activate" (activate config);
          home-files = files config;
          "home-path/etc/profile.d/hm-session-vars.sh" = pkgs.writeText "hm-session-vars.sh" (
            lib.concatStrings (variables config.home.sessionVariables)
            + ''export PATH="${lib.concatMapStrings (dir: "${dir}:") config.home.sessionPath}$PATH"''
            + "\n"
          );
        }
      );
    };
in
evaluate (modules ++ [ core ])
