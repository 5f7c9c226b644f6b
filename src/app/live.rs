//! What views are made of, compiled once for each type of value and not once for each place where it stands.
//! Knows nothing of what is shown.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};

use leptos::children::ViewFn;
use leptos::prelude::*;

/// A value that follows what it reads.
pub type Live<T> = Arc<Mutex<dyn FnMut() -> T + Send>>;

/// An attribute's value that follows what it reads.
pub fn live<T: 'static>(value: impl FnMut() -> T + Send + 'static) -> Live<T> {
    Arc::new(Mutex::new(value))
}

/// A piece of a view that follows what it reads.
pub fn piece<V: IntoView + 'static>(mut view: impl FnMut() -> V + Send + 'static) -> AnyView {
    live(move || view().into_any()).into_any()
}

/// A value that is worked out again when what it reads has changed, and told on when it differs.
pub fn memo<T: PartialEq + Send + Sync + 'static>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    fn boxed<T: PartialEq + Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
        Memo::new(move |_| value())
    }
    boxed(Box::new(value))
}

/// Does something now and whenever what it reads has changed.
pub fn effect(run: impl FnMut() + 'static) {
    fn boxed(run: Box<dyn FnMut()>) {
        Effect::new(run);
    }
    boxed(Box::new(run));
}

/// Shows its children while something holds, else what stands in for them.
#[component]
pub fn Show(
    /// What must hold.
    #[prop(into)]
    when: Signal<bool>,
    /// What stands in.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// What is shown.
    children: ChildrenFn,
) -> impl IntoView {
    let when = memo(move || when.get());
    piece(move || if when.get() { children() } else { fallback.run() })
}

/// Shows each thing of a list: those with a key that was there before stay as they are.
#[component]
pub fn Each<T, K, I, KF, VF, V>(
    /// The things.
    each: I,
    /// What tells one from another.
    key: KF,
    /// One of them.
    children: VF,
) -> impl IntoView
where
    T: Send + 'static,
    K: Eq + Hash + Send + Sync + 'static,
    I: Fn() -> Vec<T> + Send + 'static,
    KF: Fn(&T) -> K + Send + 'static,
    VF: Fn(T) -> V + Clone + Send + 'static,
    V: IntoView + 'static,
{
    let item = move |thing| {
        let key = Key(Arc::new(key(&thing)));
        let children = children.clone();
        Item { key, view: Box::new(move || children(thing).into_any()) }
    };
    list(Box::new(move || each().into_iter().map(&item).collect()))
}

/// One thing of a list, whatever it is.
struct Item {
    key: Key,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

fn list(items: Box<dyn Fn() -> Vec<Item> + Send>) -> impl IntoView {
    view! { <For each=items key=|item| item.key.clone() children=|item: Item| (item.view)() /> }
}

/// A key of any type.
#[derive(Clone)]
struct Key(Arc<dyn AnyKey>);

trait AnyKey: Send + Sync {
    fn any(&self) -> &dyn Any;
    fn is(&self, other: &dyn Any) -> bool;
    fn hash(&self, hasher: &mut dyn Hasher);
}

impl<K: Eq + Hash + Send + Sync + 'static> AnyKey for K {
    fn any(&self) -> &dyn Any {
        self
    }

    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<K>() == Some(self)
    }

    fn hash(&self, mut hasher: &mut dyn Hasher) {
        Hash::hash(self, &mut hasher);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.0.is(other.0.any())
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        AnyKey::hash(&*self.0, state);
    }
}
