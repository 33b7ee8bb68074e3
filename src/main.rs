//! The `kakou` command; all of it is in [`kakou::command`].

fn main() -> std::process::ExitCode {
    kakou::command::main()
}
