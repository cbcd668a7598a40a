//! The lookup map of the page: deployment by deployment the backends in their order, and what becomes of each id.

use maud::{Markup, html};

use super::{counted, prose, words};
use crate::render::one_line;
use crate::render::resolve::{place_of, shown_name};
use crate::resolve::map::{Map, Mapped, Row};
use crate::resolve::{self, Answer, Outcome, Spot, Step};
use crate::source::display_path;

pub(super) fn section(map: &Map) -> Markup {
    html! {
        section #map {
            h2 { "Lookup map" }
            @if map.deployments.is_empty() {
                p { "No deployment was found: nothing here says where Airflow looks." }
            }
            @for (number, one) in map.deployments.iter().enumerate() { (deployment(number + 1, one)) }
            @if map.left_out > 0 {
                p.faint { (counted(map.left_out, "deployment")) " more are not shown here." }
            }
        }
    }
}

fn deployment(number: usize, one: &Mapped) -> Markup {
    html! {
        section data-group {
            h3 { "Deployment " (one_line(&one.name)) }
            p.faint { (prose(&one.target)) }
            @for way in &one.ways { (self::way(way)) }
            @if !one.rows.is_empty() {
                // The roles are stated: on narrow screens the rows are blocks, which takes them away.
                table role="table" {
                    caption { "Ids of deployment " (number) }
                    thead role="rowgroup" {
                        tr role="row" {
                            @for name in ["Id", "Outcome", "Why", "Defined"] { th scope="col" role="columnheader" { (name) } }
                        }
                    }
                    tbody role="rowgroup" { @for row in &one.rows { (self::row(number, row)) } }
                }
            }
            @if one.left_out > 0 { p.faint { (counted(one.left_out, "id")) " more were not looked up." } }
            @for (path, count) in &one.unnamed {
                p.faint {
                    (counted(*count, "more id")) " in " (display_path(path))
                    ": not named here, as a name is certain there only where something asks for it."
                }
            }
            @if one.unshown > 0 {
                p.faint { (counted(one.unshown, "id")) " that code asks for: not named here, as no store holds such a name." }
            }
            @if one.unreachable > 0 {
                p.faint { (counted(one.unreachable, "entry")) " of the stores: no id leads there." }
            }
        }
    }
}

/// Where an id that nobody has heard of is looked for.
fn way(answer: &Answer) -> Markup {
    html! {
        p { "A " (answer.kind.word()) " " code { (one_line(&answer.id)) } " is looked for in:" }
        ol.way {
            @for step in &answer.steps { li { (stop(step)) } }
            @if let Some(last) = answer.last { li.faint { (resolve::last(last)) } }
        }
    }
}

/// A backend, what it is asked for, and what keeps it from answering.
fn stop(step: &Step) -> Markup {
    html! {
        b { (one_line(resolve::class_name(&step.backend))) }
        @if let Some(spot) = &step.configured { " " span.faint { "(" (place_of(spot)) ")" } }
        @for name in &step.lookups { ", asked for " code { (one_line(shown_name(step, name, false))) } }
        @if step.outcome != Outcome::Missing && step.outcome != Outcome::Found {
            " " span class={ "badge " (step.outcome.word()) } { (step.outcome.word()) }
            (because(step))
        }
    }
}

fn because(step: &Step) -> Markup {
    html! {
        @if let Some(reason) = &step.reason { " " (prose(reason)) }
        @if let Some(exception) = step.airflow { " (" code { (exception) } ")" }
        @if let Some(rule) = step.rule { " " (rule) }
    }
}

fn row(number: usize, row: &Row) -> Markup {
    let answer = &row.answer;
    let (kind, outcome, state) = (
        answer.kind.word(),
        answer.outcome.word(),
        row.state().word(),
    );
    let places = places(&row.defined);
    let found_by = words(&[kind, &answer.id, &answer.because, &places]);
    html! {
        tr id=(format!("{number}-{kind}-{}", one_line(&answer.id))) data-outcome=(outcome) data-state=(state) data-words=(found_by) role="row" {
            th scope="row" role="rowheader" {
                code { (one_line(&answer.id)) }
                div.faint {
                    (kind)
                    @if row.required { ", required" }
                    @if !answer.used.is_empty() { ", used in " (counted(answer.used.len(), "place")) }
                }
            }
            td role="cell" { span class={ "badge " (state) } { (state) } }
            td role="cell" {
                details {
                    summary { (prose(&answer.because)) }
                    ol.way { @for step in &answer.steps { li { (taken(step)) } } }
                    @for near in &answer.near {
                        p { "Nearly the same: " code { (one_line(&near.name)) } " (" (place_of(&near.spot)) "): " (prose(&near.why)) }
                    }
                    @for remark in &answer.remarks {
                        p { (place_of(&remark.spot)) ": " (remark.severity.word()) " " (remark.rule) ": " (prose(&remark.message)) }
                    }
                    @if !answer.used.is_empty() { p.faint { "Used in " (self::places(&answer.used)) } }
                }
            }
            td role="cell" {
                @if row.definitions == 0 { span.faint { "nowhere here" } }
                @for spot in &row.defined { div { (place_of(spot)) } }
                @if row.definitions > row.defined.len() {
                    div.faint { "and " (row.definitions - row.defined.len()) " more" }
                }
                @if row.definitions > 1 { div.warning { "defined " (row.definitions) " times: one of them counts" } }
            }
        }
    }
}

/// A step that was taken for an id, with what came of it. Nothing of a value: what `resolve` shows of one is asked
/// for by its id, and a page is passed on.
fn taken(step: &Step) -> Markup {
    html! {
        b { (one_line(resolve::class_name(&step.backend))) }
        @for name in &step.lookups { ", asked for " code { (one_line(shown_name(step, name, false))) } }
        ": " span class=(step.outcome.word()) { (step.outcome.word()) }
        @if let Some(spot) = &step.spot { " in " (place_of(spot)) }
        (because(step))
    }
}

fn places(spots: &[Spot]) -> String {
    const MOST: usize = 20;
    let told: Vec<String> = spots.iter().take(MOST).map(place_of).collect();
    let mut told = told.join(", ");
    if spots.len() > MOST {
        told.push_str(" …");
    }
    told
}
