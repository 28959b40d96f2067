//! The fenced blocks of a page of Markdown.

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The page that has it.
    pub(super) page: String,
    /// The line of its opening fence.
    pub(super) line: usize,
    /// The first word of its info string.
    pub(super) language: String,
    /// Why it does not run, from `no_run=REASON` in its info string.
    pub(super) not_run: Option<String>,
    /// What is between the fences.
    pub(super) text: String,
}

/// The blocks of `text`, the content of `page`.
pub(super) fn read(page: &str, text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else { continue };
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default().to_owned();
        let not_run = words.find_map(|word| word.strip_prefix("no_run=")).map(str::to_owned);
        let mut text = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| line.trim() != "```") {
            text.push_str(line);
            text.push('\n');
        }
        found.push(Block { page: page.to_owned(), line: at + 1, language, not_run, text });
    }
    found
}

/// The statements of a script: its lines, those joined that a quote or a backslash holds together.
pub(super) fn statements(script: &str) -> Vec<String> {
    let (mut all, mut one, mut quote, mut escaped) = (Vec::new(), String::new(), None, false);
    for character in script.chars() {
        match (quote, character) {
            (None, '\n') if !escaped => {
                all.push(std::mem::take(&mut one));
                continue;
            }
            (None, '\'' | '"') if !escaped => quote = Some(character),
            (Some(open), _) if open == character && !(escaped && open == '"') => quote = None,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
        one.push(character);
    }
    all.push(one);
    all.retain(|statement| !statement.trim().is_empty());
    all
}

#[test]
fn blocks_are_read_with_their_lines_and_reasons() {
    let text = "# Page\n\n```sh\na\nb\n```\ntext\n\n  ```sh no_run=docker\n  c\n  ```\n```\nd\n```\n";
    let block = |line, language: &str, not_run: Option<&str>, text: &str| Block {
        page: "PAGE.md".to_owned(),
        line,
        language: language.to_owned(),
        not_run: not_run.map(str::to_owned),
        text: text.to_owned(),
    };
    let expected =
        [block(3, "sh", None, "a\nb\n"), block(9, "sh", Some("docker"), "  c\n"), block(12, "", None, "d\n")];
    assert_eq!(read("PAGE.md", text), expected);
}

#[test]
fn a_statement_goes_on_within_quotes_and_after_a_backslash() {
    let script = "a 'b\nc' \\\n  d\ne \"f\\\"\ng\" 'h\\'\ni\n";
    assert_eq!(statements(script), ["a 'b\nc' \\\n  d", "e \"f\\\"\ng\" 'h\\'", "i"]);
}
