//! A rule: where it applies, what it says, and its message.

use super::{Basis, Cond, Each, Expr, Force, PilotId, Place, Require, RuleId, Sure, Waive};
use crate::ground::digest::digest;
use crate::schema::Labels;
use crate::schema::value::{DepartmentId, OutcomeId, Type};
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

/// A rule in its checked form: its [`Terms`], and where it stands among the others. Copies share the
/// terms; a rule set that is made after an edit shares those of all rules that are still the same.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let text = "rule A-1 \"过大\" / \"too large\"
///   by L article 2, sure high
///   when size > 5
///   then hold
/// rule A-2
///   by L
///   over A-1
///   when size > 9
///   then pass
/// ";
/// let rules = compile(text).rules.ok_or("refused")?;
/// let [too_large, excuse] = &rules.rules[..] else { panic!("two rules") };
/// assert_eq!(too_large.sure, kakou::Sure::Low); // As unsure as the weakest: the law has no mark.
/// assert_eq!(too_large.outcome, rules.schema.outcome("hold"));
/// assert_eq!((excuse.outcome, &excuse.over[..]), (None, &[kakou::check::rules::RuleId(0)][..]));
/// // No rule without a basis.
/// let refused = compile("rule A-1\n  when size > 5\n  then hold\n");
/// let why = kakou::check::codes::CLAUSE_MISSING;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it says.
    said: Arc<Said>,
    /// The rules that it excuses, all versions of those named.
    pub over: Vec<RuleId>,
    /// Where it is written in the rule text.
    pub place: Place,
}

/// Terms with their digest.
#[derive(Debug, Clone)]
struct Said {
    terms: Terms,
    /// Worked out when it is first asked for.
    digest: OnceLock<[u8; 32]>,
}

impl PartialEq for Said {
    fn eq(&self, other: &Said) -> bool {
        self.terms == other.terms
    }
}

impl Eq for Said {}

/// Its terms are read, and set, as if they were its own.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::check::rules::Rule;
/// let mut milder: Rule = rules.rules[0].clone();
/// assert_eq!(milder.outcome, rules.schema.outcome("hold"));
/// milder.outcome = rules.schema.outcome("review");
/// assert_ne!(milder, rules.rules[0]); // The other keeps what it said.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Rule {
    /// A rule with these terms that excuses none.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::check::rules::{Rule, Terms};
    /// let terms: Terms = (*rules.rules[0]).clone();
    /// assert_eq!(Rule::new(terms.clone(), rules.rules[0].place), rules.rules[0]);
    /// let other = Terms { id: "G-09".into(), ..terms };
    /// assert_ne!(Rule::new(other, rules.rules[0].place), rules.rules[0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(terms: Terms, place: Place) -> Rule {
        Rule {
            said: Arc::new(Said {
                terms,
                digest: OnceLock::new(),
            }),
            over: Vec::new(),
            place,
        }
    }

    /// Where its terms are in memory: rules that share them say the same.
    pub(crate) fn terms_at(&self) -> usize {
        Arc::as_ptr(&self.said).addr()
    }

    /// The same terms at another place, excusing none.
    pub(crate) fn moved(&self, place: Place) -> Rule {
        Rule {
            said: Arc::clone(&self.said),
            over: Vec::new(),
            place,
        }
    }
}

impl Deref for Rule {
    type Target = Terms;

    fn deref(&self) -> &Terms {
        &self.said.terms
    }
}

impl DerefMut for Rule {
    fn deref_mut(&mut self) -> &mut Terms {
        let said = Arc::make_mut(&mut self.said);
        said.digest = OnceLock::new();
        &mut said.terms
    }
}

impl Hash for Rule {
    /// By the digest of the terms, which rules that share them share.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let said = &self.said;
        said.digest.get_or_init(|| digest(&said.terms)).hash(state);
        self.over.hash(state);
    }
}

/// What a rule says by itself, wherever it is written and whatever else there is.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::check::rules::{Cond, Terms};
/// let terms: &Terms = &rules.rules[1];
/// assert_eq!((terms.id.as_str(), &terms.unless), ("G-02", &None));
/// assert_ne!(Terms { when: Cond::Always, ..terms.clone() }, *terms);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Terms {
    /// The identifier; parts of a rule's table are called `ID.1`, `ID.2`, …
    pub id: String,
    /// The titles.
    pub labels: Labels,
    /// Where it is written; never empty.
    pub basis: Vec<Basis>,
    /// The weakest of the laws' marks and the rule's own.
    pub sure: Sure,
    /// Whom it speaks for; never empty.
    pub departments: Vec<DepartmentId>,
    /// The pilot it belongs to.
    pub pilot: Option<PilotId>,
    /// What it judges one by one: nothing, a list, a set, or a list and then a list or set inside.
    pub each: Vec<Each>,
    /// The period it is in force, the pilot's included.
    pub in_force: Cond,
    /// The period as declared, for people and for the analysis; `on` another field is in `in_force`.
    pub force: Force,
    /// Where it applies, the pilot's scope included.
    pub scope: Cond,
    /// The condition.
    pub when: Cond,
    /// What excuses it.
    pub unless: Option<Cond>,
    /// Its outcome; none for `pass` and for rules that only require or waive.
    pub outcome: Option<OutcomeId>,
    /// What it requires.
    pub requires: Vec<Require>,
    /// What it waives.
    pub waives: Vec<Waive>,
    /// The message in Chinese and in English; empty where the title serves.
    pub message: Message,
}

/// A message in both languages.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let text = |say: &str| format!("rule A-1\n  by L\n  then hold\n  say {say}\n");
/// let rules = compile(&text("\"共 {size}\" / \"{size} in all\"")).rules.ok_or("refused")?;
/// let message = &rules.rules[0].message;
/// assert_eq!((message.zh.len(), message.en.len()), (2, 2));
/// assert_eq!(message.zh[1], message.en[0]); // The same value, at another place.
/// // A brace that is not closed.
/// let refused = compile(&text("\"共 {size\" / \"{size} in all\""));
/// let why = kakou::check::codes::MESSAGE_BRACE;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Message {
    /// Chinese.
    pub zh: Vec<MessagePart>,
    /// English.
    pub en: Vec<MessagePart>,
}

/// A part of a message.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::check::rules::{Expr, MessagePart};
/// use kakou::schema::value::Type;
/// let [before, error, _, most] = &rules.rules[0].message.en[..] else { panic!("four parts") };
/// assert_eq!(*before, MessagePart::Text("an error of ".into()));
/// assert!(matches!(error, MessagePart::Value(Expr::Field(_), Type::Rate)));
/// assert!(matches!(most, MessagePart::Value(Expr::Parameter { .. }, Type::Rate)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MessagePart {
    /// As it stands.
    Text(String),
    /// A value filled in, with its type.
    Value(Expr, Type),
}
