// Diagrams of any size to measure with, as the files that the app opens.
// Knows the file format, not the page.

const file = (title, nodes, links, seconds = 0) => JSON.stringify({ format: 'faultline', version: 2, title, seed: 7, moment_ns: seconds * 1e9, nodes, links });
const link = (from, to, params) => ({ id: `${from}-${to}`, from, to, params });
const service = { workers: 8, service_time: { law: 'exponential', mean_ms: 2 } };

/**
 * `columns` × `rows` nodes of which each shares its calls out to two of the next column: traffic neither grows nor shrinks
 * on its way. `rate` is that of each client; the file is of a run that has come `seconds` far.
 */
export function lattice(columns, rows, { rate = 20, latencyMs = 20, seconds = 0 } = {}) {
  const kind = (column) => (column === 0 ? 'clients' : column === columns - 1 ? 'service' : 'load_balancer');
  const params = { clients: { rate_per_s: rate }, service, load_balancer: {} };
  const way = { latency: { law: 'constant', value_ms: latencyMs } };
  const id = (column, row) => `n${column}-${row % rows}`;
  const nodes = [];
  const links = [];
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      nodes.push({ id: id(column, row), kind: kind(column), name: `N ${column} ${row}`, x: 48 + column * 240, y: 48 + row * 120, params: params[kind(column)] });
      if (column + 1 === columns) continue;
      for (const next of [row, row + 1]) links.push(link(id(column, row), id(column + 1, next), way));
    }
  }
  return file(`Lattice of ${columns * rows}`, nodes, links, seconds);
}

/** `pairs` clients that each call a service of their own, a long way off: about `flying` requests are under way, from the moment of the file on. */
export function pairs(count, flying) {
  const seconds = 5;
  const nodes = [];
  const links = [];
  for (let i = 0; i < count; i++) {
    const [x, y] = [48 + (i % 5) * 560, 48 + Math.floor(i / 5) * 120];
    const rate = flying / count / (2 * seconds);
    nodes.push({ id: `c${i}`, kind: 'clients', name: `C ${i}`, x, y, params: { rate_per_s: rate, source: 'constant' } });
    nodes.push({ id: `s${i}`, kind: 'service', name: `S ${i}`, x: x + 320, y, params: service });
    links.push(link(`c${i}`, `s${i}`, { latency: { law: 'constant', value_ms: seconds * 1000 }, timeout: 600_000 }));
  }
  return file(`${count} pairs`, nodes, links, 2 * seconds + 1);
}
