//! The pages agree with the code: the checks, the commands, the rules of the wrapper. Every link leads somewhere.

mod checks;
mod commands;
mod links;
mod rules;
