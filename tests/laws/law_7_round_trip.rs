//! Law 7: round trip. Rules are printed and read back as the same rules, in both languages, and
//! formatting twice changes nothing. (Random trees, beyond what passes the checker, are looked at
//! by the tests of the syntax.)

use crate::case::{bytes, case, config};
use crate::generate::rules::USUAL;
use crate::generate::world;
use kakou::ground::limits::Limits;
use kakou::ground::span::SourceId;
use kakou::syntax::{Lang, parse, print::print};
use proptest::prelude::*;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn rules_are_printed_and_read_back(drawn in bytes()) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        let (file, complaints) = parse(SourceId(0), &case.text, &Limits::default());
        prop_assert!(complaints.is_empty());
        for lang in [Lang::En, Lang::Zh] {
            let printed = print(&file, lang);
            let (again, complaints) = parse(SourceId(0), &printed, &Limits::default());
            prop_assert!(complaints.is_empty(), "{printed}\n{complaints:#?}");
            prop_assert_eq!(&file, &again, "{}", printed);
            prop_assert_eq!(print(&again, lang), printed.clone());
            let rules = world::compiled(&printed).rules;
            prop_assert_eq!(rules.map(|r| r.fingerprint), Some(case.rules.fingerprint), "{}", printed);
        }
    }
}
