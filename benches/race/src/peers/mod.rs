//! The peers, each in the form in which it is fastest. Each file says what else was tried.

#[cfg(feature = "a-tree")]
pub mod a_tree;
#[cfg(feature = "cedar")]
pub mod cedar;
#[cfg(feature = "cel")]
pub mod cel;
#[cfg(feature = "datafusion")]
pub mod datafusion;
#[cfg(feature = "regorus")]
pub mod regorus;
#[cfg(feature = "wirefilter")]
pub mod wirefilter;
#[cfg(feature = "zen")]
pub mod zen;
#[cfg(feature = "zen-table")]
pub mod zen_table;

use crate::condition::Condition;
use crate::racer::{Lane, Peer, Racer};
use crate::workload::Workload;

/// Gives a peer its rules and facts.
pub type Load = for<'w> fn(&'w Workload, &[Vec<Condition>]) -> Result<Box<dyn Racer + 'w>, String>;

/// The peers that were built in, with their names, in the order of the table.
pub fn all() -> Vec<(&'static str, Load)> {
    // Without any peer there is nothing to add.
    #[allow(unused_mut, reason = "each feature adds its own")]
    let mut all: Vec<(&'static str, Load)> = Vec::new();
    #[cfg(feature = "datafusion")]
    all.push((datafusion::NAME, datafusion::load));
    #[cfg(feature = "a-tree")]
    all.push(one::<a_tree::ATree>());
    #[cfg(feature = "wirefilter")]
    all.push(one::<wirefilter::Wirefilter>());
    #[cfg(feature = "zen")]
    all.push(one::<zen::Expressions>());
    #[cfg(feature = "zen-table")]
    all.push(one::<zen_table::Table>());
    #[cfg(feature = "cel")]
    all.push(one::<cel::Cel>());
    #[cfg(feature = "regorus")]
    all.push(one::<regorus::Regorus>());
    #[cfg(feature = "cedar")]
    all.push(one::<cedar::Cedar>());
    all
}

/// A peer that judges one declaration at a time.
#[allow(dead_code, reason = "unused where no such peer is built in")]
fn one<P: Peer + 'static>() -> (&'static str, Load) {
    fn load<'w, P: Peer + 'static>(
        workload: &'w Workload,
        rules: &[Vec<Condition>],
    ) -> Result<Box<dyn Racer + 'w>, String> {
        Ok(Box::new(Lane::<P>::new(workload, rules)?))
    }
    (P::NAME, load::<P>)
}
