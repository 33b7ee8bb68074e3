//! The `kakou` command: what can be asked for on the command line, and what comes back.
//!
//! One file for each verb. A verb writes its result to the standard output and what is to be said
//! about it to the standard error; what it returns becomes the exit code:
//!
//! | code | meaning |
//! |---|---|
//! | 0 | all was judged, passed or is as it should be |
//! | 1 | something was not: a record that could not be judged, a scenario that differs |
//! | 2 | the rules or the usage are wrong, and nothing was judged |
//! | 130, 143 | Ctrl-C or another signal stopped it; what was written is whole |
//! | 141 | the reader of the output went away, as a shell reports it for other tools |

mod bench;
mod check;
#[cfg(feature = "parquet")]
mod columns;
mod completions;
mod diff;
mod doc;
mod explain;
mod facts;
mod failure;
mod flow;
mod fmt;
mod generate;
mod graph;
mod input;
mod judging;
mod loading;
mod output;
mod page;
#[cfg(feature = "parquet")]
mod parts;
mod resume;
mod run;
mod stop;
mod summary;
mod table;
mod terminal;
mod test;
mod trace;
mod unpack;
mod work;

use clap::{ColorChoice, Parser, Subcommand, ValueEnum};
use std::process::ExitCode;
use terminal::Terminal;

/// What a verb found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All is as it should be.
    Fine,
    /// Something could not be judged, or differs.
    Some,
    /// The rules are wrong.
    Refused,
    /// Somebody asked to stop; with the exit code that says so.
    Stopped(u8),
}

/// A rule engine for customs supervision: rules read aloud, and a basis for every verdict.
#[derive(Debug, Parser)]
#[command(
    name = "kakou",
    version,
    max_term_width = 100,
    styles = terminal::STYLES,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 all is well, 1 something could not be judged or differs, 2 the rules or the usage are wrong."
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// When to colour the output.
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    color: ColorChoice,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Judge declarations: one verdict for each, in the order of the input
    Run(run::Args),
    /// Check the rules and show all that is wrong with them
    Check(check::Args),
    /// Say in words why a verdict is what it is, what came near, and what is missing
    Explain(explain::Args),
    /// Run the scenarios that stand among the rules
    Test(test::Args),
    /// Show which clause has which rules and scenarios, and what is missing on the way
    Trace(trace::Args),
    /// List the facts that the rules read, or those of one department
    Facts(facts::Args),
    /// Draw the decision graph, or say how large it is
    Graph(graph::Args),
    /// Write the rulebook as a site that opens from the disk, in Chinese and in English
    Doc(doc::Args),
    /// Lay out rule files in the one canonical way, each in its own language
    Fmt(fmt::Args),
    /// Make declarations up, near the limits of the rules, for load tests and demonstrations
    Generate(generate::Args),
    /// Measure where the time of judging goes, and which edits of the rules would save most
    Bench(bench::Args),
    /// Write completions for a shell
    Completions(completions::Args),
}

/// A language for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl From<Language> for crate::schema::Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Zh => crate::schema::Lang::Zh,
            Language::En => crate::schema::Lang::En,
        }
    }
}

/// Runs the command with the arguments of the process. Arguments that it does not know end the
/// process with the exit code 2 and with help on the standard error.
///
/// A program that is to have the same verbs needs no more than this:
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     kakou::command::main()
/// }
/// ```
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new(cli.color);
    let end = match &cli.verb {
        Verb::Run(args) => run::run(args, &terminal),
        Verb::Check(args) => check::run(args, &terminal),
        Verb::Explain(args) => explain::run(args, &terminal),
        Verb::Test(args) => test::run(args, &terminal),
        Verb::Trace(args) => trace::run(args, &terminal),
        Verb::Facts(args) => facts::run(args, &terminal),
        Verb::Graph(args) => graph::run(args, &terminal),
        Verb::Doc(args) => doc::run(args, &terminal),
        Verb::Fmt(args) => fmt::run(args, &terminal),
        Verb::Generate(args) => generate::run(args, &terminal),
        Verb::Bench(args) => bench::run(args, &terminal),
        Verb::Completions(args) => completions::run(args),
    };
    match end {
        Ok(End::Fine) => ExitCode::SUCCESS,
        Ok(End::Some) => ExitCode::from(1),
        Ok(End::Refused) => ExitCode::from(2),
        Ok(End::Stopped(code)) => ExitCode::from(code),
        Err(failure) => failure.report(&terminal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
