{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    home-manager = {
      url = "github:nix-community/home-manager";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    sccache-shell = {
      url = "github:sccache-shell/sccache-shell";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      nixpkgs,
      home-manager,
      sccache-shell,
      ...
    }:
    {
      homeConfigurations.me = home-manager.lib.homeManagerConfiguration {
        pkgs = nixpkgs.legacyPackages.x86_64-linux;
        modules = [
          sccache-shell.homeModules.default
          {
            home = {
              username = "me";
              homeDirectory = "/home/me";
              stateVersion = "26.05";
            };

            programs.sccache-shell = {
              enable = true;
              # Written to ~/.config/sccache/config (macOS: ~/Library/Application Support/Mozilla.sccache/config).
              cacheSize = "48G";
              # Also for editors and shells outside a flake.
              sessionVariables = true;
            };
          }
        ];
      };
    };
}
