//! What files with versions look like, in marks that the layout of a case fills in.

/// A file as it is written by people, with marks:
///
/// - `«` and `»` are the values of the first and of the second path, and `$` is the same text where it is none of them;
/// - `¶` is the end of a line, `↵` one that a compact file leaves out with the indentation `→` behind it;
/// - `·` are blanks or none, `№` a number that is new each time, `※` is anything that may stand there.
pub(super) struct Shape {
    /// The name, which decides the format.
    pub(super) file: &'static str,
    /// The paths, with the number of values at each.
    pub(super) paths: &'static [(&'static str, u16)],
    pub(super) text: &'static str,
    /// What may stand at `※`.
    pub(super) beside: &'static [&'static str],
}

const JSON: &[&str] = &[
    "\"n№\"·:·12345678901234567890123,↵→",
    "\"n№\":·-1.50E+10,↵→",
    "\"n№\":·1e400,·\"n№\": 0.10,↵→",
    "\"n№\":·\"\\u0031.2\\\"$\\\\\",↵→",
    "\"n№\": \"é 😀 $\", \"ключ№\": null,↵→",
    "\"n№\":·[\"$\", \"1$0\",·{\"version\": \"$\"}],↵→",
    "\"n№\": {↵→→\"version\"·:·\"$\"↵→},↵→",
    "\"n№$\":·\"\\ud83d\\ude00\",↵→",
    "\"n№\": [],·\"n№\": {·},·\"n№\": true,↵→",
];

const COMMENTED: &[&str] = &[
    "// \"version\": \"$\"¶→",
    "/* \"version\": \"$\",¶  é */·",
    "\"n№\":·[·1.0,·\"$\",·], // $¶→",
    "\"n№\"·/* $ */:·/* \" */\"1$0\",↵→",
    "\"n№\": \"// $ /* \",↵→",
];

const TOML: &[&str] = &[
    "n№·=·\"$\"¶",
    "# version = \"$\"¶",
    "¶·# é 😀 $·¶",
    "n№ = 1_000_000·# $¶",
    "n№ = 1.50e+10¶n№ = 0x1F¶n№ = -inf¶",
    "n№ = 1979-05-27T07:32:00Z¶n№ = 1979-05-27¶",
    "\"n№ $\"·=·'C:\\$'¶",
    "n№ = [\"$\",·'1$0',·{·version = \"$\" }]¶",
    "n№ = [¶→\"$\", # ]¶→'''$''',¶]¶",
    "n№ = \"\"\"¶version = \"$\"¶\\u0031\"\"\"¶",
    "n№ = '''$'''¶n№ = \"é\\t😀\\\"$\"¶",
    "n№.version = \"$\"¶",
];

const YAML: &[&str] = &[
    "n№: \"$\"¶",
    "# version: $¶",
    "¶n№: 'é ''$''' ·# 😀¶",
    "n№: 1e400¶n№: 0x1F¶n№: 12345678901234567890¶",
    "n№: |¶  version: $¶  é¶",
    "n№: >-¶  version: \"$\"¶¶",
    "n№: [$, '1$0',·{version: $}]¶",
    "n№:¶  version: 1$0·¶",
    "n№: &a№ $¶",
    "? n№¶: $¶",
    "n№: \"\\u0031 \\\"$\\\"\"¶",
    "n№:¶- version: $¶- $¶",
    "n№: ~¶n№:¶",
    "\"n№\": one¶  two $¶",
];

const XML: &[&str] = &[
    "<n v·=·\"$\">$ &amp; &#233;</n>↵→",
    "<!-- <version>$</version> é -->↵→",
    "<version->$</version->↵→",
    "<?tool version=\"$\"?>↵→",
    "<dep><version>1$0</version></dep>↵→",
    "<n><![CDATA[<version>$</version>]]></n>↵→",
    "<n version='1$0'·/>↵→",
    "<n>¶→→$ 😀¶→</n>↵→",
];

const TEXT: &[&str] = &["$¶", "1$0¶", "# V=$ é¶", "·x V1=$¶", "\tlabel $·¶", "W=\"$\"¶", "😀¶¶"];

const ONE: &[(&str, u16)] = &[("version", 1)];
const PROJECT: &[(&str, u16)] = &[("project.version", 1)];
const PLUGINS: &[(&str, u16)] = &[("plugins[*].version", 2), ("metadata.version", 1)];
const POM: &[(&str, u16)] = &[("project.version", 1)];

const fn shape(
    file: &'static str,
    paths: &'static [(&'static str, u16)],
    beside: &'static [&'static str],
    text: &'static str,
) -> Shape {
    Shape { file, paths, text, beside }
}

