//! Secrets of every kind are found, and what only looks like one is left alone.
//!
//! The corpus is made here from format descriptions by a seeded generator: no
//! token stands in this file, and its table knows nothing of the rules.

use std::collections::BTreeMap;

use live_status::safe::Redactor;

#[path = "secrets/formats.rs"]
mod formats;
#[path = "secrets/lookalikes.rs"]
mod lookalikes;

/// A small generator, the same on every run (SplitMix64).
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn pick(&mut self, from: &str) -> char {
        let at = self.next() as usize % from.len();
        char::from(from.as_bytes()[at])
    }

    /// A description as in `ghp_{lower:36}` or `{hex:32}-us{digit:1}` filled in.
    fn fill(&mut self, description: &str) -> String {
        let mut out = String::new();
        let mut rest = description;
        while let Some((text, more)) = rest.split_once('{') {
            out.push_str(text);
            let (run, more) = more.split_once('}').expect(description);
            let (charset, count) = run.split_once(':').expect(description);
            let count: usize = count.parse().expect(description);
            let charset = formats::charset(charset).expect(description);
            out.extend((0..count).map(|_| self.pick(charset)));
            rest = more;
        }
        out + rest
    }
}

/// How a token is carried: `@` is the token, `#` the provider's name.
const ASSIGNED: &[&str] = &[
    "#Token = \"@\"",
    "#Token=\"@\"",
    "#Token=@",
    "#Token = @",
    "#_token: @",
    "#_token: '@'",
    "#_token: \"@\"",
    "{\n    \"#_token\": \"@\"\n}",
    "{\"#_token\" : \"@\"}",
    r##"{\"#_token\":\"@\"}"##,
    r"line\n#_TOKEN=@\nnext",
    "<#Token>@</#Token>",
    "<#Token>\n    @\n</#Token>",
    "<add key=\"#Token\" value=\"@\" />",
    "string #Token = \"@\";",
    "var #Token string = \"@\"",
    "#Token := \"@\"",
    "#Token := `@`",
    "String #Token = \"@\";",
    "const #Token = '@'",
    "var #Token: String = \"@\"",
    "let #_token: &str = \"@\";",
    "$#Token .= \"@\"",
    "$#Token ??= \"@\"",
    "#_TOKEN = \"@\"",
    "#_TOKEN ::= \"@\"",
    "#_TOKEN ?= \"@\"",
    "#_token ||= '@'",
    "'#_token' => '@'",
    "define('#_TOKEN', '@');",
    "export #_TOKEN=@ && make",
    "ENV #_TOKEN=@",
    "os.environ[\"#_TOKEN\"] = \"@\"",
    "process.env.#_TOKEN = '@';",
    "client.set(\"#_token\", \"@\")",
    "run --#-token @ --verbose",
    "run --#-token=@",
    "java -D#.token=@ -jar x",
    "#_token = @ # set today",
    "https://api.test.net/v1?#_token=@&page=2",
];

/// More of them, where the provider's name is all there is.
const PROVIDED: &[&str] = &[
    "# = '@'",
    "# := '@'",
    "#: @",
    "#_KEY=@",
    "#_KEY = \"@\"",
    "<key>#Token</key>\n    <string>@</string>",
    "#_token: |\n  @",
    "#_token: >-\n  @",
    "# api key: @",
    "set #_TOKEN=@",
    "$env:#_TOKEN = \"@\"",
    "\"#\": {\"token\": \"@\"}",
    "#.Client(\"@\")",
    "#ApiKey: \"@\",",
    "#_api_key='@' # note",
    "[#]\ntoken = @",
    "#Token === '@'",
    "#_token=%22@%22",
    "&quot;#_token&quot;: &quot;@&quot;",
];

