//! One file per component kind: parameters, behaviour, explanation, icon, tests; and the registry that lists them.
//! A kind sees the world only through its context. Kinds do not know each other.

pub mod cache;
pub mod clients;
pub mod database;
mod explanation;
mod holding;
pub mod inline_cache;
pub mod instances;
pub mod link;
pub mod load_balancer;
pub mod model;
mod part;
pub mod placeholder;
mod ports;
pub mod queue;
pub mod rate_limiter;
pub mod replica;
mod running;
pub mod service;
pub mod shard_router;
pub mod signal;
#[cfg(test)]
mod testing;
pub mod worker;

pub use explanation::Explanation;
pub use part::{Gauge, Gauges, Group, Headline, Kind, Part, Range, Reading, Rules, Telling, View};
pub use ports::{can_connect, role_between};

use crate::diagram::param::{complete, ParamSpec, Values};
use crate::engine::behaviour::{Behaviour, Ctx, Ended, Next};
use crate::engine::link::Role;
use crate::engine::station::StationSpec;
use crate::engine::{JobKey, LinkIndex, NodeIndex, Outcome, Reason, SimDuration};

/// The engine's core, running components.
pub type Core = crate::engine::core::Core<Component>;

/// The registry: from this list come the enum of running components and the list of kinds.
macro_rules! components {
    ($($variant:ident($module:ident::$type:ident),)*) => {
        /// A running component of some kind.
        #[derive(Clone, Debug)]
        pub enum Component {
            $(#[doc = concat!("A running `", stringify!($type), "`.")] $variant($module::$type),)*
            /// A node of an unknown kind: does nothing.
            Placeholder(placeholder::Placeholder),
        }

        static KINDS: &[Kind] = &[$(<$module::$type as Part>::KIND),*];

        /// The text that explains the kind with this id, or links, in English. The page fetches it instead, in its own language.
        #[cfg(feature = "cli")]
        pub fn explanation(id: &str) -> Option<&'static str> {
            match id {
                $(stringify!($module) => Some(include_str!(concat!("../../assets/kinds/", stringify!($module), ".md"))),)*
                "link" => Some(include_str!("../../assets/kinds/link.md")),
                _ => None,
            }
        }

        /// Whether nodes of the kind with this id store anything on a disk.
        pub fn has_disk(kind: &str) -> bool {
            $(if kind == <$module::$type as Part>::KIND.id { return <$module::$type>::HAS_DISK; })*
            false
        }

        /// Each kind with its bench.
        #[cfg(test)]
        fn benches() -> Vec<(&'static Kind, testing::Bench)> {
            KINDS.iter().zip([$(<$module::$type as Part>::bench()),*]).collect()
        }

        impl Component {
            /// A component of the kind with this id, set to these values; a placeholder if there is no such kind.
            pub fn new(kind: &str, values: &Values) -> Component {
                $(if kind == <$module::$type as Part>::KIND.id { return Component::$variant(<$module::$type>::new(values)); })*
                Component::Placeholder(placeholder::Placeholder::new(values))
            }
        }

        macro_rules! each {
            ($component:expr, $part:ident => $body:expr) => {
                match $component {
                    $(Component::$variant($part) => $body,)*
                    Component::Placeholder($part) => $body,
                }
            };
        }
    };
}

components! {
    Clients(clients::Clients),
    LoadBalancer(load_balancer::LoadBalancer),
    RateLimiter(rate_limiter::RateLimiter),
    Service(service::Service),
    Queue(queue::Queue),
    Worker(worker::Worker),
    Cache(cache::Cache),
    InlineCache(inline_cache::InlineCache),
    Database(database::Database),
    Replica(replica::Replica),
    ShardRouter(shard_router::ShardRouter),
}

/// All kinds, in the order of the palette.
pub fn kinds() -> &'static [Kind] {
    KINDS
}

/// The kind with this id.
pub fn kind(id: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.id == id)
}

/// All values of a node of the kind with this id: those set, and its defaults.
pub fn all_values(kind_id: &str, set: &Values) -> Values {
    kind(kind_id).map_or_else(Values::new, |kind| complete(&kind.params(), set))
}

/// The declarations of those parameters that mean something on a link from this kind in this role, set to these values: what
/// is not among them is not read.
pub fn link_params(from_kind: &str, role: Role, values: &Values) -> Vec<ParamSpec> {
    let rules = match role {
        Role::Call => kind(from_kind).map_or(Rules::None, |k| k.rules),
        // What is looked into beside a store, shipped or delivered is not called by rules.
        Role::Aside | Role::Log | Role::Delivery => Rules::None,
    };
    link::specs_read(rules, link::is_called(role), values)
}

