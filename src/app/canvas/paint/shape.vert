#version 300 es
// One small shape: a square large enough for its form, about its place.
in vec2 at;
in uint look;
uniform vec4 camera; // clip space per diagram pixel, and per CSS pixel
uniform vec4 sizes; // scale of shapes, zoom, device pixels per CSS pixel, strength
uniform vec3 palette[22];
out vec2 p; // from the middle, in CSS pixels
flat out uint form;
flat out vec3 ink;
flat out vec3 ground;
flat out float alpha;

void main() {
  form = look & 15u;
  ink = palette[look >> 4 & 31u];
  ground = (look & 512u) != 0u ? ink : palette[0];
  alpha = (look & 4096u) != 0u ? 1. : (look & 2048u) != 0u ? max(sizes.w, .8) : sizes.w;
  if ((look & 1024u) != 0u) form |= 16u;
  // Half its width with half its line; then less than a pixel to soften the edge.
  uint f = form & 15u;
  float size = f == 2u ? 6.2 : f == 4u ? 5.7 : f == 6u ? 10.5 : 4.6;
  float reach = f == 5u ? max(3. * sizes.y, 1.5) + max(.7 * sizes.y, .5) : size * sizes.x + 1.2;
  reach += .8;
  p = (vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2. - 1.) * reach;
  vec2 clip = at * camera.xy + p * camera.zw - 1.;
  gl_Position = vec4(clip.x, -clip.y, 0., 1.);
}
