{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    sccache-shell = {
      url = "github:sccache-shell/sccache-shell";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    { nixpkgs, sccache-shell, ... }:
    {
      nixosConfigurations.machine = nixpkgs.lib.nixosSystem {
        modules = [
          sccache-shell.nixosModules.default
          {
            nixpkgs.hostPlatform = "x86_64-linux";
            system.stateVersion = "26.05";

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
