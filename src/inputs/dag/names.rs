//! What the names of a module stand for: what it imports, and the strings that it gives a name once.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{
    Visitor, walk_alias, walk_except_handler, walk_expr, walk_parameter, walk_pattern, walk_stmt,
};
use ruff_python_ast::{
    Alias, ExceptHandler, Expr, ExprStringLiteral, ModModule, Parameter, Pattern, Stmt,
};

/// What a name is bound to.
#[derive(Default)]
struct Binding<'m> {
    /// How often.
    times: usize,
    /// The string, where one is assigned.
    value: Option<&'m ExprStringLiteral>,
    /// `airflow.models.Variable`, where it is imported.
    path: Option<String>,
}

/// The names of a module, of every scope together.
#[derive(Default)]
pub(super) struct Names<'m> {
    bindings: BTreeMap<&'m str, Binding<'m>>,
}

impl<'m> Names<'m> {
    pub(super) fn of(module: &'m ModModule) -> Self {
        let mut names = Self::default();
        names.visit_body(&module.body);
        names
    }

    /// The string that a name stands for wherever it stands for anything: it is bound once, to that.
    pub(super) fn constant(&self, name: &str) -> Option<&'m ExprStringLiteral> {
        let binding = self.bindings.get(name)?;
        binding.value.filter(|_| binding.times == 1)
    }

    /// The name is Airflow's `class`: imported from one of its modules, or from anywhere by `*`.
    pub(super) fn is_of_airflow(&self, name: &str, class: &str) -> bool {
        let Some(binding) = self.bindings.get(name) else {
            return name == class;
        };
        binding.path.as_deref().is_some_and(|path| {
            let (module, last) = path.rsplit_once('.').unwrap_or(("", path));
            last == class && (module == "airflow" || module.starts_with("airflow."))
        })
    }

    /// The name under which a class was imported.
    pub(super) fn original<'n>(&'n self, name: &'n str) -> &'n str {
        let path = self.bindings.get(name);
        let path = path.and_then(|binding| binding.path.as_deref());
        path.map_or(name, |path| path.rsplit('.').next().unwrap_or(path))
    }

    fn bind(&mut self, name: &'m str) -> &mut Binding<'m> {
        let binding = self.bindings.entry(name).or_default();
        binding.times += 1;
        binding
    }
}

impl<'m> Visitor<'m> for Names<'m> {
    fn visit_stmt(&mut self, stmt: &'m Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => {
                self.bind(&def.name);
            }
            Stmt::ClassDef(def) => {
                self.bind(&def.name);
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_deref().unwrap_or_default();
                // Of a relative import it is not known where it leads.
                let dots = ".".repeat(import.level as usize);
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    let path = format!("{dots}{module}.{}", alias.name);
                    self.bind(name).path = Some(path);
                }
                return;
            }
            Stmt::Assign(assign) => {
                if let ([Expr::Name(name)], Expr::StringLiteral(value)) =
                    (assign.targets.as_slice(), &*assign.value)
                {
                    self.bind(&name.id).value = Some(value);
                    return;
                }
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Some(Expr::StringLiteral(value))) =
                    (&*assign.target, assign.value.as_deref())
                {
                    self.bind(&name.id).value = Some(value);
                    return;
                }
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'m Expr) {
        if let Expr::Name(name) = expr
            && !name.ctx.is_load()
        {
            self.bind(&name.id);
        }
        walk_expr(self, expr);
    }

    fn visit_alias(&mut self, alias: &'m Alias) {
        // `import a.b` binds `a`.
        let whole: &str = alias.asname.as_ref().unwrap_or(&alias.name);
        self.bind(whole.split('.').next().unwrap_or(whole));
        walk_alias(self, alias);
    }

    fn visit_parameter(&mut self, parameter: &'m Parameter) {
        self.bind(&parameter.name);
        walk_parameter(self, parameter);
    }

    fn visit_except_handler(&mut self, handler: &'m ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name);
        }
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'m Pattern) {
        let name = match pattern {
            Pattern::MatchAs(one) => one.name.as_ref(),
            Pattern::MatchStar(one) => one.name.as_ref(),
            Pattern::MatchMapping(one) => one.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name);
        }
        walk_pattern(self, pattern);
    }
}