/// Hands methods to the part that a component is: a line for each.
macro_rules! hand_over {
    () => {};
    ($(#[$meta:meta])* $vis:vis fn $name:ident(&self $(, $arg:ident: $type:ty)*) $(-> $out:ty)?; $($rest:tt)*) => {
        $(#[$meta])*
        $vis fn $name(&self $(, $arg: $type)*) $(-> $out)? {
            each!(self, part => part.$name($($arg),*))
        }
        hand_over! { $($rest)* }
    };
    ($(#[$meta:meta])* $vis:vis fn $name:ident(&mut self $(, $arg:ident: $type:ty)*) $(-> $out:ty)?; $($rest:tt)*) => {
        $(#[$meta])*
        $vis fn $name(&mut self $(, $arg: $type)*) $(-> $out)? {
            each!(self, part => part.$name($($arg),*))
        }
        hand_over! { $($rest)* }
    };
}

impl Component {
    /// Whether its kind keeps data.
    pub fn keeps_data(&self) -> bool {
        fn group<P: Part>(_: &P) -> Group {
            P::KIND.group
        }
        each!(self, part => group(part)) == Group::Data
    }

    /// Memory and disk as text, and those of one that is as new.
    #[cfg(test)]
    fn contents(&self) -> [(String, String); 2] {
        each!(self, part => [part.contents(), part.fresh()])
    }

    hand_over! {
        /// Takes new values while running.
        pub fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>);
        /// Empties it, if it is a cache. Returns whether it is.
        pub fn flush(&mut self) -> bool;
        /// Bytes that it takes beyond its own size, about, where that can be much.
        pub fn bytes(&self) -> usize;
        /// What its kind adds to the picture.
        pub fn gauges(&self, view: &View<'_>) -> Gauges;
        /// Jobs that it has completed and that were none of its callers' requests.
        pub fn upkeep(&self) -> u64;
        /// Statistics begin anew: forgets the greatest so far.
        pub fn forget_peaks(&mut self);
        /// What it says of others.
        pub fn verdicts(&self, view: &View<'_>) -> Vec<(NodeIndex, &'static str)>;
        /// How it spreads requests over others.
        pub fn shares(&self, view: &View<'_>) -> Vec<(NodeIndex, f64)>;
        /// A few held keys with versions, newest first.
        pub fn sample(&self) -> Vec<(u64, u64)>;
        /// Cost per hour and per million operations, in the user's currency.
        pub fn prices(&self) -> (f64, f64);
    }
}

impl Behaviour for Component {
    type Shared = crate::data::Outside;
    type Signal = signal::Signal;
    type CallPolicies = crate::policies::CallPolicies;
    type StationPolicies = crate::policies::StationPolicies;

    fn crash(&mut self, ctx: &mut Ctx<'_, Self>) {
        each!(self, part => part.end_process(ctx))
    }

    fn lose_disk(&mut self, ctx: &mut Ctx<'_, Self>) {
        each!(self, part => part.lose_disk(ctx))
    }

    hand_over! {
        fn station(&self) -> StationSpec;
        fn start(&mut self, ctx: &mut Ctx<'_, Self>);
        fn timer(&mut self, ctx: &mut Ctx<'_, Self>, token: u64);
        fn admit(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey) -> Result<(), Reason>;
        fn service_time(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey, concurrency: u32) -> SimDuration;
        fn begun(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey) -> Next;
        fn keeps(&self, job: &crate::engine::under_way::Job) -> bool;
        fn served(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey) -> Next;
        fn answered(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey, link: LinkIndex, outcome: Outcome) -> Next;
        fn answered_late(&mut self, ctx: &mut Ctx<'_, Self>, link: LinkIndex, request: u64, attempt: u32);
        fn stages_done(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey, outcome: Outcome) -> Next;
        fn signal(&mut self, ctx: &mut Ctx<'_, Self>, link: LinkIndex, signal: signal::Signal);
        fn refused(&mut self, ctx: &mut Ctx<'_, Self>, link: LinkIndex, signal: signal::Signal);
        fn ended(&mut self, ctx: &mut Ctx<'_, Self>, ended: Ended) -> bool;
    }
}
