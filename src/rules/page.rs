//! The page of a rule as Markdown: `explain`, the JSON of `rules` and the files in `docs/rules` are all
//! this text. Nothing is decided or printed here.

use super::Rule;

/// Folder of the pages, for the `url` of findings.
const PAGES: &str = "https://github.com/airvane/airvane/blob/main/docs/rules";

impl Rule {
    /// Title, facts, and the text of the rule's file; ends with a newline.
    pub fn page(&self) -> String {
        let mut page = String::new();
        for line in self.lines() {
            if page.is_empty() && line.starts_with("# ") {
                let (code, name) = (self.code, self.name);
                let severity = self.severity.word();
                let since = self.since;
                let on_request = if self.on_request {
                    " Speaks only where it is selected."
                } else {
                    ""
                };
                page = format!(
                    "# {code} {name}\n\nSeverity: {severity}. Since {since}.{on_request}\n"
                );
                continue;
            }
            page.push_str(line);
            page.push('\n');
        }
        page
    }

    /// Where the page stands for whoever reads a report elsewhere.
    pub fn url(&self) -> String {
        format!("{PAGES}/{}.md", self.code)
    }

    /// What it does, in a paragraph.
    pub fn summary(&self) -> String {
        let paragraph = self.first_paragraph();
        // The rest of the sentence is a list.
        match paragraph.strip_suffix(':') {
            Some(head) => format!("{head}."),
            None => paragraph,
        }
    }

    /// What it finds are credentials that others may read, not mistakes of which Airflow suffers.
    pub fn is_about_leaks(&self) -> bool {
        const LEAKS: [&str; 3] = [
            "credential-in-settings",
            "plain-string-credential",
            "plaintext-secrets-in-repository",
        ];
        LEAKS.contains(&self.name)
    }

    /// What it does, in its first sentence.
    pub fn gist(&self) -> String {
        let paragraph = self.first_paragraph();
        // A full stop inside a name is followed by no blank and a capital letter.
        let mut ends = paragraph.match_indices(". ");
        let end = ends.find(|(at, _)| {
            let next = paragraph[at + 2..].chars().next();
            next.is_some_and(|c| c.is_uppercase() || c == '`')
        });
        match end {
            Some((at, _)) => paragraph[..=at].to_owned(),
            None => self.summary(),
        }
    }

    fn first_paragraph(&self) -> String {
        let lines = self
            .lines()
            .skip_while(|line| *line != "## What it does")
            .skip(2);
        let paragraph: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
        paragraph.join(" ")
    }

    /// The lines of the page, without the blank that stays behind `///`.
    fn lines(&self) -> impl Iterator<Item = &'static str> {
        let lines = self.docs.lines();
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line))
    }
}
