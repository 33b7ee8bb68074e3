//! The nearest name: what someone may have meant who wrote a name that is not known.

/// The most names that are compared; a helpful word must not cost more than the work itself.
const MOST: usize = 2_000;
/// The longest name that is compared; what is longer is no slip of the pen.
const LONGEST: usize = 100;

/// The name most like the one asked for, where one is like it at all. Of two that are equally
/// like it the first in order is taken, so the order of the candidates does not show.
///
/// ```
/// use kakou::ground::nearest::nearest;
/// assert_eq!(nearest("zone_tpye", ["name_zh", "zone_type"]), Some("zone_type"));
/// assert_eq!(nearest("rate", ["supervision_mode"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let length = name.chars().count();
    // A third of the letters may differ: more than that, and another name was meant.
    let most = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    let alike = |c: &&str| c.chars().count().abs_diff(length) <= most;
    for candidate in candidates.into_iter().filter(alike).take(MOST) {
        let distance = strsim::osa_distance(name, candidate);
        let whole = candidate.chars().count().max(length);
        if distance <= most && distance < whole && best.is_none_or(|b| (distance, candidate) < b) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
