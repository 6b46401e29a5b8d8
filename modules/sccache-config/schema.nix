# The keys of sccache's config file, by table: mirrors src/config.rs of sccache 0.19 (`FileConfig` and its fields).
# sccache rejects the whole file for an unknown or a missing key.
let
  # A key that every supported sccache has: the kind of its value.
  key = kind: { inherit kind; };
  since = version: kind: { inherit kind version; };
  # Never in the Nix store, which every user can read: read from a file.
  secret = {
    kind = "secret";
  };

  text = key "text";
  flag = key "flag";
  number = key "number";
  # May contain a password (`redis://:password@host`).
  address = key "address";
  mode = since "0.16.0" "mode";
in
{
  "" = {
    required = [ ];
    keys = {
      server_startup_timeout_ms = number;
      basedirs = since "0.14.0" "directories";
      client_side_mode = since "0.17.0" "flag";
    };
  };
  "cache.disk" = {
    required = [ ];
    keys = {
      dir = key "directory";
      size = key "size";
      rw_mode = key "mode";
    };
  };
  "cache.disk.preprocessor_cache_mode" = {
    required = [ ];
    keys = {
      use_preprocessor_cache_mode = flag;
      file_stat_matches = flag;
      use_ctime_for_stat = flag;
      ignore_time_macros = flag;
      skip_system_headers = flag;
      hash_working_directory = flag;
    };
  };
  "cache.multilevel" = {
    version = "0.15.0";
    required = [ "chain" ];
    keys = {
      chain = key "texts";
      write_error_policy = text;
    };
  };
  "cache.azure" = {
    required = [
      "container"
      "key_prefix"
    ];
    keys = {
      connection_string = secret;
      container = text;
      key_prefix = text;
      storage_account = since "0.18.0" "text";
      endpoint = since "0.18.0" "address";
      rw_mode = mode;
    };
  };
  "cache.gcs" = {
    required = [
      "bucket"
      "key_prefix"
      "rw_mode"
    ];
    keys = {
      bucket = text;
      key_prefix = text;
      cred_path = key "directory";
      service_account = text;
      rw_mode = key "mode";
      credential_url = address;
    };
  };
  "cache.gha" = {
    required = [
      "enabled"
      "version"
    ];
    keys = {
      enabled = flag;
      version = text;
      rw_mode = mode;
    };
  };
  "cache.memcached" = {
    required = [ "url" ];
    # An alias of the same key.
    alias.endpoint = "url";
    keys = {
      url = address;
      endpoint = address;
      username = text;
      password = secret;
      expiration = number;
      key_prefix = text;
      rw_mode = mode;
    };
  };
  "cache.redis" = {
    required = [ ];
    keys = {
      endpoint = address;
      cluster_endpoints = address;
      username = text;
      password = secret;
      url = address;
      db = number;
      ttl = number;
      expiration = number;
      key_prefix = text;
      rw_mode = mode;
    };
  };
  "cache.webdav" = {
    required = [ "endpoint" ];
    keys = {
      endpoint = address;
      key_prefix = text;
      username = text;
      password = secret;
      token = secret;
      rw_mode = mode;
      disable_create_dir = since "0.19.0" "flag";
    };
  };
  "cache.s3" = {
    required = [
      "bucket"
      "no_credentials"
    ];
    keys = {
      bucket = text;
      region = text;
      key_prefix = text;
      no_credentials = flag;
      endpoint = address;
      use_ssl = flag;
      server_side_encryption = flag;
      server_side_encryption_aws_kms = since "0.18.0" "flag";
      server_side_encryption_kms_key_id = since "0.18.0" "text";
      enable_virtual_host_style = flag;
      rw_mode = mode;
    };
  };
  "cache.oss" = {
    required = [
      "bucket"
      "no_credentials"
    ];
    keys = {
      bucket = text;
      key_prefix = text;
      endpoint = address;
      no_credentials = flag;
      rw_mode = mode;
    };
  };
  "cache.cos" = {
    required = [ "bucket" ];
    keys = {
      bucket = text;
      key_prefix = text;
      endpoint = address;
      rw_mode = mode;
    };
  };
  "dist" = {
    required = [ ];
    keys = {
      scheduler_url = address;
      cache_dir = key "directory";
      toolchains = key "tables";
      toolchain_cache_size = key "size";
      rewrite_includes_only = flag;
    };
  };
  "dist.auth" = {
    required = [ "type" ];
    keys = {
      type = text;
      token = secret;
      client_id = text;
      auth_url = address;
      token_url = address;
    };
  };
}
