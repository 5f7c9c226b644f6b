//! A node of a kind this version does not know: kept in the diagram, refuses requests, does nothing else.

use super::model::Model;
use super::running::{Running, State};
use super::{Component, Kind, Part};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::Role;
use crate::engine::{JobKey, Reason};

/// The placeholder.
pub type Placeholder = Running<Nothing>;

/// What it has.
#[derive(Clone, Debug)]
pub struct Nothing;

/// It is set to nothing.
#[derive(Clone, Debug)]
pub struct Params;

impl From<&Values> for Params {
    fn from(_: &Values) -> Self {
        Params
    }
}

impl State for Nothing {
    type Params = Params;
    type Memory = ();
    type Disk = ();
    type Books = ();

    fn memory(_: &Params) {}
}

impl Part for Placeholder {
    const KIND: Kind = Kind {
        id: "placeholder",
        label: "Unknown kind",
        icon: "file-question-mark",
        group: super::Group::Compute,
        summary: "Made by a newer version of Faultline",
        begins: &[Role::Call],
        ends: &[Role::Call],
        rules: super::Rules::None,
        specs: Vec::new,
        has_members: false,
        telling: &[],
        theory: |_| Model::default(),
        has_station: false,
        can_flush: false,
        headline: super::Headline::Rate,
    };

    #[cfg(test)]
    fn bench() -> super::testing::Bench {
        super::testing::Bench { nodes: Vec::new(), links: Vec::new(), needs: |_| Vec::new(), crashes: &[] }
    }

    fn configure(&mut self, _: &Values, _: &mut Ctx<'_, Component>) {}
    fn prices(&self) -> (f64, f64) {
        (0.0, 0.0)
    }
    fn admit(&mut self, _: &mut Ctx<'_, Component>, _: JobKey) -> Result<(), Reason> {
        Err(Reason::Unavailable)
    }
    fn served(&mut self, ctx: &mut Ctx<'_, Component>, _: JobKey) -> Next {
        Next::Reply(ctx.fail(Reason::Unavailable))
    }
}
