//! Reading cargo's files.

mod config;
