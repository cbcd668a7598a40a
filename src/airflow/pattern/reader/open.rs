//! What is known of a pattern's parts while they are read: widths, and the open parentheses.

/// Python's `MAXREPEAT`.
pub(super) const MAX_REPEAT: u64 = 4_294_967_295;

/// Least and greatest number of characters that a part matches (`SubPattern.getwidth`).
#[derive(Clone, Copy, Default)]
pub(super) struct Width {
    pub(super) low: u64,
    pub(super) high: u64,
}

impl Width {
    pub(super) const ONE: Self = Self { low: 1, high: 1 };

    fn then(self, other: Self) -> Self {
        Self {
            low: self.low.saturating_add(other.low).min(MAX_REPEAT - 1),
            high: self.high.saturating_add(other.high).min(MAX_REPEAT),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    pub(super) fn times(self, low: u64, high: u64) -> Self {
        Self {
            low: self.low.saturating_mul(low).min(MAX_REPEAT - 1),
            high: self.high.saturating_mul(high).min(MAX_REPEAT),
        }
    }
}

/// What stands before a repeat.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Last {
    Nothing,
    Position,
    Repeat,
    Item,
}

pub(super) enum Frame {
    Whole,
    /// Number of the group; `None` for `(?:…)`.
    Group(Option<usize>),
    Look {
        behind: bool,
        /// `state.lookbehindgroups` before it.
        outer: Option<usize>,
    },
    Conditional,
}

/// One open parenthesis, or the whole pattern.
pub(super) struct Open {
    pub(super) frame: Frame,
    pub(super) start: usize,
    /// Verbose mode outside of it.
    pub(super) outer_verbose: bool,
    /// Finished branches joined.
    pub(super) branches: Option<Width>,
    pub(super) branch_count: usize,
    /// The current branch without its last item.
    branch: Width,
    pub(super) last: Last,
    pub(super) last_width: Width,
}

impl Open {
    pub(super) fn new(frame: Frame, start: usize, outer_verbose: bool) -> Self {
        Self {
            frame,
            start,
            outer_verbose,
            branches: None,
            branch_count: 1,
            branch: Width::default(),
            last: Last::Nothing,
            last_width: Width::default(),
        }
    }

    pub(super) fn item(&mut self, last: Last, width: Width) {
        self.branch = self.branch.then(self.last_width);
        self.last = last;
        self.last_width = width;
    }

    pub(super) fn close_branch(&mut self) {
        let width = self.branch.then(self.last_width);
        self.branches = Some(self.branches.map_or(width, |joined| joined.or(width)));
        self.branch = Width::default();
        self.last = Last::Nothing;
        self.last_width = Width::default();
    }
}
