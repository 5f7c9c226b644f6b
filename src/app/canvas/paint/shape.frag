#version 300 es
// The forms by their distance: negative inside. Lines are drawn over the filled ground, softened over one device pixel.
precision highp float;
uniform vec4 sizes;
in vec2 p;
flat in uint form;
flat in vec3 ink;
flat in vec3 ground;
flat in float alpha;
out vec4 colour;

float cover(float d) { return clamp(.5 - d * sizes.z, 0., 1.); }
float box(vec2 q, float r) {
  q = abs(q) - r;
  return length(max(q, 0.)) + min(max(q.x, q.y), 0.);
}
float segment(vec2 q, vec2 a, vec2 b) {
  q -= a;
  b -= a;
  return length(q - b * clamp(dot(q, b) / dot(b, b), 0., 1.));
}

void main() {
  float s = sizes.x, line = 2. * min(s, 1.15), d;
  uint f = form & 15u;
  vec2 q = abs(p);
  if (f == 0u) d = length(p) - 4.6 * s;
  else if (f == 1u) d = box(p, 4.2 * s);
  else if (f == 2u) {
    float r = 5.4 * s;
    vec2 t = vec2(q.x, p.y), top = vec2(0., -r), foot = vec2(.9, .7) * r;
    d = min(segment(t, top, foot), segment(t, vec2(0., .7 * r), foot));
    if (p.y < .7 * r && 1.7 * t.x < .9 * (p.y + r)) d = -d;
  } else if (f == 3u) d = box(vec2(p.x + p.y, p.x - p.y) * .7071, 4. * s * .7071);
  else if (f == 4u) {
    d = segment(q, vec2(0.), vec2(4.2 * s));
    line = 2.8 * s;
  } else if (f == 5u) {
    d = length(p) - max(3. * sizes.y, 1.5);
    line = max(1.4 * sizes.y, 1.);
  } else {
    d = length(p) - 10.5 * s;
    line = 2.;
  }
  float filled = f == 4u || f == 6u ? 0. : cover(d);
  vec4 c = vec4(ground, 1.) * filled;
  float over = cover(abs(d) - line * .5);
  if ((form & 16u) != 0u) {
    float u = abs((p.x + p.y) * .7071);
    over = max(over, cover(max(min(u, abs(u - 2.6 * s)) - .65 * s, length(p) - 4. * s)));
  }
  colour = mix(c, vec4(ink, 1.), over) * alpha;
}
