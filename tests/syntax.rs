use kakou::ground::{limits::Limits, source::*};
#[test]
fn show() {
    for f in std::fs::read_dir("tests/syntax/good").unwrap() {
        let p = f.unwrap().path();
        let t = std::fs::read_to_string(&p).unwrap();
        let mut s = Sources::default();
        let id = s.add(Source::new(p.display().to_string(), t.clone()));
        let (f, d) = kakou::syntax::parse(id, &t, &Limits::default());
        println!("{} {} items", p.display(), f.items.len());
        for d in d { let (l,c)=s.get(id).unwrap().line_column(d.span().start); println!("  {l}:{c} {} {} {:?}", d.code.0, d.title, d.help); }
    }
}
