"""The same M/M/1 and hold on SimPy 4.1 and the M/M/1 on Ciw 3.2; prints lines as faultline-peers does."""

import random
import sys
import time

import ciw
import simpy

UTILISATION = 0.5
PENDING = 1_000
JOBS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000


def simpy_mm1():
    luck = random.Random(1)
    env = simpy.Environment()
    server = simpy.Resource(env, capacity=1)
    times = []

    def job():
        came = env.now
        with server.request() as turn:
            yield turn
            yield env.timeout(luck.expovariate(1.0))
        times.append(env.now - came)

    def source():
        for _ in range(JOBS):
            yield env.timeout(luck.expovariate(UTILISATION))
            env.process(job())

    env.process(source())
    began = time.perf_counter()
    env.run()
    return time.perf_counter() - began, 2 * JOBS, sum(times) / len(times), 1 / (1 - UTILISATION)


def simpy_hold():
    luck = random.Random(1)
    env = simpy.Environment()
    turns = [0]

    def holder():
        while True:
            yield env.timeout(luck.expovariate(1.0))
            turns[0] += 1

    for _ in range(PENDING):
        env.process(holder())
    length = JOBS / PENDING
    began = time.perf_counter()
    env.run(until=length)
    return time.perf_counter() - began, turns[0], length * PENDING / turns[0], 1.0


def ciw_mm1():
    ciw.seed(1)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(UTILISATION)],
        service_distributions=[ciw.dists.Exponential(1.0)],
        number_of_servers=[1],
    )
    simulation = ciw.Simulation(network)
    began = time.perf_counter()
    simulation.simulate_until_max_customers(JOBS)
    spent = time.perf_counter() - began
    records = simulation.get_all_records()
    return spent, 2 * len(records), sum(r.exit_date - r.arrival_date for r in records) / len(records), 1 / (1 - UTILISATION)


for job, engine, run in [("M/M/1", "SimPy", simpy_mm1), ("M/M/1", "Ciw", ciw_mm1), ("hold", "SimPy", simpy_hold)]:
    spent, events, mean, expected = run()
    assert abs(mean / expected - 1) < 0.03, f"{job} on {engine}: mean {mean}, {expected} expected"
    jobs = events / 2 if job == "M/M/1" else events
    print(f"{job}\t{engine}\t{events / spent / 1e6:.4f}\t{jobs / spent / 1e6:.4f}")
