{
  # The minimum cache size for this project; `sccache-shell init` writes it to your sccache config.
  sccache-shell.cacheSize = "24G";

  languages.rust.enable = true;
}
