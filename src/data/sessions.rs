//! Sessions of users: what a service keeps in its memory, and what users carry to find theirs again.
//! Knows nobody who serves them.

use rustc_hash::FxHashMap;

use crate::engine::NodeIndex;

/// What a user carries: where the session is, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// The node that keeps it.
    pub place: NodeIndex,
    /// Its number there.
    pub id: u64,
}

/// The cookies of all users. A user has one: a new login replaces it.
#[derive(Clone, Debug, Default)]
pub struct Jar(FxHashMap<u64, Cookie>);

impl Jar {
    /// What a user carries.
    pub fn cookie(&self, user: u64) -> Option<Cookie> {
        self.0.get(&user).copied()
    }

    /// A user is given a cookie. Returns the one that it replaces.
    pub fn carry(&mut self, user: u64, cookie: Cookie) -> Option<Cookie> {
        self.0.insert(user, cookie)
    }
}

/// Keys of sessions in a store begin here, apart from the keys of data.
pub const KEYS: u64 = 1 << 48;

/// The sessions in one service's memory, and what befell the users who came.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    held: FxHashMap<u64, u64>,
    next: u64,
    /// Logins.
    pub logins: u64,
    /// Of those, of users who had logged in before and whose session was not found.
    pub relogins: u64,
    /// Sessions that went in crashes.
    pub lost: u64,
}

impl Sessions {
    /// Whether a user's session is in this memory, `here`.
    pub fn knows(&self, here: NodeIndex, user: u64, jar: &Jar) -> bool {
        let cookie = jar.0.get(&user);
        cookie.is_some_and(|c| c.place == here && self.held.get(&user) == Some(&c.id))
    }

    /// Users whose session is in this memory; a session whose user has logged in elsewhere since is nobody's.
    pub fn count(&self, here: NodeIndex, jar: &Jar) -> u64 {
        self.held.keys().filter(|user| self.knows(here, **user, jar)).count() as u64
    }

    /// A user logs in, and the session is kept in this memory.
    pub fn log_in(&mut self, here: NodeIndex, user: u64, jar: &mut Jar) {
        self.next += 1;
        self.held.insert(user, self.next);
        self.log_in_at(Cookie { place: here, id: self.next }, user, jar);
    }

    /// A user logs in, and the session is kept elsewhere.
    pub fn log_in_at(&mut self, cookie: Cookie, user: u64, jar: &mut Jar) {
        self.logins += 1;
        self.relogins += u64::from(jar.carry(user, cookie).is_some());
    }

    /// Sessions are kept here no longer.
    pub fn forget(&mut self) {
        self.held.clear();
    }

    /// The memory is lost. Returns how many users lose their session.
    pub fn lose(&mut self, here: NodeIndex, jar: &Jar) -> u64 {
        let lost = self.count(here, jar);
        self.lost += lost;
        self.held.clear();
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_one_session_wherever_it_is() {
        let (mut jar, a, b) = (Jar::default(), NodeIndex(1), NodeIndex(2));
        let (mut at_a, mut at_b) = (Sessions::default(), Sessions::default());
        at_a.log_in(a, 7, &mut jar);
        assert!(at_a.knows(a, 7, &jar) && !at_b.knows(b, 7, &jar));
        at_b.log_in(b, 7, &mut jar);
        assert!(!at_a.knows(a, 7, &jar) && at_b.knows(b, 7, &jar));
        assert_eq!((at_a.relogins, at_b.relogins), (0, 1));
        // What the user left behind at the first is nobody's loss.
        assert_eq!((at_a.lose(a, &jar), at_b.lose(b, &jar)), (0, 1));
        assert!(!at_b.knows(b, 7, &jar));
    }
}
