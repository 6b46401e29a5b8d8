//! Reading: whatever the files and the surroundings are, the checks go on.

mod files;
mod projects;
mod surroundings;
