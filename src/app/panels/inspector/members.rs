//! The instances that a node stands for, one a row: state, load, line, and how to break each.
//! Computes no figure of the run.

use leptos::prelude::*;

use crate::app::canvas::members::{state, up};
use crate::app::live::{live, memo, piece, Each, Show};
use crate::app::panels::format;
use crate::app::session::Session;
use crate::diagram::Fault;
use crate::editor::commands::node_name;
use crate::lab::frame::{MemberFrame, NodeFrame};

/// The list; nothing of a node that is one.
#[component]
pub fn Instances(id: String, frame: Memo<Option<NodeFrame>>) -> impl IntoView {
    let members = memo(move || frame.with(|f| f.as_ref().map(|f| f.members.clone()).unwrap_or_default()));
    let numbers = memo(move || members.with(|m| m.iter().map(|m| m.number).collect::<Vec<_>>()));
    let id = StoredValue::new(id);
    view! {
        <Show when=move || !numbers.with(Vec::is_empty)>
            <section class="group" aria-label=t!("Instances")>
                <h3>{t!("Instances")} " " <small>{piece(move || members.with(|m| up(m)))}</small></h3>
                <ul class="instances">
                    <Each each=move || numbers.get() key=|number| *number let:number>
                        <Instance name=id.with_value(|id| format!("{id}#{number}")) number=number members=members/>
                    </Each>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Instance(name: String, number: u32, members: Memo<Vec<MemberFrame>>) -> impl IntoView {
    let session = Session::get();
    let now = memo(move || members.with(|m| m.iter().find(|m| m.number == number).cloned()));
    let told = memo(move || now.with(|m| m.as_ref().map_or(("up", ""), state)));
    let is_down = memo(move || told.get().0 == "down");
    let busy = memo(move || now.with(|m| m.as_ref().filter(|m| m.workers.is_some()).map(|m| (m.utilisation * 100.0).round() as u32)));
    let line = move || {
        now.with(|m| {
            let Some(m) = m else { return String::new() };
            let waiting = (m.queue > 0).then(|| t!("%{count} waiting", count = format::count(m.queue as u64)));
            let load = m.workers.map(|_| format::with_unit(m.utilisation, "%"));
            let rate = format::with_unit(m.rate_per_s, "/s");
            [Some(rate), load, waiting].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        })
    };
    let verb = move || if is_down.get() { t!("Restart") } else { t!("Crash") };
    let break_it = move |_| {
        let node = name.clone();
        let label = session.diagram.with_untracked(|d| node_name(d, &node));
        match is_down.get_untracked() {
            true => session.break_or_mend(format!("Restart {label}"), vec![Fault::Restart { node }]),
            false => session.break_or_mend(format!("Crash {label}"), vec![Fault::Crash { node }]),
        }
    };
    view! {
        <li class="instance" data-state=live(move || told.get().0)>
            <span class="members"><i data-state=live(move || told.get().0)><u style=live(move || format!("height: {}%", busy.get().unwrap_or(0)))></u></i></span>
            <b>{format!("#{number}")}</b>
            <span class="instance-state">{piece(move || told.get().1)}</span>
            <span class="instance-line">{piece(line)}</span>
            <button type="button" class="button outlined small" aria-label=live(move || format!("{} #{number}", verb())) on:click=break_it>{piece(verb)}</button>
        </li>
    }
}
