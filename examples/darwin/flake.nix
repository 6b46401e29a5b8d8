{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    nix-darwin = {
      url = "github:nix-darwin/nix-darwin";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    sccache-shell = {
      url = "github:sccache-shell/sccache-shell";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    { nix-darwin, sccache-shell, ... }:
    {
      darwinConfigurations.machine = nix-darwin.lib.darwinSystem {
        modules = [
          sccache-shell.darwinModules.default
          {
            nixpkgs.hostPlatform = "aarch64-darwin";
            system.stateVersion = 6;

            programs.sccache-shell = {
              enable = true;
              # Written to /etc/sccache/config, which SCCACHE_CONF names for all users.
              cacheSize = "48G";
            };
          }
        ];
      };
    };
}
