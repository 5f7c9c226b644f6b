//! Sessions of users: what a service keeps in its memory, and what users carry to find theirs again.
//! Knows nobody who serves them.

use crate::data::SharedMap;
use crate::engine::behaviour::Site;
use crate::engine::NodeIndex;

/// Somebody who may be logged in somewhere: users of different clients are different people, and being logged in at one site
/// is not being logged in at another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Visitor {
    /// The clients that the user is one of.
    pub client: NodeIndex,
    /// Which of them.
    pub user: u64,
    /// Where: one service, or several that stand for each other.
    pub site: Site,
}

/// What a visitor carries: where the session is, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// The node that keeps it.
    pub place: NodeIndex,
    /// Its number there.
    pub id: u64,
}

/// The sessions that one node keeps for visitors who would find them.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    held: u64,
    /// Those with smaller numbers are gone.
    first: u64,
}

/// The cookies of all visitors. Each has one: a new login replaces it.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    visitors: SharedMap<Visitor, (u64, Option<Cookie>)>,
    places: SharedMap<NodeIndex, Place>,
}

/// Keys of sessions in a store begin here, apart from the keys of data.
const KEYS: u64 = 1 << 48;

impl Jar {
    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.visitors.len() * std::mem::size_of::<(Visitor, (u64, Option<Cookie>))>()
    }

    /// What a visitor carries.
    pub fn cookie(&self, visitor: Visitor) -> Option<Cookie> {
        self.visitors.get(&visitor).and_then(|(_, cookie)| *cookie)
    }

    /// The key under which a store keeps the visitor's session.
    pub fn key(&mut self, visitor: Visitor) -> u64 {
        let next = self.visitors.len() as u64;
        KEYS + self.visitors.entry(visitor).or_insert((next, None)).0
    }

    /// A visitor is given a cookie. Returns the one that it replaces.
    pub fn carry(&mut self, visitor: Visitor, cookie: Cookie) -> Option<Cookie> {
        let next = self.visitors.len() as u64;
        let old = self.visitors.entry(visitor).or_insert((next, None)).1.replace(cookie);
        if let Some(place) = old.and_then(|c| self.places.get_mut(&c.place).filter(|p| c.id >= p.first)) {
            place.held = place.held.saturating_sub(1);
        }
        self.places.entry(cookie.place).or_default().held += 1;
        old
    }

    /// Visitors whose session is kept here; a session whose visitor has logged in elsewhere since is nobody's.
    fn held(&self, here: NodeIndex) -> u64 {
        self.places.get(&here).map_or(0, |p| p.held)
    }

    /// All sessions kept here so far are gone: the next has number `next`.
    fn clear(&mut self, here: NodeIndex, next: u64) {
        self.places.insert(here, Place { held: 0, first: next });
    }
}

/// The sessions in one service's memory, and what befell the users who came.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    given: u64,
    /// Logins.
    pub logins: u64,
    /// Of those, of users who had logged in before and whose session was not found.
    pub relogins: u64,
    /// Sessions that went in crashes.
    pub lost: u64,
}

impl Sessions {
    /// Whether a visitor's session is in this memory, `here`.
    pub fn knows(&self, here: NodeIndex, visitor: Visitor, jar: &Jar) -> bool {
        let first = jar.places.get(&here).map_or(0, |p| p.first);
        jar.cookie(visitor).is_some_and(|c| c.place == here && c.id >= first)
    }

    /// Users whose session is in this memory.
    pub fn count(&self, here: NodeIndex, jar: &Jar) -> u64 {
        jar.held(here)
    }

    /// A visitor logs in, and the session is kept in this memory.
    pub fn log_in(&mut self, here: NodeIndex, visitor: Visitor, jar: &mut Jar) {
        self.given += 1;
        self.log_in_at(Cookie { place: here, id: self.given }, visitor, jar);
    }

    /// A visitor logs in, and the session is kept elsewhere.
    pub fn log_in_at(&mut self, cookie: Cookie, visitor: Visitor, jar: &mut Jar) {
        self.logins += 1;
        self.relogins += u64::from(jar.carry(visitor, cookie).is_some());
    }

    /// Sessions are kept here no longer.
    pub fn forget(&mut self, here: NodeIndex, jar: &mut Jar) {
        jar.clear(here, self.given + 1);
    }

    /// The memory is lost. Returns how many users lose their session.
    pub fn lose(&mut self, here: NodeIndex, jar: &mut Jar) -> u64 {
        let lost = jar.held(here);
        self.lost += lost;
        self.forget(here, jar);
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: NodeIndex = NodeIndex(1);
    const B: NodeIndex = NodeIndex(2);

    fn visitor(client: u32, user: u64, site: u32) -> Visitor {
        Visitor { client: NodeIndex(client), user, site: Site::Node(NodeIndex(site)) }
    }

    #[test]
    fn a_visitor_has_one_session_wherever_it_is() {
        let (mut jar, who) = (Jar::default(), visitor(0, 7, 9));
        let (mut at_a, mut at_b) = (Sessions::default(), Sessions::default());
        at_a.log_in(A, who, &mut jar);
        assert!(at_a.knows(A, who, &jar) && !at_b.knows(B, who, &jar));
        at_b.log_in(B, who, &mut jar);
        assert!(!at_a.knows(A, who, &jar) && at_b.knows(B, who, &jar));
        assert_eq!((at_a.relogins, at_b.relogins, at_a.count(A, &jar), at_b.count(B, &jar)), (0, 1, 0, 1));
        // What the user left behind at the first is nobody's loss.
        assert_eq!((at_a.lose(A, &mut jar), at_b.lose(B, &mut jar)), (0, 1));
        assert!(!at_b.knows(B, who, &jar));
        // Nor is what a crash took lost again when the user logs in anew.
        at_b.log_in(B, who, &mut jar);
        assert_eq!((at_b.count(B, &jar), at_b.relogins), (1, 2));
    }

    #[test]
    fn users_of_other_clients_and_at_other_sites_are_others() {
        let mut jar = Jar::default();
        let mut at_a = Sessions::default();
        let all = [visitor(0, 7, 9), visitor(5, 7, 9), visitor(0, 7, 8)];
        at_a.log_in(A, all[0], &mut jar);
        assert!(!at_a.knows(A, all[1], &jar) && !at_a.knows(A, all[2], &jar));
        let keys: Vec<u64> = all.iter().map(|v| jar.key(*v)).collect();
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
        assert_eq!(keys[1], jar.key(all[1]));
    }
}
