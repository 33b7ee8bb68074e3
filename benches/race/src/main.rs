//! The command: compare, time, and write the table, the plot and the figures.

use clap::Parser;
use kakou_race::peers;
use kakou_race::plot::plot;
use kakou_race::run::{Entry, Settings, run};
use kakou_race::table::{sizes, table};
use kakou_race::workload::Workload;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Races Kakou against the naive loop and its peers on the same rules and
/// declarations, in one run on one machine.
#[derive(Parser)]
struct Arguments {
    /// Rules and declarations as files; the library's generator without it
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How many rules, for everybody
    #[arg(long, value_delimiter = ',', default_value = "30,100,1000,10000")]
    rules: Vec<usize>,
    /// How many rules, for Kakou and the naive loop alone
    #[arg(long, value_delimiter = ',', default_value = "100000", num_args = 0..)]
    alone: Vec<usize>,
    /// Only peers whose name has one of these in it
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Option<Vec<String>>,
    /// Turns of each engine
    #[arg(long, default_value_t = 5)]
    turns: usize,
    /// Milliseconds that a turn lasts at least
    #[arg(long, value_name = "MS", default_value_t = 30)]
    turn: u64,
    /// Where table.txt, race.svg and results.json are written
    #[arg(long, value_name = "DIR", default_value = "race-results")]
    output: PathBuf,
    /// Measure nothing: table and plot anew from results.json
    #[arg(long)]
    redraw: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let entries = match arguments.redraw {
        true => serde_json::from_str(&fs::read_to_string(arguments.output.join("results.json"))?)?,
        false => race(&arguments)?,
    };
    write(&arguments.output, &entries)?;
    print!("{}", table(&entries));
    Ok(())
}

fn race(arguments: &Arguments) -> Result<Vec<Entry>, Box<dyn Error>> {
    let settings = Settings {
        turns: arguments.turns,
        turn: Duration::from_millis(arguments.turn),
        compare: Duration::from_secs(2),
    };
    let mut peers = peers::all();
    if let Some(only) = &arguments.only {
        peers.retain(|(name, _)| only.iter().any(|part| name.contains(part.as_str())));
    }
    let mut entries = Vec::new();
    let everybody = arguments
        .rules
        .iter()
        .map(|rules| (*rules, peers.as_slice()));
    let alone = arguments.alone.iter().map(|rules| (*rules, [].as_slice()));
    for (rules, peers) in everybody.chain(alone) {
        let workload = match &arguments.data {
            None => Workload::drawn(rules),
            Some(folder) => match Workload::read(folder, rules)? {
                Some(workload) => workload,
                None => {
                    eprintln!("{rules} rules: none in {}", folder.display());
                    continue;
                }
            },
        };
        let mut tell = |what: &str| eprintln!("{rules} rules: {what}");
        entries.extend(run(&workload, peers, &settings, &mut tell)?);
        // A run that is broken off leaves what it has.
        write(&arguments.output, &entries)?;
    }
    Ok(entries)
}

fn write(output: &Path, entries: &[Entry]) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(output)?;
    fs::write(output.join("table.txt"), table(entries))?;
    fs::write(
        output.join("results.json"),
        serde_json::to_string_pretty(entries)?,
    )?;
    // One number of rules is no line.
    if sizes(entries).len() > 1 {
        fs::write(output.join("race.svg"), plot(entries)?)?;
    }
    Ok(())
}
