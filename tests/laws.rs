#[path = "support/generate/world.rs"]
mod world;
#[test]
fn t() {
    let c = world::compiled("rule A \"甲\" / \"a\"\n  by L\n  when a > 1\n  then hold\n");
    for d in &c.diagnostics { println!("{:?} {} {:?}", d.code, d.title, c.sources.get(d.span().source).map(|s| s.slice(d.span()).to_string())); }
    assert!(c.rules.is_some());
}
