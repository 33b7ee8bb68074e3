//! Every bound that rule text or data could otherwise grow past.

/// The limits of one compilation and of the declarations read with it.
///
/// ```
/// use kakou::ground::limits::Limits;
/// let limits = Limits { rules: 10, ..Limits::default() };
/// assert_eq!(limits.rules, 10);
/// assert_eq!(limits.nesting, 64);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one rule file or list (default 16 MiB; `E0501`).
    pub source_bytes: usize,
    /// Rule and schema files of one rule set (default 10,000; `E0502`).
    pub files: usize,
    /// Levels of parentheses, choices and quantifiers in one expression (default 64; `E0503`).
    pub nesting: usize,
    /// Rules after tables are taken apart (default 100,000; `E0504`).
    pub rules: usize,
    /// Conditions and values of one rule once its definitions are put in (default 10,000; `E0505`).
    pub rule_nodes: usize,
    /// Conditions and values of all rules together, definitions and tables put in (default
    /// 8,000,000; `E0509`).
    pub set_nodes: usize,
    /// Nodes of the decision graph (default 4,000,000; `E0506`).
    pub graph_nodes: usize,
    /// Steps that judging one declaration may take at the worst (default 200,000,000; `E0507`).
    pub steps: u64,
    /// Rows of one list or code table (default 1,000,000; `E0508`).
    pub list_rows: usize,
    /// Complaints kept of one compilation; the rest is counted (default 1,000).
    pub diagnostics: usize,
    /// Bytes of one declaration, or of one line of input (default 4 MiB; `E0701`).
    pub record_bytes: usize,
    /// Undetermined findings listed in one verdict; the rest is counted (default 100).
    pub undetermined: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            source_bytes: 16 << 20,
            files: 10_000,
            nesting: 64,
            rules: 100_000,
            rule_nodes: 10_000,
            set_nodes: 8_000_000,
            graph_nodes: 4_000_000,
            steps: 200_000_000,
            list_rows: 1_000_000,
            diagnostics: 1_000,
            record_bytes: 4 << 20,
            undetermined: 100,
        }
    }
}