/// Every shape; a case lays out all of them.
pub(super) const SHAPES: &[Shape] = &[
    shape("package.json", ONE, JSON, "{↵→※\"name\"·:·\"é $\",↵→\"version\"·:·\"«\",↵→※\"last\": \"$\"↵}¶"),
    shape("last.json", ONE, JSON, "{·※\"versions\": \"$\", \"version\":\"«\"}"),
    shape(
        "a/plugin.json",
        &[("a.\"b.c\".version", 1)],
        JSON,
        "{※\"a\":{\"b.c\":↵→{※\"version\":\t\"«\"·}}}¶",
    ),
    shape(
        "marketplace.json",
        PLUGINS,
        JSON,
        "{※\"metadata\":{·※\"version\":·\"»\"},↵→\"plugins\":·[·{※\"name\":\"a\",·\"version\":\"«\"},↵→→{·※\"version\":·\"«\"·}↵→]↵}¶",
    ),
    shape(
        "m.jsonc",
        &[("plugins[name=b].version", 1)],
        COMMENTED,
        "// $¶{※\"plugins\":·[{\"name\":\"a\", \"version\":\"$\",},↵→{※\"name\": \"b\", // b¶\"version\"·:·\"«\"·,·}·,]·,} // $¶",
    ),
    shape(
        "tsconfig.json",
        ONE,
        COMMENTED,
        "{※\"version\"·/* : \"$\" */·:·/*$*/\"«\"/*$*/·,↵→※\"b\":·{·※\"version\": \"$\"·}↵}·/*¶*/",
    ),
    shape(
        "list.json",
        &[("[1][0]", 1)],
        JSON,
        "[\"$\",↵→[·\"«\",·{·※\"z\":\"$\"·},·\"$\"·]·,·12345678901234567890]¶",
    ),
    shape(
        "Cargo.toml",
        &[("package.version", 1)],
        TOML,
        "# $¶[other]¶※version = \"$\"¶¶[package]¶※name = \"é\"¶version·=·\"«\"·# $¶※¶[dependencies]¶※x = \"$\"¶",
    ),
    shape("pyproject.toml", PROJECT, TOML, "[·project·]·¶※version = '«'¶※[project.urls]¶※version = '$'¶"),
    shape("three.toml", PROJECT, TOML, "※¶[project]¶※version = \"\"\"«\"\"\"·# \"\"\"¶[tool.x]¶※"),
    shape("literal.toml", PROJECT, TOML, "[tool]¶※[project]¶version = '''«'''"),
    shape("dotted.toml", PROJECT, TOML, "※project·.·\"version\" = \"«\"¶"),
    shape("inline.toml", PROJECT, TOML, "※project = {·name = \"$\",·version·=·\"«\",·'n' = [\"$\"]·}·# $¶※"),
    shape("array.toml", &[("v[*]", 3)], TOML, "※v·=·[·\"«\",·'«',¶→# \"$\"¶→'''«'''·,¶]¶※[t]¶※"),
    shape(
        "plugins.toml",
        PLUGINS,
        TOML,
        "[metadata]¶※version = '»'¶[[plugins]]¶※version = \"«\"¶[[plugins.deep]]¶version = \"$\"¶[[plugins]]¶version = '«'¶※",
    ),
    shape(
        "uv.lock",
        &[("package[name=x].version", 1)],
        TOML,
        "version = 1¶[[package]]¶name = \"y\"¶version = \"$\"¶[[package]]¶name = \"x\"¶version = \"«\"¶※",
    ),
    shape("Chart.yaml", ONE, YAML, "※version: ·«·¶※appVersion: \"$\"¶※"),
    shape("commented.yaml", ONE, YAML, "# $¶---¶※version: « # $ '\"¶※"),
    shape("single.yml", ONE, YAML, "※version:  '«' ·# $¶※"),
    shape("double.yaml", ONE, YAML, "%YAML 1.2¶---¶※\"version\": \"«\"·¶※...¶"),
    shape("tagged.yaml", ONE, YAML, "※version: !!str «¶※"),
    shape("anchored.yaml", ONE, YAML, "※version: &v \"«\"¶※"),
    shape("flow.yaml", PROJECT, YAML, "※project: {name: $,·version: «,·w: '$'}¶※"),
    shape("flat.yaml", &[("v[*]", 3)], YAML, "※v: [«,·'«',¶  \"«\"·]¶※"),
    shape(
        "plugins.yaml",
        PLUGINS,
        YAML,
        "※plugins:¶  - name: $¶    version: «¶  # $¶  - {version: '«', a: $}¶※metadata: ¶    v: $¶    version: \"»\"¶",
    ),
    shape("json.yaml", ONE, YAML, "{\"a\": \"$\",¶ \"version\":·\"«\",¶ \"b\": [\"$\", 1.50]}¶"),
    shape(
        "pom.xml",
        POM,
        XML,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>¶<!-- $ -->¶<project xmlns=\"x\">↵→※<parent><version>$</version></parent>↵→<version>«</version>↵→※</project>¶",
    ),
    shape("spaced.pom", POM, XML, "<project>↵※<version·>·¶→«¶·</version·>※</project>¶<!-- $ -->"),
    shape(
        "data.xml",
        POM,
        XML,
        "<!DOCTYPE project>¶<project>※<version a='$'><![CDATA[«]]></version></project>",
    ),
    shape("note.xml", POM, XML, "<project>※<version><!-- $ -->«<!-- $ --></version>※</project>"),
    shape(
        "a.csproj",
        &[("P.R[@Include=x].@Version", 1)],
        XML,
        "<P>※<R Include=\"y\" Version=\"$\"/>↵→<R Version·=·\"«\" ·Include='x'>$</R>※</P>¶",
    ),
    shape(
        "two.props",
        &[("P.I.v", 2), ("P.@v", 1)],
        XML,
        "<P ·a='$'¶ v='»'>※<I><v>«</v>$</I>↵<I b=\"$\"><v>·«</v></I>※</P>",
    ),
    shape("VERSION", &[(r"/\A(?P<version>\S+)$/", 1)], TEXT, "«¶※"),
    shape("Dockerfile", &[(r"/^ARG V=(?P<version>\S+)$/", 1)], TEXT, "※ARG V=«¶※"),
    shape("a.py", &[(r#"/^V = "(?P<version>[^"]+)"/"#, 1)], TEXT, "※V = \"«\"·# $¶※"),
    shape(
        "vs.txt",
        &[(r"/^V\d=(?P<version>\S+)/", 2), (r"/^X (?P<version>\S+)/", 1)],
        TEXT,
        "V1=«·¶※X »¶※V2=«¶",
    ),
];
