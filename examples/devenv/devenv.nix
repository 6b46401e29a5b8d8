{
  # The cache that this project wants; `sccache-shell init` writes it to your sccache config.
  sccache-shell.cacheSize = "24G";

  languages.rust.enable = true;
}