/// Carriers without a name that gives the token away.
const BARE: &[&str] = &[
    "@",
    "see @ there",
    "\"@\"",
    "value: '@',",
    "x=@;",
    r"out\n@\n",
    "[@]",
    "`@`",
    "a,@,b",
    "http://h.test/@/x",
    "<v>@</v>",
    "\u{1b}[32m@\u{1b}[0m",
];

#[derive(Default)]
struct Score {
    all: usize,
    missed: Vec<String>,
}

impl Score {
    fn recall(&self) -> f64 {
        100.0 * (self.all - self.missed.len()) as f64 / self.all.max(1) as f64
    }
}

/// Adds whether `secret` is gone from the redacted `text`.
fn judge(score: &mut Score, redactor: &Redactor, text: &str, secret: &str) {
    score.all += 1;
    let redacted = redactor.redact(text);
    if redacted.contains(secret) {
        score.missed.push(text.to_owned());
    }
    assert_eq!(redactor.redact(&redacted), redacted, "twice: {text:?}");
}

#[test]
fn secrets_of_every_kind_are_found() {
    let redactor = Redactor::new(&[]);
    let mut seeded = Seeded(20_261_120);
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for &(kind, name, description) in formats::NAMED {
        let score = scores.entry(kind).or_default();
        let provided = PROVIDED.iter().filter(|_| !kind.starts_with("generic"));
        for carrier in ASSIGNED.iter().chain(provided) {
            for name in [name.to_owned(), name.to_uppercase()] {
                let secret = seeded.fill(description);
                let text = carrier.replace('#', &name).replace('@', &secret);
                judge(score, &redactor, &text, &secret);
            }
        }
    }
    for &(kind, description) in formats::BARE {
        let score = scores.entry(kind).or_default();
        let carriers = ASSIGNED.iter().map(|carrier| carrier.replace('#', "my"));
        for carrier in carriers.chain(BARE.iter().map(|&carrier| carrier.to_owned())) {
            let secret = seeded.fill(description);
            judge(score, &redactor, &carrier.replace('@', &secret), &secret);
        }
    }
    for &(kind, carrier, description) in formats::CARRIED {
        let score = scores.entry(kind).or_default();
        for _ in 0..20 {
            let secret = seeded.fill(description);
            judge(score, &redactor, &carrier.replace("{@}", &secret), &secret);
        }
    }
    let (mut all, mut missed) = (0, 0);
    for (kind, score) in &scores {
        println!("{:6.2} % of {:5}  {kind}", score.recall(), score.all);
        for text in score.missed.iter().take(4) {
            println!("         missed {text:?}");
        }
        all += score.all;
        missed += score.missed.len();
    }
    println!("{missed} of {all} missed, {} kinds", scores.len());
    for (kind, score) in &scores {
        assert!(score.recall() >= 95.0, "{kind}: {:.2} %", score.recall());
    }
    for kind in formats::COMMONEST {
        let score = scores.get(kind).expect(kind);
        assert!(score.missed.is_empty(), "{kind}: {:?}", score.missed);
    }
    assert!(missed * 100 <= all, "{missed} of {all} missed");
}

#[test]
fn lookalikes_are_left_alone() {
    let redactor = Redactor::new(&[]);
    let mut seeded = Seeded(7);
    let texts: Vec<String> =
        lookalikes::FIXED
            .iter()
            .map(|text| (*text).to_owned())
            .chain(lookalikes::DRAWN.iter().flat_map(|description| {
                (0..3).map(|_| seeded.fill(description)).collect::<Vec<_>>()
            }))
            .collect();
    let hit: Vec<&String> = texts
        .iter()
        .filter(|text| redactor.redact(text) != **text)
        .collect();
    for text in &hit {
        println!("false {text:?} -> {:?}", redactor.redact(text));
    }
    println!("{} of {} look-alikes redacted", hit.len(), texts.len());
    assert!(texts.len() >= 300, "only {} look-alikes", texts.len());
    assert!(
        hit.len() * 10 <= texts.len(),
        "{} of {}",
        hit.len(),
        texts.len()
    );
}
