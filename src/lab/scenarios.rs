//! The starters: documents that ship with the product.

/// A starter.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Name for the command line: `shop`.
    pub id: &'static str,
    /// Title in the gallery.
    pub title: &'static str,
    /// What there is to see, in one or two sentences.
    pub summary: &'static str,
    /// The document.
    pub json: &'static str,
}

macro_rules! scenarios {
    ($($id:literal $title:literal $summary:literal,)*) => {
        static SCENARIOS: &[Scenario] = &[$(Scenario {
            id: $id, title: $title, summary: $summary, json: include_str!(concat!("../../assets/scenarios/", $id, ".json")),
        }),*];
    };
}

scenarios! {
    "shop" "Shop" "Everything together: shoppers, a balancer, three services, a cache and a primary with two replicas. Crash a server, cut the log, flush the cache.",
    "single-server" "Single server" "One client population and one server. Raise the rate and watch the line grow as utilisation nears 100 %.",
    "balanced-services" "Balanced services" "A load balancer over four servers. Crash one and see the health checks find it; try another algorithm.",
    "cache-aside" "Cache-aside" "A service that reads a small cache beside its database. Change the capacity, flush it, and watch the hit ratio and the database's load.",
    "read-replicas" "Read replicas" "Writes go to a primary, reads to two replicas that lag. Cut the log and see stale reads.",
    "sharded-store" "Sharded store" "A router over four shards on a consistent-hash ring, with a hot key. Compare each shard's share.",
    "cache-strategies" "Cache strategies" "One workload three ways: a cache beside the store, and write-through and write-back caches in line. Compare stale reads and the stores' load, then crash the write-back cache and count the writes lost.",
    "cache-scan" "Scan and eviction" "A crawler reads a million keys once each, now and then. It pushes what the shoppers want out of the LRU cache and not out of the LFU cache: compare the hit ratios.",
    "range-shards" "Range shards" "Keys are cut into four ranges and the popular ones are neighbours, so one shard gets most of the load. Choose another placement, or add a shard and see how many keys it moves.",
    "sync-replicas" "Synchronous replicas" "Each write waits until both replicas have applied it, so no read is old. Cut the far replica's log and writes stand still; choose semi-synchronous, or a time to fall back after.",
    "sticky-sessions" "Sticky sessions" "Three servers keep their users' sessions in memory, and the balancer keeps each user on one server. Crash one, and its users log in again; then let the servers share the session store.",
    "two-tiers" "Two tiers" "A front service that calls a slower back service. Slow the back down and see the overload reach the front.",
    "retry-storm" "Retry storm" "A server near its limit, with callers that retry. A short slowdown is enough to start an overload that feeds itself.",
    "flash-crowd" "Flash crowd" "Eight seconds in, seven times as many visitors come. Watch the lines fill and refuse; then add a server, or a cache for the few pages that all of them want.",
    "queue-levels-load" "A queue levels the load" "The same crowd twice: straight to four clerks it is refused, through a queue all of it is done, later. Crash a clerk and see its orders delivered again.",
    "priorities" "Priorities" "Shoppers pass the crawlers in the line. Compare their latencies, then serve first in first out, or let shoppers interrupt.",
    "balancing-policies" "Balancing policies compared" "Four pools at the same load, each with another policy. Compare the lines: random, in turn, best of two, shortest queue.",
}

/// All starters, in the order of the gallery.
pub fn scenarios() -> &'static [Scenario] {
    SCENARIOS
}

/// The starter with this name.
pub fn scenario(id: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|s| s.id == id)
}
