// Diagrams of any size to measure with: rows of clients, balancers and services, as the files that the app opens.
// Knows the file format, not the page.

const file = (title, nodes, links, seed = 7) => JSON.stringify({ format: 'faultline', version: 1, title, seed, nodes, links });
const link = (from, to, params = {}) => ({ id: `${from}-${to}`, from, to, params });

/**
 * A system of `columns` × `rows` nodes in which each calls (or shares its calls out to) the next two of the next column:
 * traffic neither grows nor shrinks on its way. `rate` is that of each client.
 */
export function lattice(columns, rows, { rate = 20, latencyMs = 20 } = {}) {
  const kind = (column) => (column === 0 ? 'clients' : column === columns - 1 ? 'service' : 'load_balancer');
  const params = { clients: { rate_per_s: rate }, service: { workers: 8, service_time: { law: 'exponential', mean_ms: 2 } }, load_balancer: {} };
  const nodes = [];
  const links = [];
  const id = (column, row) => `n${column}-${row % rows}`;
  const way = { latency: { law: 'constant', value_ms: latencyMs } };
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      nodes.push({ id: id(column, row), kind: kind(column), name: `N ${column} ${row}`, x: 48 + column * 240, y: 48 + row * 120, params: params[kind(column)] });
      if (column + 1 === columns) continue;
      links.push(link(id(column, row), id(column + 1, row), way));
      links.push(link(id(column, row), id(column + 1, row + 1), way));
    }
  }
  return file('Lattice', nodes, links);
}
